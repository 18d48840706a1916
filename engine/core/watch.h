#pragma once

#include "base/time.h"
#include "base/value.h"
#include "engine/core/agenda.h"
#include "state/event.h"

#include <deque>
#include <optional>
#include <string>

namespace rung::engine {

// What one look of a wait saw.
struct Sample {
  TimePoint at;
  bool holds = false;
  Value::Map outputs;
  std::string error;  // why there are none; "" where there are
};

// A wait that looks again and again. Most looks change nothing and are not journaled: an engine
// that takes over goes on from the latest that is, and looks anew at once.
struct Watch {
  // Of the journal.
  std::optional<state::StepLooked> kept;  // the latest look there
  TimePoint kept_at;
  std::int64_t times_kept = 0;

  // Of this engine alone; what is missing here after a crash is only looked at again.
  struct Now {
    bool is_begun = false;
    std::int64_t asked = 0;  // the look under way; 0: none
    std::int64_t looks = 0;
    std::optional<Due> next;
    std::optional<Due> since;       // since when it holds
    std::int64_t in_a_row = 0;      // looks at which it held
    std::int64_t good_samples = 0;  // looks in a row that gave outputs
    std::deque<Sample> samples{};   // the latest, oldest first
  };
  Now now{};
};

// How many samples a watch keeps for the report.
constexpr std::size_t kSamplesKept = 20;

}  // namespace rung::engine
