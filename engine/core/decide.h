#pragma once

#include "base/action_spec.h"
#include "engine/core/command.h"
#include "engine/core/state.h"
#include "scripting/evaluator.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rung::engine {

// Work for the shell around the core. It reads the details from the state.
struct StartAttempt {
  NodeIndex step;
};
struct RecoverAttempt {
  NodeIndex step;
};
struct ProbeAttempt {
  NodeIndex step;
  bool after_restart = false;
};
struct Look {  // at what a wait waits for
  NodeIndex step;
  std::int64_t number = 0;
};
struct CancelAttempt {
  NodeIndex step;
  bool by_deadline = false;
};
struct ForgetAttempt {  // its outcome is in these events
  NodeIndex step;
  std::int64_t generation = 0;
  std::int64_t attempt = 0;
};
using Effect =
    std::variant<StartAttempt, RecoverAttempt, ProbeAttempt, Look, CancelAttempt, ForgetAttempt>;

// Why a command was not carried out: the state forbids it, or it asks for what is not there.
// Nothing changed. The message says what to do instead.
struct Refusal {
  ErrorCode code = ErrorCode::conflict;
  std::string message;
};

// Facts about actions that decide what happens after an unknown outcome. Constant for a binary.
class ActionFacts {
 public:
  virtual ~ActionFacts() = default;
  virtual EffectClass effect_class(const std::string& uses, const Value::Map& with) const = 0;
  virtual bool can_probe(const std::string& uses) const = 0;
  // nullptr: this binary does not have the action, or does not tell.
  virtual const ActionSpec* spec(const std::string& /*uses*/) const { return nullptr; }
  // What is wrong with inputs that are known before an attempt, beyond the specification. `target`:
  // what is constant of the connection; null where the step names none.
  virtual std::vector<std::string> check(const std::string& /*uses*/, const Value::Map& /*with*/,
                                         const Target* /*target*/) const {
    return {};
  }
};

// What the clocks on the walls of a zone show.
struct LocalTime {
  std::string text;  // "2026-12-20 13:05:07"
  int weekday = 0;   // 0: Monday
};

// Knows the time zones. What it answers is recorded, never computed again.
class Calendar {
 public:
  virtual ~Calendar() = default;
  // The first moment after `now` at which the clocks of `timezone` ("" is UTC) show `at` ("02:30"),
  // or the moment that `at` names (RFC 3339). A time that a change of the clocks skips is the
  // first instant after the gap; one that comes twice is the first of the two. invalid.
  virtual Result<TimePoint> next(std::string_view at, std::string_view timezone,
                                 TimePoint now) const = 0;
  // At `now`, in `timezone` ("" is UTC). invalid.
  virtual Result<LocalTime> local(std::string_view timezone, TimePoint now) const = 0;
};

// Whether the files that a step names are what they were when the run was created. What it answers
// leads to a recorded pause, never to another decision about the past.
class PinnedFiles {
 public:
  virtual ~PinnedFiles() = default;
  // Which file changed, as a sentence; "" where all are the same.
  virtual std::string changed(const Plan& plan, const runbooks::Step& step) const = 0;
};

// Whether steps may start as a consequence. A command line that only records a command holds.
enum class Driving : std::uint8_t { drive, hold };

struct Context {
  const Graph* graph = nullptr;
  Instant now;
  scripting::Evaluator* evaluator = nullptr;
  const ActionFacts* facts = nullptr;
  const Calendar* calendar = nullptr;
  const PinnedFiles* files = nullptr;
  Driving driving = Driving::drive;
};

struct Decision {
  std::vector<state::Event> events;
  std::vector<Effect> effects;
  std::optional<Refusal> refusal;  // then there are no events and no effects
  std::string notice;              // what whoever asked should know though it was done; "" for none
  bool more = false;               // stopped at the bound of one decision: send Go
};

// What follows from a command: the events to append, then the effects to perform. `state` is after
// that what it is after the events. Pure: the same arguments give the same answer, and the events
// alone give the same state (`fold`). A run's state is large: it stays where it is.
Decision decide(RunState& state, const Command& command, const Context& context);

// Which text of a repository a plan was made of.
struct Origin {
  std::string commit;        // "" where it is under no version control
  bool is_modified = false;  // not all that was read is as the commit has it
};

// The first decision of a run.
struct NewRun {
  RunId id;
  StoreId store;
  std::string plan_hash;  // hex
  Value::Map inputs;      // resolved
  std::string mode;
  std::int64_t seed = 0;
  By by;
  Origin origin{};
  std::vector<std::string> despite{};  // the freezes that it breaks
};
// Evaluates `require:` and `vars:`. The refusal says which requirement does not hold. `state` is
// the new run's, without anything in it before; after a refusal it is of no use.
Decision create_run(RunState& state, const NewRun& run, const Context& context);

}  // namespace rung::engine
