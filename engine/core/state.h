#pragma once

#include "base/hash.h"
#include "base/ids.h"
#include "base/outcome.h"
#include "engine/core/agenda.h"
#include "engine/core/step_tree.h"
#include "engine/core/transitions.h"
#include "engine/core/watch.h"
#include "state/event.h"
#include "state/run_summary.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rung::engine {

// Where the latest attempt of a step stands.
enum class AttemptPhase : std::uint8_t {
  none,       // no attempt yet
  in_flight,  // its effect may be happening
  done,
  not_done,
  failed,
  unknown,  // ended so, and not resolved yet
  prepared  // of a participant: it can do either, and waits to be told
};

// One step of one run: the fold of its events.
struct StepState {
  StepStatus status = StepStatus::waiting;
  AttemptPhase phase = AttemptPhase::none;
  std::int64_t attempts = 0;
  std::int64_t generation = 0;
  std::uint16_t host = 0;  // into RunState::hosts: where the latest attempt was begun
  EffectClass effect_class = EffectClass::once;
  bool has_unknown =
      false;  // an attempt of this generation ended unknown, and nobody has said since what it did
  bool has_half_acted = false;  // perhaps: an attempt ended failed, whatever the later ones did
  bool is_adopted = false;
  bool is_tolerated = false;  // failed, and nobody minds
  bool is_set_aside = false;  // failed, and what is around it goes on without it: of an item, or of
                              // a step of a `finally` that runs because of another end
  bool is_doomed = false;     // of a group: a child failed, it ends when its running children have

  Value::Map inputs;   // of the latest attempt, as journaled
  std::string target;  // of the latest attempt: the connection's name
  Value::Map undo_inputs;
  Value before;
  Value::Map outputs;
  Value::Map shown;                  // of an open approval or task
  std::optional<ActionError> error;  // of the latest attempt that did not end well
  std::string skipped_because;
  std::string who;  // decided, resolved, skipped by
  std::vector<state::Voted> votes;

  std::optional<TimePoint> first_started_at;
  std::optional<TimePoint> started_at;
  std::optional<TimePoint> finished_at;
  Duration started_boot{};  // CLOCK_BOOTTIME of the latest attempt's start; 0: another boot
  Duration first_started_boot{};
  std::optional<Due> due;        // backing off until; open until
  std::int64_t budget_from = 0;  // attempts made before a person asked for more

  std::uint32_t unmet_needs = 0;
  std::uint32_t unfinished_children = 0;  // of a group
  std::uint32_t active_leaves = 0;  // of a group: steps under it that run, wait, back off or are in
                                    // doubt, and each `finally` that a group under it still owes
  std::int64_t end_order = 0;       // completion order within the run, for the undo
};

// People are waited for: since when, and how often that was said.
struct Asking {
  TimePoint since;
  std::int64_t reminders = 0;
  TimePoint reminded_at;
  bool is_escalated = false;
  TimePoint escalated_at;
  std::optional<Due> next;
};

// A transaction over several participants, from its opening on.
struct Poll {
  std::optional<bool> commit;  // empty: not decided yet
  ActionError error;           // why not
};
// One of its participants, from its first attempt on.
struct Ballot {
  state::Turn turn = state::Turn::work;  // of the latest attempt
  Value receipt;                         // that prepare gave; null: it changed nothing
  std::int64_t told = 0;                 // attempts to carry out the decision
};

// What a group of steps has asked for, beside what is held around it.
struct GroupLocks {
  state::LocksAsked asked;
  TimePoint asked_at;
  std::optional<TimePoint> taken_at;  // none: it waits for them
};

enum class RunPhase : std::uint8_t { created, steps, undoing, finalizing, finished };

// One run: the fold of its journal. Derived facts only; copying it copies the run.
struct RunState {
  RunId id;
  Seq seq;            // of the last event folded
  TimePoint last_at;  // `at` never decreases
  std::optional<state::RunCreated> created;
  TimePoint created_at;
  std::optional<state::RunClaimed> claim;
  std::optional<TimePoint> released_at;  // the engine of `claim` let go of it in order
  std::optional<state::LocksAsked> locks;
  TimePoint locks_asked_at;
  std::optional<TimePoint> locks_taken_at;
  std::map<NodeIndex, GroupLocks> group_locks;  // held or waited for now
  std::int64_t claims = 0;                      // engines that drove it
  std::vector<Host> hosts;                      // that it was driven on, each once
  std::uint16_t claimed_host = 0;               // into `hosts`: of the latest claim
  RunPhase phase = RunPhase::created;
  std::optional<state::RunPaused> paused;
  std::optional<state::RunEnding> ending;
  std::optional<state::RunFinished> finished;
  TimePoint finished_at;
  std::string stuck_at;                // address of the undo that failed; "" for none
  std::optional<NodeIndex> no_return;  // the step after whose intent the run cannot be undone
  TimePoint no_return_at;

  std::optional<Due> limit;      // of the whole run: its steps end then
  std::vector<StepState> steps;  // by NodeIndex: the plan's, then those of loops
  Loops loops;
  std::map<NodeIndex, Poll> polls;      // of two_phase steps
  std::map<NodeIndex, Ballot> ballots;  // of participants
  std::set<NodeIndex> to_decide;        // two_phase steps that can be decided
  std::set<NodeIndex> to_settle;        // participants that are to be told the decision now
  std::map<NodeIndex, state::ChildOpened> children;  // what runbooks that are used were given
  std::set<NodeIndex> ready;         // may start as soon as the run lets steps start
  std::set<NodeIndex> active;        // running, backing off, open or in doubt; not groups
  std::set<NodeIndex> ended_groups;  // groups whose end is to be recorded
  std::set<NodeIndex> cleanups;      // `finally` of groups that have begun, until it is over
  std::map<NodeIndex, Value::Map> corrections;  // inputs that people corrected, from now on
  std::map<NodeIndex, Value::Map> corrected;    // those that the latest attempt was made with
  std::string mode;                             // in which it goes on now
  std::string commander;                        // who commands the run; "" for nobody
  TimePoint commanded_since;
  std::map<NodeIndex, Asking> asking;  // what waits for people; the root for the run itself
  Agenda reminders;                    // of `asking`
  Agenda waits;   // open steps until their waiting ends, delayed ones until their time is over
  Agenda delays;  // backing off until the next try
  std::map<NodeIndex, Watch> watches;  // open waits that look
  std::int64_t looks_asked = 0;        // of this engine: it numbers looks
  std::uint32_t in_doubt = 0;          // steps in doubt
  std::uint32_t undos_in_doubt = 0;    // undo steps among them
  std::uint32_t in_flight =
      0;  // attempts whose outcome is not recorded, or unknown and being probed
  std::optional<NodeIndex> failed_by;  // the untolerated failure nobody has answered yet
  std::vector<NodeIndex> undo_order;   // undo steps, first to last
  std::size_t next_undo = 0;
  std::int64_t ends = 0;  // counter behind StepState::end_order

  StepState& at(NodeIndex i) { return steps[i.number]; }
  const StepState& at(NodeIndex i) const { return steps[i.number]; }
};

// The state after one more event. Total on valid histories; corrupt where the event cannot follow
// (no such step, a transition that is not in the table).
Result<RunState> apply(const Graph& graph, RunState state, const state::Event& event);
// The same in place; after an error the state is of no use.
Result<void> apply_in_place(const Graph& graph, RunState& state, const state::Event& event);
// The whole journal. corrupt as `apply`, naming the position.
Result<RunState> fold(const Graph& graph, RunId run, const std::vector<state::Event>& events);

// "orders-db-failover-42"
std::string run_name(const RunState& state);

// The run's status as people know it, and the row that caches it.
state::RunStatus status_of(const RunState& state);
state::RunSummary summary_of(const Graph& graph, const RunState& state);
// The earliest thing that time alone brings about.
NextDue next_due(const RunState& state);
// When the step's whole time (`step_timeout`) is over.
std::optional<Due> step_limit(const runbooks::Step& step, const StepState& state);
// It has asked for locks that it does not have yet: nothing of it has begun.
bool awaits_locks(const RunState& state);
// A group of it has.
bool awaits_group_locks(const RunState& state);
// Whether a new attempt may begin in the run's present phase.
bool may_start(const RunState& state);
// A failure around the step has ended what it is part of, or the run has ended but for what cleans
// up.
bool is_held_back(const StepTree& tree, const RunState& run, NodeIndex i);

// What time brings about while people are waited for: the next reminder, the escalation, the end
// of a pause. Empty: nothing more.
std::optional<Due> next_of(const Graph& graph, const RunState& run, NodeIndex i,
                           const Asking& asking);

// The idempotency key of a step's current generation.
Uuid key_of(const RunState& state, const std::string& address, std::int64_t generation);

// The name under which a participant prepares, unique for ever: "rung:STORE:RUN:" and a part of the
// key. At most 63 characters, of which servers keep no more. Never changed: it is looked for later.
std::string transaction_name(const RunState& state, const std::string& address,
                             std::int64_t generation);
// The beginning that all names of a store have.
std::string transaction_prefix(const std::string& store);

}  // namespace rung::engine
