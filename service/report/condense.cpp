#include "service/report/condense.h"

#include <algorithm>

namespace rung::service {
namespace {

// What a reader would miss most comes first.
int rank_of(const Moment& moment) {
  switch (moment.kind) {
    case MomentKind::person:
    case MomentKind::question:
    case MomentKind::doubt:
    case MomentKind::run: return 0;
    case MomentKind::engine: return 1;
    case MomentKind::attempt:
      if (moment.ended == Ended::done && (moment.what == "try 1" || moment.what == "set")) return 4;
      return moment.ended == Ended::done ? 3 : 2;
    case MomentKind::wait:
    case MomentKind::delay: return 3;
    case MomentKind::skip: return 4;
  }
  return 4;
}

// The positions of the `most` first by `before`, in the order of the items.
template <class T, class Before>
std::vector<std::size_t> chosen(const std::vector<T>& items, std::size_t most, Before before) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (order.size() <= most) return order;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return before(items[a], items[b]); });
  order.resize(most);
  std::sort(order.begin(), order.end());
  return order;
}

CondensedMoment gap(const std::vector<Moment>& timeline, std::size_t from, std::size_t to) {
  CondensedMoment one;
  one.from = timeline[from].at;
  one.left_out = to - from;
  std::size_t done = 0;
  std::size_t skipped = 0;
  for (std::size_t i = from; i < to; ++i) {
    const bool is_try = timeline[i].kind == MomentKind::attempt;
    done += is_try && timeline[i].ended == Ended::done ? 1 : 0;
    skipped += timeline[i].kind == MomentKind::skip ? 1 : 0;
  }
  const auto add = [&](std::size_t count, const char* what) {
    if (count == 0) return;
    one.summary += (one.summary.empty() ? "" : ", ") + std::to_string(count) + what;
  };
  add(done, " done");
  add(skipped, " not needed");
  add(one.left_out - done - skipped, " others");
  return one;
}

}  // namespace

std::vector<CondensedMoment> condense(const std::vector<Moment>& timeline) {
  const auto lasted = [](const Moment& m) { return m.lasted.value_or(Duration::zero()); };
  auto shown = chosen(timeline, kMostMoments, [&](const Moment& a, const Moment& b) {
    return std::pair(rank_of(a), lasted(b)) < std::pair(rank_of(b), lasted(a));
  });
  if (shown.size() < timeline.size()) {  // what took no time tells nothing where much is left out
    std::erase_if(shown, [&](std::size_t i) {
      return rank_of(timeline[i]) == 4 && lasted(timeline[i]) == Duration::zero();
    });
  }
  std::vector<CondensedMoment> out;
  std::size_t next = 0;
  for (const std::size_t i : shown) {
    if (i > next) out.push_back(gap(timeline, next, i));
    out.push_back({&timeline[i], timeline[i].at, 0, ""});
    next = i + 1;
  }
  if (next < timeline.size()) out.push_back(gap(timeline, next, timeline.size()));
  return out;
}

CondensedPath condense(const std::vector<PartPiece>& path) {
  const auto took = [](const PartPiece& piece) { return piece.to - piece.from; };
  const auto shown = chosen(
      path, kMostPieces, [&](const PartPiece& a, const PartPiece& b) { return took(a) > took(b); });
  const Duration whole = path.empty() ? Duration{} : path.back().to - path.front().from;
  const Duration noise = std::min<Duration>(std::chrono::milliseconds(50), whole / 100);
  CondensedPath out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool is_chosen = next < shown.size() && shown[next] == i;
    next += is_chosen ? 1 : 0;
    if (is_chosen && took(path[i]) >= noise) {
      out.pieces.push_back(&path[i]);
    } else {
      out.left_out += 1;
      out.left_out_took += took(path[i]);
    }
  }
  return out;
}

CondensedSteps condense(const std::vector<StepTimes>& steps) {
  const auto shown = chosen(steps, kMostSteps, [](const StepTimes& a, const StepTimes& b) {
    return std::pair(a.is_slow, a.took) > std::pair(b.is_slow, b.took);
  });
  CondensedSteps out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (next < shown.size() && shown[next] == i) {
      out.steps.push_back(&steps[i]);
      next += 1;
      continue;
    }
    out.left_out += 1;
    out.longest_left_out = std::max(out.longest_left_out, steps[i].took);
  }
  return out;
}

}  // namespace rung::service
