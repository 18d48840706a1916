#pragma once

#include "base/action_error.h"
#include "base/action_spec.h"
#include "base/diagnostic.h"
#include "base/hash.h"
#include "base/time.h"
#include "runbooks/template.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::runbooks {

// Index into Plan::steps. Stable for one plan; what people and journals see is the address.
struct StepIndex {
  std::uint32_t number = 0;
  friend auto operator<=>(const StepIndex&, const StepIndex&) = default;
};

// Few and closed: the language's big words unfold into these.
enum class StepKind : std::uint8_t {
  action,      // an effect through the Action interface
  set,         // outputs from expressions, nothing else
  fail,        // ends the steps
  wait,        // for a duration, a time of day, a signal, or what a check sees
  approve,     // for people's consent
  manual,      // for a person's hands
  decide,      // for a person's choice among options
  group,       // a list of steps, in order, as a DAG, or all at once
  two_phase,   // a transaction over its participants: all commit, or none
  participant  // its part of one target; its action prepares, and later commits or rolls back
};

enum class OnFailure : std::uint8_t { pause, fail, undo_run };
enum class OnReject : std::uint8_t { cancel, undo_run, proceed };
enum class OnTimeout : std::uint8_t { reject, approve, pause, fail, proceed };
enum class InDoubt : std::uint8_t { by_class, retry, ask };

struct Retry {
  std::int32_t attempts = 1;
  Duration delay{};
  Duration max_delay{};
  std::vector<ErrorClass> errors;  // empty: every class
  friend bool operator==(const Retry&, const Retry&) = default;
};

// One use of an action: what a step does, how it looks whether it did, how it is undone.
struct ActionUse {
  std::string uses;                                  // "shell", "http.request", "test.noop"
  std::string version;                               // of the module, at load
  Template target;                                   // yields a name of Plan::connections; or null
  Template::Map with;                                // every field that was given
  std::vector<std::string> gives;                    // outputs of the action itself, by name
  std::map<std::string, Type, std::less<>> outputs;  // declared by the step (shell: parsed so)
  Expression expect;                                 // on the outputs by bare name
  friend bool operator==(const ActionUse&, const ActionUse&) = default;
};

struct WaitSpec {
  Template duration;     // one of the three is given
  Template at;           // "02:30" or RFC 3339
  std::string timezone;  // IANA, for `at`; "" is UTC
  std::string signal;
  friend bool operator==(const WaitSpec&, const WaitSpec&) = default;
};

// Kind wait, for a condition of the world: the step's action is a check, which only reads and is
// looked at again and again until `until` holds of its outputs.
struct WatchSpec {
  Expression until;
  Duration every{};            // from one look to the next
  Duration look_timeout{};     // of each look
  Duration hold{};             // so long without interruption; 0: one look is enough
  std::int32_t successes = 1;  // so many looks in a row
  std::int32_t samples = 0;    // `until` sees lists of the latest so many outputs; 0: the outputs
  OnTimeout on_timeout = OnTimeout::fail;
  friend bool operator==(const WatchSpec&, const WatchSpec&) = default;
};

struct ApproveSpec {
  Template ask;
  Template::Map show;
  std::vector<std::string> by;  // names in Plan::people; empty: anybody confirms
  std::int32_t count = 1;
  bool is_each = false;  // one person for each name of `by`, nobody for two of them
  OnTimeout on_timeout = OnTimeout::reject;
  OnReject on_reject = OnReject::cancel;
  friend bool operator==(const ApproveSpec&, const ApproveSpec&) = default;
};

struct ManualSpec {
  Template instruction;
  std::vector<std::string> checklist;
  std::vector<std::string> by;
  std::map<std::string, Type, std::less<>> outputs;
  OnTimeout on_timeout = OnTimeout::pause;
  friend bool operator==(const ManualSpec&, const ManualSpec&) = default;
};

struct DecideSpec {
  Template ask;
  std::vector<std::pair<std::string, Template>> options;  // name and what it means, two or more
  std::string fallback;  // the option that is taken when `timeout` has passed; "" for none
  std::vector<std::string> by;
  friend bool operator==(const DecideSpec&, const DecideSpec&) = default;
};

// Kind group, once for each item of a list: its only child is a group, the body.
struct LoopSpec {
  std::string item;  // the name by which expressions inside see the item
  Template in;       // a list, or a map (then items are {key, value})
  Template key;      // of an item, unique; absent: the item itself, or its position
  std::int32_t max_parallel = 1;
  std::int32_t tolerate = 0;  // so many items may fail without stopping the rest
  friend bool operator==(const LoopSpec&, const LoopSpec&) = default;
};

// Kind group: the steps of another runbook, as a part of this run.
struct ChildSpec {
  std::uint32_t module = 0;  // in Plan::modules, counted from 1
  Template::Map with;        // its inputs
  friend bool operator==(const ChildSpec&, const ChildSpec&) = default;
};

// How people are kept aware of what waits for them.
struct Reminding {
  Duration every{};                      // 0: never
  Duration escalate_after{};             // 0: never
  std::vector<std::string> escalate_to;  // names in Plan::people, who may answer from then on
  friend bool operator==(const Reminding&, const Reminding&) = default;
};

// What becomes of a pause after a failure that nobody ends.
enum class AfterPause : std::uint8_t { fail, undo_run, cancel };
struct PauseSpec {
  Duration remind{};  // 0: never
  Duration limit{};   // 0: none
  AfterPause then = AfterPause::fail;
  friend bool operator==(const PauseSpec&, const PauseSpec&) = default;
};

// Kind two_phase: its children are its participants.
struct TwoPhaseSpec {
  Duration prepare_within{};  // of all participants together
  friend bool operator==(const TwoPhaseSpec&, const TwoPhaseSpec&) = default;
};

// Kind group: a durable Lua script. Its children are the calls that it makes, which only a run
// knows.
struct ScriptSpec {
  std::string text;
  std::int32_t line = 1;          // where it begins in its file
  bool has_open_outputs = false;  // it gives more than can be known before a run
  friend bool operator==(const ScriptSpec&, const ScriptSpec&) = default;
};

// Kind wait, of no group: looked at beside the steps until the point of no return. When it holds,
// the run ends.
struct GuardSpec {
  Template say;  // of the check's outputs too; null: nothing is said
  friend bool operator==(const GuardSpec&, const GuardSpec&) = default;
};

// What a run, or a group of its steps, may not use while others do. Its name is evaluated when the
// run is created.
struct LockSpec {
  Template name;
  bool is_shared = false;
  friend bool operator==(const LockSpec&, const LockSpec&) = default;
};

// A node of the unfolded plan. Every default is materialised: what is absent here is absent.
struct Step {
  std::string id;       // flat in its file; "" for none
  std::string address;  // its path: "tiers/cloud/put", "copy@undo" for the undo of `copy`
  std::string title;
  StepKind kind = StepKind::action;
  std::uint32_t module = 0;  // in whose file it stands: 0 the runbook's own, else Plan::modules
  std::optional<StepIndex> parent;  // the group; none for the roots
  std::vector<StepIndex> children;  // of a group, in the author's order
  std::vector<StepIndex>
      needs;  // siblings that must have ended well; a sequence needs its predecessor
  std::optional<StepIndex> undo;    // the step that undoes this one
  std::optional<StepIndex> before;  // the step that looks at what this one is about to change
  std::optional<StepIndex> undoes;  // set on that step

  Expression when;
  std::vector<std::string> modes;  // of the run in which it is done; empty: all
  ActionUse action;                // kind action, participant; of a watch its check
  std::optional<ActionUse> probe;  // kind action: how to look, beside what the action itself offers
  Template::Map set;               // kind set: name -> value
  Template fail;                   // kind fail: why
  WaitSpec wait;
  std::optional<WatchSpec> watch;  // kind wait
  std::optional<GuardSpec> guard;  // kind wait, with a watch
  ApproveSpec approve;
  ManualSpec manual;
  DecideSpec decide;
  Reminding reminding;  // of the three
  TwoPhaseSpec two_phase;
  std::vector<LockSpec> locks;  // kind group: taken before its first step, held to its end
  bool cancel_others = false;   // kind group: a failing child cancels its running siblings
  bool is_parallel = false;     // kind group: children start together (needs are empty)
  std::optional<LoopSpec> loop;
  std::optional<ChildSpec> child;
  bool is_finally =
      false;               // kind group: of its parent, whose steps it needs; runs however they end
  bool is_verify = false;  // kind group: its children are the checks of a verification
  std::optional<ScriptSpec>
      script;              // `timeout`, `leftovers` and `pinned` then hold for its actions
  bool is_choice = false;  // kind group: of its children, in order, the first whose `when` holds
  std::optional<OnFailure>
      on_failure;  // kind group: of what fails in it; else of what is around it

  Duration timeout{};                   // of each attempt, or of the waiting; 0: none
  Duration step_timeout{};              // of all attempts and delays; 0: none
  std::optional<Retry> retry;           // explicit; else by effect class, see Plan::default_retry
  std::optional<std::string> tolerate;  // the reason
  InDoubt in_doubt = InDoubt::by_class;
  std::string how_to_tell;
  std::vector<std::string> undo_on;  // outcomes ("succeeded", "failed") after which undo applies
  bool undo_none = false;            // the author said that there is nothing to undo
  std::optional<std::string> point_of_no_return;
  std::string leftovers = "allow";  // allow | kill | fail
  std::string phase;                // detect | wait | fence | promote | repoint | verify, or ""
  bool is_unpinned = false;
  std::map<std::string, std::string, std::less<>> pinned;  // file named by the step -> sha256, hex
  Position at;                                             // in the runbook, for messages

  friend bool operator==(const Step&, const Step&) = default;
};

// It is made of other steps, which stand under it.
inline bool holds_steps(const Step& step) {
  return step.kind == StepKind::group || step.kind == StepKind::two_phase;
}
// Its action acts on the world.
inline bool acts(const Step& step) {
  return step.kind == StepKind::action || step.kind == StepKind::participant;
}

struct InputSpec {
  std::string name;
  Type type = Type::string;
  std::vector<std::string> choices;
  std::optional<Value> fallback;  // `default:`
  std::string doc;
  friend bool operator==(const InputSpec&, const InputSpec&) = default;
};

struct Requirement {
  Expression that;
  Template say;
  friend bool operator==(const Requirement&, const Requirement&) = default;
};

// Where a secret's content comes from. The content itself is never part of a plan.
struct SecretSource {
  std::string env;  // one of the two
  std::string file;
  friend bool operator==(const SecretSource&, const SecretSource&) = default;
};

struct Person {
  std::vector<std::string> users;     // OS users
  std::vector<std::string> groups;    // OS groups, or "oidc:..." later
  std::vector<std::string> notify{};  // names of channels
  friend bool operator==(const Person&, const Person&) = default;
};

// What rung.yaml says of a connection or a channel. Fields are constant or read `secrets`.
struct Connection {
  std::string uses;  // its kind
  Template::Map fields;
  bool is_of_environment = false;  // the environment changes it: it is not the real one
  friend bool operator==(const Connection&, const Connection&) = default;
};

// Where notifications go. Stored with the plan.
struct Notify {
  std::map<std::string, Connection, std::less<>> channels;
  std::vector<std::string> events;
  friend bool operator==(const Notify&, const Notify&) = default;
};

// A runbook that another one uses, once for each use: what it takes, computes and gives. Its steps
// stand under the step that uses it.
struct Module {
  std::string runbook;  // its name
  std::string file;     // for messages
  std::string folder;   // absolute: where its relative commands and files are found
  std::vector<InputSpec> inputs;
  std::vector<Requirement> require;
  std::vector<std::pair<std::string, Template>> vars;
  std::vector<std::pair<std::string, Template>> outputs;
  friend bool operator==(const Module&, const Module&) = default;
};

// At most one run of a key at a time, whatever runbook it is of.
struct ConcurrencySpec {
  Template key;          // evaluated when the run is created
  bool rejects = false;  // a second run is refused; else it waits its turn
  friend bool operator==(const ConcurrencySpec&, const ConcurrencySpec&) = default;
};

// A calendar of the project under which no run of this runbook begins: one period, or a part of
// each of some days.
struct FreezeSpec {
  std::string name;
  bool is_daily = false;
  std::string from;           // "2026-12-20 00:00"; daily: "09:00"
  std::string to;             // the first moment after it; daily, before `from`: of the next day
  std::vector<int> weekdays;  // daily: on which it begins, 0 is Monday; empty: on each
  std::string timezone;       // "" is UTC
  std::vector<std::string> modes;
  std::string say;
  friend bool operator==(const FreezeSpec&, const FreezeSpec&) = default;
};

// A runbook unfolded and pinned: everything that a run may do, in canonical form. Recovery reads
// this and never the YAML. Immutable; shared by the runs that were created from the same text.
struct Plan {
  std::int32_t language = 1;
  std::string runbook;  // its name
  std::string title;
  std::string folder;  // absolute: where relative commands and files are found
  std::string file;    // the runbook's file name, for messages
  std::map<std::string, std::string, std::less<>> sources;  // file read -> sha256, hex

  std::vector<InputSpec> inputs;
  std::vector<Requirement> require;
  std::vector<std::pair<std::string, Template>> vars;  // in the author's order
  std::vector<std::pair<std::string, Template>> outputs;
  std::optional<ConcurrencySpec> concurrency;
  std::vector<LockSpec> locks;  // taken before the first step, held to the end
  std::vector<FreezeSpec> freezes;
  std::vector<std::string> break_glass;  // of `people`: who may begin it frozen; empty: anybody
  std::map<std::string, SecretSource, std::less<>> secrets;
  std::map<std::string, Person, std::less<>> people;
  std::string project;      // its name
  std::string environment;  // of `--env`; "" for none
  Value::Map sites;         // name -> map, as expressions read them
  std::map<std::string, Connection, std::less<>> connections;
  Notify notify;
  std::vector<std::string> modes;
  Duration rto{};  // 0: none stated
  Duration rpo{};
  OnFailure on_failure = OnFailure::pause;
  PauseSpec pause;
  Duration run_timeout{};
  Retry default_retry;  // for idempotent and keyed uses without a `retry:`

  std::vector<Module> modules;  // of children; Step::module counts from 1
  std::vector<Step>
      steps;          // the two roots first, then in reading order, undo steps after what they undo
  StepIndex root{0};  // group of the ordinary steps
  StepIndex finally{1};  // group of the steps of `finally:` (may be empty)

  const Step& step(StepIndex i) const { return steps[i.number]; }
  // nullptr for a step of the runbook itself.
  const Module* module_of(const Step& s) const {
    return s.module == 0 ? nullptr : &modules[s.module - 1];
  }
  const std::string& folder_of(const Step& s) const {
    return s.module == 0 ? folder : modules[s.module - 1].folder;
  }
  // By address, or by id. Empty where there is none.
  std::optional<StepIndex> find(std::string_view address_or_id) const;

  friend bool operator==(const Plan&, const Plan&) = default;
};

// Where the author wrote it, as messages say it: "runbook.yaml:12:5". "" for what no file holds.
std::string place_of(const Plan& plan, const Step& step);

// Calls `visit` for each expression that the step evaluates, its undo's not among them: that is a
// step of its own.
void each_expression(const Step& step, const std::function<void(const Expression&)>& visit);

// The stored form: canonical JSON (base/json.h). Its hash is the plan's identity.
std::string to_json(const Plan& plan);
// corrupt: no plan of language 1; conflict: a later language ("needs a newer rung").
Result<Plan> plan_from_json(std::string_view json);
Sha256 hash_of(const Plan& plan);

// Whether an address is, in an item of a loop, what the plan calls `planned`: tiers/cloud/put is
// tiers/*/put.
bool is_in_item(std::string_view address, std::string_view planned);

}  // namespace rung::runbooks
