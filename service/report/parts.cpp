#include "service/report/parts.h"

#include <algorithm>

namespace rung::service {
namespace {

constexpr std::array<std::pair<Part, std::string_view>, kParts> kPartNames = {{
    {Part::detect, "detect"},
    {Part::wait, "wait"},
    {Part::fence, "fence"},
    {Part::promote, "promote"},
    {Part::repoint, "repoint"},
    {Part::verify, "verify"},
    {Part::people, "people"},
    {Part::engine, "engine"},
    {Part::other, "other"},
}};

class Cutter {
 public:
  Cutter(const std::map<std::string, std::string, std::less<>>& phases,
         std::vector<Interruption> interruptions)
      : phases_(phases), interruptions_(std::move(interruptions)) {
    std::sort(interruptions_.begin(), interruptions_.end(),
              [](const Interruption& a, const Interruption& b) { return a.from < b.from; });
  }

  void cut(const PathPiece& piece) {
    if (piece.step == nullptr) return cut_pause(piece.from, piece.to);
    const std::string& address = piece.step->address;
    TimePoint reached = piece.from;
    for (const Span& span : piece.step->life->spans) {
      const TimePoint from = std::clamp(span.from, reached, piece.to);
      const TimePoint to = std::clamp(span.to, from, piece.to);
      cut_pause(reached, from);  // it had failed
      add(part_of(address, span.doing), address, from, to);
      reached = to;
    }
    cut_pause(reached, piece.to);
  }
  std::vector<PartPiece> take() { return std::move(pieces_); }

 private:
  Part part_of(const std::string& address, Doing doing) const {
    if (doing == Doing::asking || doing == Doing::doubted) return Part::people;
    const auto phase = phases_.find(address);
    if (phase == phases_.end()) return doing == Doing::waiting ? Part::wait : Part::other;
    for (const auto& [part, name] : kPartNames) {
      if (name == phase->second) return part;
    }
    return Part::other;
  }
  // Nothing ran: paused, without an engine, or the engine was between two steps.
  void cut_pause(TimePoint from, TimePoint to) {
    for (const Interruption& interruption : interruptions_) {
      if (from >= to) return;
      if (interruption.to <= from) continue;
      if (interruption.from >= to) break;
      add(Part::engine, "", from, std::max(from, interruption.from));
      from = std::max(from, interruption.from);
      const TimePoint end = std::min(to, interruption.to);
      add(interruption.part, "", from, end);
      from = std::max(from, end);
    }
    add(Part::engine, "", from, to);
  }
  void add(Part part, const std::string& step, TimePoint from, TimePoint to) {
    if (from >= to) return;
    const bool goes_on = !pieces_.empty() && pieces_.back().part == part &&
                         pieces_.back().step == step && pieces_.back().to == from;
    if (goes_on)
      pieces_.back().to = to;
    else
      pieces_.push_back({part, step, from, to});
  }

  const std::map<std::string, std::string, std::less<>>& phases_;
  std::vector<Interruption> interruptions_;
  std::vector<PartPiece> pieces_;
};

}  // namespace

std::string_view name_of(Part part) {
  return kPartNames[static_cast<std::size_t>(part)].second;
}

std::vector<PartPiece> parts_of(const CriticalPath& path,
                                const std::map<std::string, std::string, std::less<>>& phases,
                                std::vector<Interruption> interruptions) {
  Cutter cutter(phases, std::move(interruptions));
  for (const PathPiece& piece : path.pieces) cutter.cut(piece);
  return cutter.take();
}

std::array<Duration, kParts> sums_of(const std::vector<PartPiece>& pieces) {
  std::array<Duration, kParts> sums{};
  for (const PartPiece& piece : pieces)
    sums[static_cast<std::size_t>(piece.part)] += piece.to - piece.from;
  return sums;
}

}  // namespace rung::service
