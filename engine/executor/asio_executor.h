#pragma once

#include "actions/registry.h"
#include "base/clock.h"
#include "base/host.h"
#include "base/log.h"
#include "engine/executor.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace rung::engine {

// What an executor works with; all of it outlives the executor.
struct ExecutorParts {
  boost::asio::io_context* loop = nullptr;  // the engine thread runs it
  const actions::Registry* registry = nullptr;
  std::string store_folder;  // STORE.d: commands live below it
  StoreId store;
  Host host;
  const Clock* clock = nullptr;
  Log* log = nullptr;
  // A line for the live screen, masked; may be empty.
  std::function<void(const AttemptId&, std::string line)> progress;
};

struct ExecutorLimits {
  std::size_t inside = 1'000;  // actions of this process in flight
  std::size_t commands = 250;  // commands started from here at once: each takes descriptors
  Duration grace = std::chrono::seconds(10);  // of a command between TERM and KILL
  Duration answer = std::chrono::seconds(5);  // of an action that was asked to end
};

// Performs attempts on an Asio loop: an action of this process as a coroutine, a command under a
// supervisor that outlives us. What comes beyond a limit waits in order; the engine bounds that
// queue, since each attempt in it has its intent on disk.
//
// An action of this process is asked to end at its deadline, and where it does not answer either,
// its outcome is Unknown. A command's deadline is its supervisor's business.
//
// Failpoints, with the detail ADDRESS.ATTEMPT: executor.before_effect, executor.after_effect,
// executor.outcome.
class AsioExecutor final : public Executor {
 public:
  explicit AsioExecutor(ExecutorParts parts, ExecutorLimits limits = {});
  AsioExecutor(const AsioExecutor&) = delete;
  AsioExecutor& operator=(const AsioExecutor&) = delete;
  // After `close` has answered, or when the loop runs no more.
  ~AsioExecutor() override;

  void run(Attempt attempt, OnOutcome done) override;
  void recover(Attempt attempt, std::function<void(std::string detail)> adopted,
               OnOutcome done) override;
  void probe(Attempt attempt, const runbooks::ActionUse* probe_use, Value::Map probe_with,
             OnProbed done) override;
  void look(Attempt attempt, OnProbed done) override;
  void cancel(const AttemptId& id, CancelHow how) override;
  void forget(const AttemptId& id) override;

  // Removes folders that an earlier engine left of this run's finished attempts (sweep.h). Call it
  // for each run that is driven here, after its recovery has been asked for.
  void sweep(RunId run);

  // Begins nothing more. What waits is NotDone, actions of this process are cancelled and joined,
  // commands run on and are not answered. Then calls `closed`, within the limit `answer`.
  void close(std::function<void()> closed);

  // Attempts and probes that were begun and not answered.
  std::size_t in_flight() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace rung::engine
