#pragma once

#include "base/clock.h"
#include "base/host.h"
#include "base/log.h"
#include "base/random.h"
#include "engine/core/command.h"
#include "engine/core/decide.h"
#include "engine/executor.h"
#include "engine/freezes.h"
#include "engine/plan_cache.h"
#include "engine/secrets.h"
#include "scripting/evaluator.h"
#include "state/store.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rung::engine {

// Everything that an engine is made of; all of it outlives the engine.
struct Parts {
  state::Store* store = nullptr;
  Executor* executor = nullptr;
  const ActionFacts* facts = nullptr;
  const Calendar* calendar = nullptr;
  const PinnedFiles* files = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
  scripting::Evaluator* evaluator = nullptr;
  Secrets* secrets = nullptr;
  Log* log = nullptr;
  // Shared with whoever reads runs on the engine thread: a plan is parsed once.
  std::shared_ptr<PlanCache> plans = std::make_shared<PlanCache>();
  state::Post post;  // runs a task on the engine thread, later
  Host host;
  std::int64_t pid = 0;
  std::string who;
  std::string rung;  // version
};

struct Scope {  // which runs this engine drives
  enum class Kind : std::uint8_t { all, listed, none } kind = Kind::all;
  std::vector<RunId> runs;  // for `listed`; runs that are started here join
};

struct StartRequest {
  std::shared_ptr<const runbooks::Plan> plan;
  Value::Map inputs;  // resolved
  std::string mode;
  std::string dedupe;  // "" for none
  By by;
  Origin origin{};
  bool breaks_glass = false;  // begins also where it is frozen; `by.say` says why
};

// The answer to a command, given once it is on disk.
struct Reply {
  bool is_applied = false;
  ErrorCode code = ErrorCode::conflict;  // of a refusal
  std::string message;  // of a refusal: what to do instead; else "" or what happened
  RunId run;
  std::string run_name;
};
using OnReply = std::function<void(Reply)>;

// Drives runs: loads, decides, appends, performs. Effects start only after their intent is on
// disk, consequences only after their cause is. Knows no YAML, no SQL, no network; everything
// that waits is behind Store and Executor.
//
// Threads: one, the engine thread. Every method and every callback is called there.
class Engine {
 public:
  Engine(Parts parts, Scope scope);
  ~Engine();

  // Takes the store, finds the unfinished runs of the scope and goes on with them. `ready` is
  // called when every run that needs driving is being driven, or with why it cannot be.
  void open(std::function<void(Result<void>)> ready);

  void start(StartRequest request, OnReply reply);
  void send(RunId run, Command command, OnReply reply);
  // A row of the inbox: decodes, decides, commits the answer with the events.
  void take_inbox();

  // When `tick` should be called next; empty: nothing is timed.
  std::optional<Instant> next_due() const;
  void tick();

  // No write under way: everything that was decided is on disk.
  bool is_quiet() const;
  // Attempts and probes whose outcome the executor still owes.
  std::size_t attempts_in_flight() const;
  // Starts nothing any more. What runs under a supervisor stays and is adopted by the next engine;
  // an intent whose effect has not begun is recorded as not done.
  void stop();
  // After `stop`, when what it waited for has come: each run that it drives and that is not over is
  // let go of, on the record with `why`. is_quiet() says when that is on disk. A store that cannot
  // be written keeps nobody waiting: then it is not on record.
  void release(const std::string& why);

  struct Changed {
    RunId run;
    state::RunStatus status;
    bool is_settled = false;  // waits for a person, or is over: nothing happens by itself now
  };
  // After each commit that changed a run.
  void on_change(std::function<void(const Changed&)> changed);
  // next_due() may have come nearer without a commit.
  void on_timer(std::function<void()> changed);
  // The store cannot be written, so nothing new starts (`why` says what to do), or it is back ("").
  // Without a listener it is logged.
  void on_store(std::function<void(std::string why)> changed);
  // Another engine took the store: nothing is driven any more, and nothing will be.
  void on_lost(std::function<void(std::string why)> lost);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace rung::engine
