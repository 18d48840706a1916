#pragma once

#include "service/report/timeline.h"

#include <cstddef>

namespace rung::service {

// What a step does with its time.
enum class Doing : std::uint8_t {
  working,  // an attempt, or a look at what became of one
  delayed,  // until the next try
  waiting,  // for a time or a signal
  asking,   // people
  doubted   // whether it happened: people as well
};

struct Span {
  Doing doing = Doing::working;
  TimePoint from;
  TimePoint to;
};

// A step from its first beginning to its last end. Between two spans it had failed, and nobody had
// answered that yet.
struct Life {
  std::string address;
  std::vector<Span> spans;  // never empty
  bool is_open = false;     // its last span goes on
  bool is_group = false;
  std::size_t began = 0;  // positions in the journal: they tell an order where times do not
  std::size_t ended = 0;

  TimePoint from() const { return spans.front().from; }
  TimePoint to() const { return spans.back().to; }
};

struct Lives {
  std::vector<Life> steps;                              // in the order in which they began
  std::vector<std::pair<TimePoint, TimePoint>> paused;  // the run
  std::vector<std::string> undos;                       // addresses of undo steps, first to last
};

// Where the time of each step went. What goes on still ends at `until`. Pure.
Lives lives_of(const std::vector<state::Event>& events, const StepKinds& kinds, TimePoint until);

}  // namespace rung::service
