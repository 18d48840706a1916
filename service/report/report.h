#pragma once

#include "service/report/forecast.h"
#include "service/report/looks.h"
#include "service/report/parts.h"
#include "service/run_view.h"

#include <array>

namespace rung::service {

class History;
struct Viewer;

// What a run was, for those who were not there: values only, computed from its journal by
// `make_report`. Text, Markdown, HTML and JSON all show this and nothing else.

// Where the time of one step went, beside what can be expected.
struct StepTimes {
  std::string step;  // address
  Duration took{};   // from its first beginning to its last end
  Duration people{};
  Duration on_path{};  // of the critical path
  Duration slack{};    // how much later it could have ended
  std::optional<Expected> expected;
  bool is_slow = false;  // slower than nine of ten earlier runs, and by more than a second
};

enum class LeftKind : std::uint8_t {
  doubt,       // nobody knows whether it happened
  tolerated,   // failed, and the run went on
  skipped,     // by somebody
  not_undone,  // it acted in a run that did not succeed
  way_back,    // the run passed its point of no return
  waits        // a run that goes on waits for it
};
std::string_view name_of(LeftKind kind);

// Something that somebody may still have to do.
struct Left {
  LeftKind kind = LeftKind::waits;
  std::string step;
  std::string text;
  std::string command;  // "" where there is none
};

// That the journal is what was written (`rung report --verify`).
struct Evidence {
  std::int64_t events = 0;
  std::string last_hash;  // hex
};

struct Report {
  RunView run;
  TimePoint until;  // the end, or when the report was made
  Duration took{};  // until then
  bool is_rto_met = false;
  std::array<Duration, kParts> parts{};
  std::vector<PartPiece> path;
  std::vector<StepTimes> steps;  // that began, in that order
  std::vector<Moment> timeline;
  std::vector<Watched> looks;        // of waits and checks
  std::vector<Life> lives;           // of steps, no groups
  std::optional<Expected> expected;  // of the whole
  std::vector<Left> left;
  std::optional<Evidence> evidence;

  bool is_over() const { return run.is_over(); }
};

struct ReportRequest {
  TimePoint now;  // of a run that goes on: how far it is told
  Forecast forecast{};
  std::optional<Evidence> evidence{};
};

// Requires: the history is the fold of these events, and has its first. Pure.
Report make_report(const History& history, const std::vector<state::Event>& events,
                   const Viewer& viewer, ReportRequest request);

// What `-o json` prints: all of `rung show`, and what is above.
Value to_value(const Report& report);

}  // namespace rung::service
