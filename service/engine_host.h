#pragma once

#include "base/host.h"
#include "engine/engine.h"
#include "service/history.h"
#include "service/store_place.h"
#include "state/owner.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace rung::service {

// An engine with everything that it is made of, on one loop: the only place where store, actions,
// scripting and engine are put together. Holds the owner lock from its making to its end.
//
// Threads: the one that runs the loop is the engine thread.
class EngineHost {
 public:
  // conflict, unavailable, corrupt as the store says. The caller took the lock.
  static Result<std::unique_ptr<EngineHost>> make(boost::asio::io_context& loop,
                                                  const StorePlace& place, state::OwnerLock lock,
                                                  engine::Scope scope,
                                                  std::shared_ptr<engine::PlanCache> plans);
  ~EngineHost();
  EngineHost(const EngineHost&) = delete;
  EngineHost& operator=(const EngineHost&) = delete;

  engine::Engine& engine();
  // As Engine::open; from then on timers, the inbox and the FIFO are served.
  void open(std::function<void(Result<void>)> ready);
  // After each commit that changed a run.
  void on_change(std::function<void(const engine::Engine::Changed&)> changed);
  void on_store(std::function<void(std::string)> changed);
  void on_lost(std::function<void(std::string)> lost);

  // Attempts that would be lost with this process: those that no supervisor carries.
  std::size_t attempts_inside() const;
  // As Engine::stop, and AsioExecutor::close.
  void stop();
  void close(std::function<void()> closed);
  // Removes what an earlier engine left of a run that is driven here; what it printed is kept.
  void sweep(const History& history);
  // Runs of which attempts were left, driven here or not; most are over.
  std::vector<RunId> runs_with_folders() const;

 private:
  struct Inside;
  explicit EngineHost(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// Takes the lock in this process's name. Empty: somebody else holds it.
Result<std::optional<state::OwnerLock>> try_own(const StorePlace& place);

}  // namespace rung::service
