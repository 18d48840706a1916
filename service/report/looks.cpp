#include "service/report/looks.h"

#include <algorithm>

namespace rung::service {
namespace {

using namespace state;  // NOLINT(google-build-using-namespace): the event types, all of them

// Two records of one look differ by no more than this, and two looks by no less.
constexpr Duration kSameLook = std::chrono::milliseconds(50);

Look look_of(const Value& sample) {
  Look look;
  if (const Value* at = sample.member("at"); at != nullptr && at->get_if<TimePoint>() != nullptr)
    look.at = *at->get_if<TimePoint>();
  const Value* holds = sample.member("holds");
  look.holds = holds != nullptr && holds->boolean() != nullptr && *holds->boolean();
  if (const Value* outputs = sample.member("outputs"); outputs != nullptr && outputs->map())
    look.outputs = *outputs->map();
  if (const Value* error = sample.member("error"); error != nullptr) look.error = to_text(*error);
  return look;
}

class Gather {
 public:
  void tell(const Event& event) {
    event_ = &event;
    std::visit([this](const auto& payload) { on(payload); }, event.payload);
  }
  std::vector<Watched> take() && {
    std::erase_if(all_, [](const Watched& one) { return one.looks == 0; });
    return std::move(all_);
  }

 private:
  template <class Other>
  void on(const Other&) {}
  void on(const StepOpened&) {
    open_[event_->step] = all_.size();
    all_.push_back({event_->step, 0, Ended::not_yet, {}});
  }
  void on(const StepLooked& e) {
    Watched* watched = open();
    if (watched == nullptr) return;
    watched->looks = e.looks;
    watched->seen.push_back({event_->at, e.holds, e.outputs, e.error});
  }
  void on(const StepSucceeded& e) {
    Watched* watched = close(Ended::done);
    const auto samples = e.outputs.find("samples");
    const auto looks = e.outputs.find("looks");
    if (watched == nullptr || samples == e.outputs.end() || looks == e.outputs.end()) return;
    if (looks->second.integer() != nullptr) watched->looks = *looks->second.integer();
    if (samples->second.list() == nullptr) return;
    for (const Value& sample : *samples->second.list()) add(watched->seen, look_of(sample));
  }
  void on(const StepFailed&) { close(Ended::failed); }
  void on(const StepSkipped&) { close(Ended::not_done); }

  // The latest samples come with the end; some of them were journaled one by one.
  static void add(std::vector<Look>& seen, Look look) {
    const bool is_known = std::any_of(seen.begin(), seen.end(), [&](const Look& known) {
      return known.at > look.at - kSameLook && known.at < look.at + kSameLook;
    });
    if (is_known) return;
    const auto after =
        std::find_if(seen.begin(), seen.end(), [&](const Look& l) { return l.at > look.at; });
    seen.insert(after, std::move(look));
  }

  Watched* open() {
    const auto found = open_.find(event_->step);
    return found == open_.end() ? nullptr : &all_[found->second];
  }
  Watched* close(Ended ended) {
    Watched* watched = open();
    if (watched == nullptr) return nullptr;
    watched->ended = ended;
    open_.erase(event_->step);
    return watched;
  }

  const Event* event_ = nullptr;
  std::vector<Watched> all_;
  std::map<std::string, std::size_t, std::less<>> open_;
};

// Empty: it is no quantity.
std::optional<double> size_of(const Value& value) {
  if (const auto* integer = value.integer()) return static_cast<double>(*integer);
  if (const auto* number = value.number()) return *number;
  if (const auto* duration = value.get_if<Duration>())
    return static_cast<double>(duration->count());
  if (const auto* bytes = value.get_if<Bytes>()) return static_cast<double>(bytes->count);
  if (const auto* percent = value.get_if<Percent>()) return percent->percent;
  return std::nullopt;
}

std::string spread(std::vector<const Value*> values) {
  std::stable_sort(values.begin(), values.end(), [](const Value* a, const Value* b) {
    return size_of(*a).value_or(0) < size_of(*b).value_or(0);
  });
  const Value& least = *values.front();
  const Value& most = *values.back();
  if (least == most) return to_text(least);
  return to_text(least) + " / " + to_text(*values[(values.size() - 1) / 2]) + " / " + to_text(most);
}

}  // namespace

std::vector<Watched> looks_of(const std::vector<Event>& events) {
  Gather gather;
  for (const Event& event : events) gather.tell(event);
  return std::move(gather).take();
}

std::string spread_text(const Watched& watched) {
  std::map<std::string, std::vector<const Value*>> measured;
  for (const Look& look : watched.seen) {
    for (const auto& [name, value] : look.outputs) {
      if (size_of(value)) measured[name].push_back(&value);
    }
  }
  std::string text;
  for (auto& [name, values] : measured)
    text += (text.empty() ? "" : ", ") + name + " " + spread(std::move(values));
  return text;
}

}  // namespace rung::service
