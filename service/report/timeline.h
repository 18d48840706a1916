#pragma once

#include "base/time.h"
#include "runbooks/plan.h"
#include "state/event.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::service {

enum class MomentKind : std::uint8_t {
  run,       // began, paused, went on, ended
  engine,    // one began to drive the run
  person,    // somebody did something to it
  question,  // asked people, and waited for them
  wait,      // for a time or a signal
  attempt,   // a try of a step
  delay,     // until the next try
  doubt,     // nobody knew whether a step had happened
  skip       // a step that was not needed
};
std::string_view name_of(MomentKind kind);

// How a moment that lasts came to its end.
enum class Ended : std::uint8_t { not_yet, done, not_done, failed, unknown };
std::string_view name_of(Ended ended);

// One thing that happened to a run.
struct Moment {
  TimePoint at;
  MomentKind kind = MomentKind::run;
  std::string step{};                // address; "" for the run
  std::string what{};                // "try 2", "approved", "took over"
  Ended ended = Ended::done;         // of what lasts
  std::optional<Duration> lasted{};  // of what lasts; of a person: how long the run waited for it
  std::string detail{};              // the question, the error, the outputs
  std::string who{};
  std::string say{};

  friend bool operator==(const Moment&, const Moment&) = default;
};

// What each step is, by address.
using StepKinds = std::map<std::string, runbooks::StepKind, std::less<>>;

// The whole story of a run, in the order of its journal: what lasts stands where it began. Groups
// are their steps' business. Pure.
std::vector<Moment> timeline_of(const std::vector<state::Event>& events, const StepKinds& kinds);

}  // namespace rung::service
