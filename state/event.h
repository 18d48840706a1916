#pragma once

#include "base/action_error.h"
#include "base/host.h"
#include "base/ids.h"
#include "base/time.h"
#include "base/value.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rung::state {

// Recorded facts of one run, in the past tense. These types are the durable contract: what is
// written once is read for ever (docs/journal-format.md). A field is only ever added, with a
// default that means what older journals meant; a change of meaning is a new version.

enum class RunStatus : std::uint8_t {
  queued,
  running,
  waiting,
  paused,
  in_doubt,
  undoing,
  stuck,
  succeeded,
  failed,
  undone,
  cancelled
};
std::string_view name_of(RunStatus status);
std::optional<RunStatus> parse_run_status(std::string_view name);
constexpr bool is_terminal(RunStatus s) {
  return s == RunStatus::succeeded || s == RunStatus::failed || s == RunStatus::undone ||
         s == RunStatus::cancelled;
}

struct RunCreated {
  std::string runbook{};
  std::string plan{};   // hash, hex
  Value::Map inputs{};  // resolved
  Value::Map vars{};    // evaluated once, here
  std::string mode{};
  std::string who{};
  std::string say{};          // the reason
  std::string store{};        // the store's id: part of every idempotency key
  std::int64_t seed = 0;      // of the retry jitter
  std::string environment{};  // of the project, as `--env` named it; "" for none
  std::string commit{};       // of version control, where the runbook is under it; "" for none
  bool is_modified = false;   // what was read was not all as that commit has it
  std::vector<std::string> despite{};  // the freezes that it was begun in spite of, as sentences
  friend bool operator==(const RunCreated&, const RunCreated&) = default;
};

// An engine begins to drive the run, at its creation or after another engine's end.
struct RunClaimed {
  std::int64_t epoch = 0;
  Host host{};
  std::int64_t pid = 0;
  std::string who{};
  std::string rung{};  // version
  friend bool operator==(const RunClaimed&, const RunClaimed&) = default;
};

enum class PauseReason : std::uint8_t { operator_, failure, rejected, timeout, changed };
struct RunPaused {
  PauseReason reason = PauseReason::operator_;
  std::string step{};  // which one caused it; "" for an operator's pause
  std::string detail{};
  std::string who{};
  std::string say{};
  friend bool operator==(const RunPaused&, const RunPaused&) = default;
};
struct RunContinued {
  std::string who{};
  std::string say{};
  friend bool operator==(const RunContinued&, const RunContinued&) = default;
};

// No step starts any more; running ones end. Then `finally`, then the terminal event.
enum class Ending : std::uint8_t { succeed, fail, cancel, undo };
struct RunEnding {
  Ending ending = Ending::fail;
  std::string step{};  // what decided it
  std::string reason{};
  std::string who{};
  std::string say{};
  bool kill = false;  // what runs is ended too, not awaited
  friend bool operator==(const RunEnding&, const RunEnding&) = default;
};
// The undo begins: every attempt has an outcome. The steps to undo, first to last.
struct UndoPlanned {
  std::vector<std::string> steps{};  // addresses of undo steps
  friend bool operator==(const UndoPlanned&, const UndoPlanned&) = default;
};
// The steps of `finally` begin.
struct FinallyStarted {
  friend bool operator==(const FinallyStarted&, const FinallyStarted&) = default;
};
// An undo failed for good: a person must retry or skip it.
struct RunStuck {
  std::string step{};
  friend bool operator==(const RunStuck&, const RunStuck&) = default;
};
struct RunFinished {
  RunStatus status = RunStatus::succeeded;
  std::string reason{};
  Value::Map outputs{};
  friend bool operator==(const RunFinished&, const RunFinished&) = default;
};
struct RunNoted {
  std::string text{};
  std::string who{};
  friend bool operator==(const RunNoted&, const RunNoted&) = default;
};
struct SignalReceived {
  std::string name{};
  Value payload{};
  std::string who{};
  friend bool operator==(const SignalReceived&, const SignalReceived&) = default;
};

// What an attempt is for: a step's work (of a participant: to prepare it), or to carry out what was
// decided about a participant.
enum class Turn : std::uint8_t { work, commit, rollback };
// The intent: written before the effect may happen.
struct StepStarted {
  std::int64_t attempt = 1;     // counts tries; not part of the key
  std::int64_t generation = 0;  // part of the key
  EffectClass effect_class = EffectClass::once;
  Value::Map inputs{};  // what was not constant in the plan, resolved; secrets as {"$expr": ...}
  Value::Map undo{};    // inputs of the undo as far as they are known before the effect
  Value before{};       // the pre-image
  std::int64_t boot_ns = 0;  // CLOCK_BOOTTIME at the start; the boot is the claim's
  std::string target{};      // the connection's name; "" for none
  Turn turn = Turn::work;    // of the two others only this, the try and the class are written
  friend bool operator==(const StepStarted&, const StepStarted&) = default;
};
// A wait, an approval or a person's task stands open.
struct StepOpened {
  Value::Map shown{};              // ask / do / show, resolved
  std::optional<TimePoint> due{};  // when the waiting ends by itself
  std::int64_t due_boot_ns = 0;    // the same by CLOCK_BOOTTIME; 0 for a time of day
  friend bool operator==(const StepOpened&, const StepOpened&) = default;
};
// A loop began: its items and what each is called, in order.
struct LoopOpened {
  Value items{};                    // a list
  std::vector<std::string> keys{};  // one for each
  friend bool operator==(const LoopOpened&, const LoopOpened&) = default;
};
// Another runbook began as a part of this run.
struct ChildOpened {
  Value::Map inputs{};  // resolved
  Value::Map vars{};    // evaluated once, here
  friend bool operator==(const ChildOpened&, const ChildOpened&) = default;
};
// A wait looked: recorded for the first look, when what it waits for begins or ceases to hold, and
// now and then between, so that a long wait stays a short journal.
struct StepLooked {
  std::int64_t looks = 0;  // so far, this one among them
  bool holds = false;
  Value::Map outputs{};              // what the check gave
  std::string error{};               // why it gave nothing; "" where it did
  std::optional<TimePoint> since{};  // since when it holds
  std::int64_t since_boot_ns = 0;    // the same by CLOCK_BOOTTIME
  std::optional<TimePoint> next{};   // the next look, about
  friend bool operator==(const StepLooked&, const StepLooked&) = default;
};
// A script asked for something. The event's step is the script, or the step() in it: there the call
// gets a place of its own under its name.
struct ScriptCalled {
  std::string kind{};  // step | action | sleep | signal
  std::string name{};
  Value::Map arguments{};            // by kind; secrets by reference, as in stored templates
  std::int64_t line = 0;             // of the file
  std::vector<std::string> gives{};  // outputs of the action
  friend bool operator==(const ScriptCalled&, const ScriptCalled&) = default;
};
// A script asked for what only had to be recorded.
struct ScriptNoted {
  std::string kind{};  // now | random
  Value value{};
  friend bool operator==(const ScriptNoted&, const ScriptNoted&) = default;
};
// The attempt is done (or the wait is over, the consent given, the values set).
struct StepSucceeded {
  Value::Map outputs{};
  bool adopted = false;
  std::string who{};  // of an approval, a manual step, a resolve
  std::string say{};
  friend bool operator==(const StepSucceeded&, const StepSucceeded&) = default;
};
enum class AttemptEnd : std::uint8_t { not_done, failed, unknown };
struct AttemptEnded {
  AttemptEnd end = AttemptEnd::failed;
  ActionError error{};
  std::string who{};  // of a resolve
  std::string say{};
  friend bool operator==(const AttemptEnded&, const AttemptEnded&) = default;
};
struct RetryScheduled {
  TimePoint due{};
  std::int64_t due_boot_ns = 0;
  friend bool operator==(const RetryScheduled&, const RetryScheduled&) = default;
};
struct StepInDoubt {
  std::string detail{};
  friend bool operator==(const StepInDoubt&, const StepInDoubt&) = default;
};
struct StepFailed {
  ActionError error{};
  bool tolerated = false;
  friend bool operator==(const StepFailed&, const StepFailed&) = default;
};
struct StepSkipped {
  std::string reason{};  // "when", "skip", "branch"
  Value::Map outputs{};
  std::string who{};
  std::string say{};
  friend bool operator==(const StepSkipped&, const StepSkipped&) = default;
};
// A person asked for another try of a failed step.
struct StepReset {
  std::string who{};
  std::string say{};
  friend bool operator==(const StepReset&, const StepReset&) = default;
};
struct Voted {
  bool approve = false;
  std::string who{};
  std::string say{};
  std::vector<std::string> as{};  // the names in `by` or `each` that are theirs
  std::string plan{};             // the plan that they were asked about, hash, hex
  friend bool operator==(const Voted&, const Voted&) = default;
};
// An undo ended: the step that it undoes is undone.
struct StepUndone {
  friend bool operator==(const StepUndone&, const StepUndone&) = default;
};
// A person corrected inputs of a step: they hold for its attempts from here on.
struct StepCorrected {
  Value::Map with{};  // "url" or "env.REGION" -> value; all that holds now, earlier ones among them
  std::string who{};
  std::string say{};
  friend bool operator==(const StepCorrected&, const StepCorrected&) = default;
};
// Enough people approved, and what they had been shown was not so any more: it is asked again.
struct ApprovalVoided {
  Value::Map shown{};  // as it is now, with what it was under `was`
  friend bool operator==(const ApprovalVoided&, const ApprovalVoided&) = default;
};
// Somebody commands the run from here on.
struct RunCommanded {
  std::string to{};   // who
  std::string who{};  // took it, or handed it over
  std::string say{};
  friend bool operator==(const RunCommanded&, const RunCommanded&) = default;
};
// The run goes on in another of its modes.
struct ModeSwitched {
  std::string mode{};
  std::string who{};
  std::string say{};
  friend bool operator==(const ModeSwitched&, const ModeSwitched&) = default;
};
// The engine that drives the run lets go of it in order: it stops, and the run is not over. One
// that was killed leaves no such word.
struct RunReleased {
  std::int64_t epoch = 0;  // of that engine
  std::string reason{};    // why it stops
  friend bool operator==(const RunReleased&, const RunReleased&) = default;
};
// A step that waits for people, or (without a step) a run that is paused or stuck, still waits.
struct Reminded {
  std::int64_t count = 0;         // reminders so far, those that no engine was there for among them
  std::vector<std::string> to{};  // of an escalation: names of `people:` who are asked too
  friend bool operator==(const Reminded&, const Reminded&) = default;
};

// What becomes of a transaction over several participants, once and for all.
struct TwoPhaseDecided {
  bool commit = false;
  ActionError error{};  // why not
  friend bool operator==(const TwoPhaseDecided&, const TwoPhaseDecided&) = default;
};
// A participant can do either now, and waits for the decision.
struct ParticipantPrepared {
  Value::Map outputs{};
  Value receipt{};  // by it the target is asked later what became of it; null: it changed nothing
  friend bool operator==(const ParticipantPrepared&, const ParticipantPrepared&) = default;
};
// What has become of a participant, known for sure or by a person's word.
struct ParticipantSettled {
  bool committed = false;
  bool adopted = false;  // it was found so
  std::string detail{};
  std::string who{};  // of a resolve
  std::string say{};
  friend bool operator==(const ParticipantSettled&, const ParticipantSettled&) = default;
};

// What the run, or the group of the event's step, may not use at the same time as others, by name,
// resolved from the run's inputs. It waits until it can have all of it; nothing of it begins
// before.
struct LocksAsked {
  std::vector<std::string> exclusive{};
  std::vector<std::string> shared{};
  std::string key{};  // of `concurrency`; "" for none. An exclusive lock of a name of its own
  friend bool operator==(const LocksAsked&, const LocksAsked&) = default;
};
// All at once. Those of the run are its own until its end, those of a group until they are freed or
// the run ends.
struct LocksTaken {
  friend bool operator==(const LocksTaken&, const LocksTaken&) = default;
};
// Of a group: it is over, or does not wait any more.
struct LocksFreed {
  friend bool operator==(const LocksFreed&, const LocksFreed&) = default;
};

using Payload =
    std::variant<RunCreated, RunClaimed, RunPaused, RunContinued, RunEnding, UndoPlanned,
                 FinallyStarted, RunStuck, RunFinished, RunNoted, SignalReceived, StepStarted,
                 StepOpened, StepSucceeded, AttemptEnded, RetryScheduled, StepInDoubt, StepFailed,
                 StepSkipped, StepReset, Voted, StepUndone, StepCorrected, ApprovalVoided,
                 RunCommanded, Reminded, ModeSwitched, RunReleased, LoopOpened, ChildOpened,
                 StepLooked, LocksAsked, LocksTaken, LocksFreed, TwoPhaseDecided,
                 ParticipantPrepared, ParticipantSettled, ScriptCalled, ScriptNoted>;

struct Event {
  TimePoint at{};      // never decreases within a run
  std::string step{};  // address; "" for events of the run
  Payload payload{};
  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace rung::state
