#pragma once

#include "base/action_error.h"
#include "base/value.h"
#include "engine/core/transitions.h"
#include "runbooks/plan.h"
#include "state/event.h"
#include "state/store.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::service {

using engine::StepStatus;
using runbooks::StepKind;
using state::RunStatus;

// A run as people and other programs see it: values only, computed from its journal by
// `describe_run`. Screens, `-o json` and other ends all read this and nothing else.

struct StepView {
  std::string id;
  std::string address;
  std::string title;
  std::string place;  // where it is written: "runbook.yaml:12:5"; "" for what no file holds
  StepKind kind = StepKind::action;
  std::string uses;    // "shell", "http.request"; of an action
  std::string target;  // the connection that its latest attempt works on; "" for none
  std::string phase;   // fence, promote, ...; "" for none
  StepStatus status = StepStatus::waiting;
  bool is_undo = false;
  bool is_adopted = false;
  bool is_tolerated = false;
  std::int64_t attempts = 0;
  std::int64_t generation = 0;
  std::string progress;  // the last line that its command printed, where somebody asked for it
  EffectClass effect_class = EffectClass::once;
  Value::Map inputs;                 // of the latest attempt, as journaled
  Value::Map corrected;              // inputs that people corrected, by field or "field.entry"
  std::int64_t corrected_after = 0;  // attempts that were made before the first of them
  Value::Map outputs;
  std::optional<ActionError> error;  // of the latest attempt that did not end well
  std::string cannot_look;           // of a condition: why its latest look gave nothing
  std::string skipped_because;
  std::string who;                      // decided, resolved or skipped it
  std::optional<TimePoint> started_at;  // first
  std::optional<TimePoint> attempt_started_at;
  std::optional<TimePoint> finished_at;
  std::optional<TimePoint> due;  // a wait, a delay or a consent ends then
  Duration timeout{};            // of each attempt; 0: none
  std::string no_return;         // its point of no return, as text; "" for none
};

// What somebody did to the run, and why.
struct Deed {
  TimePoint at;
  std::string who;
  std::string what;  // "start", "approved", "note", ...
  std::string step;  // address; "" for the run
  std::string say;
};

// An engine that drove the run, and what it found when it took it over from another one.
struct EngineView {
  TimePoint at;
  std::int64_t pid = 0;
  std::string host;
  std::string who;
  std::string rung;
  std::int64_t events_before = 0;
  bool is_takeover = false;      // another engine was driving it before
  bool same_boot = false;        // as that one
  bool was_interrupted = false;  // that one left steps in the middle
  TimePoint last_seen;           // its last event
  std::int64_t previous_pid = 0;
  std::string previous_host;
  bool previous_stopped = false;  // in order; else it was killed or lost, or had nothing to do
  std::vector<std::string> done_before;  // addresses
  std::vector<std::string> in_flight;    // their end was not known
  // Its own end, where it let go of the run in order.
  std::optional<TimePoint> stopped_at;
  std::string stopped_because;
};

// How those ended that left steps in the middle: "1 killed or lost, 2 stopped in order".
std::string ends_text(const std::vector<EngineView>& engines);

enum class NeedKind : std::uint8_t {
  engine,  // nobody drives the run
  room,    // the disk of the store is full
  lock,    // another run has what it must have
  approval,
  task,
  decision,
  signal,
  timer,
  condition,  // a wait that looks
  delay,
  running,
  doubt,    // a step is in doubt
  failure,  // paused after a failed step
  paused,   // by a person, or by something that changed
  stuck     // an undo failed
};

// A command that changes what a run waits for.
struct Way {
  std::string when;     // "it happened"; "" where there is only one thing to say
  std::string command;  // "rung approve 42 consent --say \"why\""
};

// One thing that a run waits for.
struct Need {
  NeedKind kind = NeedKind::running;
  std::string step;                                        // address
  std::string text;                                        // one line: for what
  std::vector<std::pair<std::string, std::string>> facts;  // name, text
  std::optional<TimePoint> since;
  std::optional<TimePoint> until;
  std::string then;            // at `until`, or if nobody does anything
  std::string who;             // can change it
  std::int64_t reminders = 0;  // so far
  std::optional<TimePoint> reminded_at;
  std::vector<std::string> escalated_to;  // names of `people:`; they may answer too
  bool is_for_person = false;
  bool ends_well_by_itself = false;  // at `until`, without anybody
  std::vector<Way> ways;
};

// What the run, or a group in it, may not use while others do.
struct LockView {
  std::string name;
  std::string step{};  // address of the group; "": the run itself
  bool is_shared = false;
  TimePoint asked_at;
  std::optional<TimePoint> taken_at;  // held from then to the end of its run or group
};

struct NoReturn {
  std::string step;
  std::string text;  // names the way back
  TimePoint at;
};

// Time spent in one of the six phases, or, as "people", in steps that ask them.
struct PhaseTime {
  std::string phase;
  Duration spent{};
};

// What a step recorded as lost: its output `rpo`, a duration.
struct Loss {
  Duration lost{};
  std::string step;
};

// A row of a list of runs.
struct ListedRun {
  state::RunSummary summary;
  std::string environment;  // of the project; "" for none
  std::vector<LockView> locks;
};

struct RunView {
  RunId id;
  std::string name;  // "orders-db-failover-42"
  std::string runbook;
  std::string title;
  std::string file;                          // of the runbook, for messages
  std::string plan;                          // hash, hex
  std::map<std::string, std::string> files;  // that were read -> sha256, hex
  std::string commit;        // of version control; "" where the runbook is under none
  bool is_modified = false;  // not all of the files were as the commit has them
  std::string mode;
  std::string environment;           // of the project; "" for none
  std::vector<std::string> despite;  // the freezes that it was begun in spite of
  std::string who;                   // created it
  std::string say;
  std::string commander;  // "" for nobody
  TimePoint commanded_since;
  RunStatus status = RunStatus::queued;
  std::string reason;
  TimePoint created_at;
  std::optional<TimePoint> finished_at;
  TimePoint last_at;
  Duration rto{};
  Duration rpo{};
  std::optional<Loss> loss;  // the largest that a step recorded
  Value::Map inputs;
  Value::Map outputs;
  std::vector<LockView> locks;
  std::vector<StepView> steps;  // in reading order; undo steps that never began are left out
  std::vector<Deed> deeds;
  std::vector<EngineView> engines;
  std::vector<Need> needs;  // what it waits for now; people's first
  std::vector<PhaseTime> phases;
  std::optional<NoReturn> no_return;
  std::int64_t events = 0;
  std::int64_t adopted = 0;   // attempts that outlived their engine
  std::int64_t repeated = 0;  // attempts made again because their end was not known
  std::int64_t doubts = 0;

  bool is_over() const { return state::is_terminal(status); }
  bool has_tolerated_failures() const;
  // It cannot go on by itself, and no time will change that.
  bool needs_person() const;
  bool has_need(NeedKind kind) const;
  const StepView* step(std::string_view address_or_id) const;
};

}  // namespace rung::service
