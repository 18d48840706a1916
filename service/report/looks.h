#pragma once

#include "service/report/timeline.h"

namespace rung::service {

// What one look of a wait or a check saw, as far as the journal has it.
struct Look {
  TimePoint at;
  bool holds = false;
  Value::Map outputs{};
  std::string error{};
};

// A wait that looked: from its opening to its end.
struct Watched {
  std::string step;
  std::int64_t looks = 0;  // in all; the journal has them all where they were no more than 200
  Ended ended = Ended::not_yet;
  std::vector<Look> seen;  // oldest first
};

// In the order of their openings. Bounded as the journal is.
std::vector<Watched> looks_of(const std::vector<state::Event>& events);

// What was measured: the least, the median and the greatest of each output that is a number or the
// like; one that never changed stands alone. "" where there is nothing of the kind.
std::string spread_text(const Watched& watched);

}  // namespace rung::service
