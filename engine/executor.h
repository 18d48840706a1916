#pragma once

#include "base/hash.h"
#include "base/host.h"
#include "base/ids.h"
#include "base/outcome.h"
#include "base/time.h"
#include "runbooks/plan.h"
#include "state/event.h"

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rung::engine {

// Which try of which step. Names the attempt's folder; unique for ever within a store.
struct AttemptId {
  RunId run;
  std::string address;
  std::int64_t generation = 0;
  std::int64_t attempt = 1;
  friend auto operator<=>(const AttemptId&, const AttemptId&) = default;
};

// All that is needed to perform one attempt, or to find out what became of it. Exists only in
// memory: `with` holds the secrets themselves.
struct Attempt {
  AttemptId id;
  Uuid key;
  std::string run_name;  // "orders-db-failover-42"
  std::string mode;
  std::string folder;                                // the runbook's
  std::string uses;                                  // the action
  Value::Map with;                                   // complete
  std::optional<Target> target;                      // that it works on, with its secrets
  std::map<std::string, Type, std::less<>> outputs;  // that the step declares
  std::vector<std::string> secrets;                  // contents to mask in whatever it prints
  Instant deadline;                                  // of this attempt, from its first start
  std::string leftovers;                             // allow | kill | fail
  std::string transaction;                           // of a participant: its name at the target
  state::Turn turn = state::Turn::work;              // of a participant: what it is told
  Value receipt;                                     // of a participant: what its prepare gave
  Host started_on;                                   // for `recover`: where its intent was written
};

enum class CancelHow : std::uint8_t { deadline, by_request };

// Performs effects. The engine's only way to the world; the simulator brings its own.
//
// Threads: called and answering on the engine thread, never answering from inside the call.
// `done` is called exactly once for each call, also after `cancel`.
class Executor {
 public:
  using OnOutcome = std::function<void(Outcome)>;
  using OnProbed = std::function<void(ProbeAnswer)>;

  virtual ~Executor() = default;

  // The intent is on disk (or the effect is of class read). A participant is prepared or told what
  // was decided, with the outcomes that actions/action.h names.
  virtual void run(Attempt attempt, OnOutcome done) = 0;

  // After a restart: what became of an attempt whose intent is on disk. A command that still runs
  // is adopted and its end awaited (`adopted` is then called at once); an action inside the dead
  // engine is Unknown.
  virtual void recover(Attempt attempt, std::function<void(std::string detail)> adopted,
                       OnOutcome done) = 0;

  // Looks whether the effect of `attempt` happened: by `probe` where the step has one of its own,
  // else by the action's ability. Unknown where it cannot look. `attempt.target` is then the
  // probe's own.
  virtual void probe(Attempt attempt, const runbooks::ActionUse* probe_use, Value::Map probe_with,
                     OnProbed done) = 0;

  // Uses the step's own action to look at the world: a wait's check. Leaves nothing behind; what
  // gave no outputs is Unknown, or NotDone.
  virtual void look(Attempt attempt, OnProbed done) = 0;

  // Asks the attempt or look to end. Its outcome comes through `done`.
  virtual void cancel(const AttemptId& id, CancelHow how) = 0;

  // The outcome of the attempt is on disk: what it left behind (its folder) may go.
  virtual void forget(const AttemptId& id) = 0;
};

}  // namespace rung::engine
