#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rung::engine {

enum class StepStatus : std::uint8_t {
  waiting,
  running,
  backing_off,
  in_doubt,
  succeeded,
  failed,
  skipped,
  undone
};
std::string_view name_of(StepStatus status);

// What can happen to a step, one for each event type that names one.
enum class StepChange : std::uint8_t {
  started,  // an attempt's intent
  opened,   // a wait, an approval, a person's task or a group began
  looked,   // a wait looked at what it waits for
  voted,
  voided,  // what was shown to those who approved has changed
  succeeded,
  attempt_ended,  // not done, failed or unknown; what follows from it is the next event
  retry_scheduled,
  doubted,
  failed,
  skipped,
  reset,      // a person asked for another try
  corrected,  // a person gave other inputs
  undone,
  decided,    // of a two_phase: commit or roll back
  prepared,   // of a participant: it can do either now
  committed,  // the other end of it
  rolled_back
};

std::string_view name_of(StepChange change);

struct Transition {
  StepStatus from;
  StepChange on;
  StepStatus to;
};

// The specification of a step's life. What is not here cannot happen: a command that would lead
// there is refused, a stored event that says so makes its run read-only.
inline constexpr std::array kStepTransitions = {
    Transition{StepStatus::waiting, StepChange::started, StepStatus::running},
    Transition{StepStatus::waiting, StepChange::opened, StepStatus::running},
    Transition{StepStatus::waiting, StepChange::succeeded,
               StepStatus::succeeded},  // pure: nothing to wait for
    Transition{StepStatus::waiting, StepChange::failed, StepStatus::failed},  // before any attempt
    Transition{StepStatus::waiting, StepChange::skipped, StepStatus::skipped},
    Transition{StepStatus::running, StepChange::started, StepStatus::running},  // again at once
    Transition{StepStatus::running, StepChange::looked, StepStatus::running},
    Transition{StepStatus::running, StepChange::voted, StepStatus::running},
    Transition{StepStatus::running, StepChange::voided, StepStatus::running},
    Transition{StepStatus::running, StepChange::attempt_ended, StepStatus::running},
    Transition{StepStatus::running, StepChange::succeeded, StepStatus::succeeded},
    Transition{StepStatus::running, StepChange::retry_scheduled, StepStatus::backing_off},
    Transition{StepStatus::running, StepChange::doubted, StepStatus::in_doubt},
    Transition{StepStatus::running, StepChange::failed, StepStatus::failed},
    Transition{StepStatus::running, StepChange::skipped,
               StepStatus::skipped},  // an open wait, by a person
    Transition{StepStatus::backing_off, StepChange::started, StepStatus::running},
    Transition{StepStatus::backing_off, StepChange::failed,
               StepStatus::failed},  // cancelled, out of time
    Transition{StepStatus::backing_off, StepChange::doubted,
               StepStatus::in_doubt},  // a restored store: later tries may be missing in it
    Transition{StepStatus::in_doubt, StepChange::attempt_ended,
               StepStatus::running},  // resolved, not as done
    Transition{StepStatus::in_doubt, StepChange::succeeded,
               StepStatus::succeeded},  // resolved as done
    Transition{StepStatus::in_doubt, StepChange::undone, StepStatus::undone},
    Transition{StepStatus::backing_off, StepChange::corrected, StepStatus::backing_off},
    Transition{StepStatus::failed, StepChange::corrected, StepStatus::failed},
    Transition{StepStatus::failed, StepChange::reset, StepStatus::waiting},
    Transition{StepStatus::failed, StepChange::skipped, StepStatus::skipped},
    Transition{StepStatus::failed, StepChange::undone, StepStatus::undone},
    Transition{StepStatus::succeeded, StepChange::undone, StepStatus::undone},
    // A transaction over several participants, and each of them.
    Transition{StepStatus::running, StepChange::decided, StepStatus::running},
    Transition{StepStatus::running, StepChange::prepared, StepStatus::running},
    Transition{StepStatus::waiting, StepChange::rolled_back,
               StepStatus::failed},  // decided before it began
    Transition{StepStatus::running, StepChange::committed, StepStatus::succeeded},
    Transition{StepStatus::running, StepChange::rolled_back, StepStatus::failed},
    Transition{StepStatus::backing_off, StepChange::committed,
               StepStatus::succeeded},  // a person's word: its site is gone
    Transition{StepStatus::backing_off, StepChange::rolled_back, StepStatus::failed},
    Transition{StepStatus::in_doubt, StepChange::committed, StepStatus::succeeded},
    Transition{StepStatus::in_doubt, StepChange::rolled_back, StepStatus::failed},
};

constexpr std::optional<StepStatus> next_status(StepStatus from, StepChange on) {
  for (const Transition& t : kStepTransitions) {
    if (t.from == from && t.on == on) return t.to;
  }
  return std::nullopt;
}

constexpr bool is_deterministic() {
  for (std::size_t i = 0; i < kStepTransitions.size(); ++i) {
    for (std::size_t j = i + 1; j < kStepTransitions.size(); ++j) {
      if (kStepTransitions[i].from == kStepTransitions[j].from &&
          kStepTransitions[i].on == kStepTransitions[j].on) {
        return false;
      }
    }
  }
  return true;
}
constexpr bool has_exits(StepStatus status) {
  for (const Transition& t : kStepTransitions) {
    if (t.from == status) return true;
  }
  return false;
}

static_assert(is_deterministic());
static_assert(!has_exits(StepStatus::skipped) && !has_exits(StepStatus::undone));
static_assert(!next_status(StepStatus::succeeded,
                           StepChange::started));  // a finished step stays finished
static_assert(!next_status(StepStatus::in_doubt,
                           StepChange::started));  // doubt ends by an answer, not by a try

}  // namespace rung::engine
