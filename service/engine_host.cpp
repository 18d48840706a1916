#include "service/engine_host.h"

#include "actions/builtin.h"
#include "base/durable_file.h"
#include "engine/executor/asio_executor.h"
#include "engine/executor/registry_facts.h"
#include "engine/executor/sweep.h"
#include "engine/pinned_files.h"
#include "scripting/lua_evaluator.h"
#include "service/calendar.h"
#include "service/kept_logs.h"
#include "service/person.h"
#include "service/prepared_sweep.h"
#include "service/version.h"
#include "state/sqlite_store.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>

namespace rung::service {
namespace {

// The FIFO wakes the engine at once; this is for the byte that was lost, and for clocks that step.
constexpr Duration kBackstop = std::chrono::seconds(1);

// For whoever wants to drive, a store that is newer or was moved is one that cannot be used.
Error unusable(Error error) {
  if (error.code() != ErrorCode::conflict) return error;
  return {ErrorCode::unavailable, error.message()};
}

}  // namespace

struct EngineHost::Inside {
  Inside(boost::asio::io_context& io, const StorePlace& at, state::OwnerLock owner,
         state::WakePipe pipe)
      : loop(io),
        place(at),
        lock(std::move(owner)),
        wake(std::move(pipe)),
        timer(io),
        wake_stream(io, ::fcntl(wake.fd(), F_DUPFD_CLOEXEC, 0)) {}

  void serve() {
    is_open = true;
    wait_for_wake();
    arm();
    engine->take_inbox();
  }

  // What an engine that was believed dead left prepared at a server.
  void sweep_prepared() {
    if (!drives) return;
    prepared = std::make_unique<PreparedSweep>(
        PreparedSweepParts{&loop, &registry, evaluator.get(), &secrets, &clock, &log});
    prepared->begin([this]() -> std::unique_ptr<state::Reader> {
      const auto host = this_host();
      if (!host) return nullptr;
      auto reader = state::open_sqlite_reader({.path = place.path, .host = host.value()});
      return reader ? std::move(reader).value() : nullptr;
    });
  }

  void wait_for_wake() {
    wake_stream.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [this](const boost::system::error_code& error) {
                             if (error) return;
                             wake.drain();
                             engine->take_inbox();
                             wait_for_wake();
                           });
  }

  void arm() {
    if (!is_open) return;
    Duration wait = kBackstop;
    if (const auto due = engine->next_due()) {
      wait = std::clamp(Duration(due->boot - clock.now().boot), Duration::zero(), kBackstop);
    }
    timer.expires_after(std::chrono::duration_cast<boost::asio::steady_timer::duration>(wait));
    timer.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      engine->tick();
      engine->take_inbox();
      arm();
    });
  }

  void changed(const engine::Engine::Changed& what) {
    arm();
    if (tell_changed) tell_changed(what);
  }

  boost::asio::io_context& loop;
  // The store answers from a thread of its own: the loop waits for it even with nothing else to do.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      loop.get_executor()};
  StorePlace place;
  state::OwnerLock lock;
  state::WakePipe wake;
  StderrLog log{LogLevel::warning};
  SystemClock clock;
  SystemRandom random;
  ZoneCalendar calendar;
  engine::FilesOnDisk files;
  engine::SystemSecrets secrets;
  actions::Registry registry;
  engine::RegistryFacts facts{registry};
  std::unique_ptr<scripting::Evaluator> evaluator;
  std::unique_ptr<state::Store> store;
  std::unique_ptr<engine::AsioExecutor> executor;
  std::unique_ptr<LogKeepingExecutor> keeper;
  std::unique_ptr<engine::Engine> engine;
  boost::asio::steady_timer timer;
  boost::asio::posix::stream_descriptor wake_stream;
  std::unique_ptr<PreparedSweep> prepared;
  std::function<void(const engine::Engine::Changed&)> tell_changed;
  bool drives = false;  // runs, and not only commands
  bool is_open = false;
};

EngineHost::EngineHost(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
EngineHost::~EngineHost() = default;

Result<std::unique_ptr<EngineHost>> EngineHost::make(boost::asio::io_context& loop,
                                                     const StorePlace& place, state::OwnerLock lock,
                                                     engine::Scope scope,
                                                     std::shared_ptr<engine::PlanCache> plans) {
  TRY(auto host, this_host());
  TRY(auto pipe, state::WakePipe::open(place.path));
  TRY(make_durable_folder(place.folder()));
  auto inside = std::make_unique<Inside>(loop, place, std::move(lock), std::move(pipe));
  Inside& in = *inside;
  TRY(actions::register_builtin_actions(in.registry));
  in.evaluator = scripting::make_lua_evaluator();
  in.drives = scope.kind != engine::Scope::Kind::none;
  const state::Post post = [&loop](std::function<void()> task) {
    boost::asio::post(loop, std::move(task));
  };
  auto store = state::open_sqlite_store({.path = place.path, .host = host}, post, in.log);
  if (!store) return unusable(std::move(store).error());
  in.store = std::move(store).value();
  TRY(const auto reader, state::open_sqlite_reader({.path = place.path, .host = host}));
  TRY(const StoreId id, reader->store_id());
  engine::ExecutorParts parts_of_executor;
  parts_of_executor.loop = &loop;
  parts_of_executor.registry = &in.registry;
  parts_of_executor.store_folder = place.folder();
  parts_of_executor.store = id;
  parts_of_executor.host = host;
  parts_of_executor.clock = &in.clock;
  parts_of_executor.log = &in.log;
  in.executor = std::make_unique<engine::AsioExecutor>(std::move(parts_of_executor));
  in.keeper = std::make_unique<LogKeepingExecutor>(*in.executor, in.registry, place.folder());
  engine::Parts parts;
  parts.store = in.store.get();
  parts.executor = in.keeper.get();
  parts.facts = &in.facts;
  parts.calendar = &in.calendar;
  parts.files = &in.files;
  parts.clock = &in.clock;
  parts.random = &in.random;
  parts.evaluator = in.evaluator.get();
  parts.secrets = &in.secrets;
  parts.log = &in.log;
  parts.plans = std::move(plans);
  parts.post = post;
  parts.host = std::move(host);
  parts.pid = ::getpid();
  parts.who = this_person("").who;
  parts.rung = std::string(version());
  in.engine = std::make_unique<engine::Engine>(std::move(parts), std::move(scope));
  in.engine->on_change([&in](const engine::Engine::Changed& what) { in.changed(what); });
  in.engine->on_timer([&in] { in.arm(); });
  return std::unique_ptr<EngineHost>(new EngineHost(std::move(inside)));
}

engine::Engine& EngineHost::engine() {
  return *inside_->engine;
}

void EngineHost::open(std::function<void(Result<void>)> ready) {
  inside_->engine->open([in = inside_.get(), ready = std::move(ready)](Result<void> result) {
    const bool is_open = result.has_value();
    if (is_open) in->serve();
    ready(std::move(result));
    if (is_open) in->sweep_prepared();
  });
}

void EngineHost::on_change(std::function<void(const engine::Engine::Changed&)> changed) {
  inside_->tell_changed = std::move(changed);
}

void EngineHost::on_store(std::function<void(std::string)> changed) {
  inside_->engine->on_store(std::move(changed));
}

void EngineHost::on_lost(std::function<void(std::string)> lost) {
  inside_->engine->on_lost(std::move(lost));
}

std::size_t EngineHost::attempts_inside() const {
  return inside_->keeper->attempts_inside();
}

void EngineHost::stop() {
  if (inside_->prepared) inside_->prepared->stop();
  inside_->engine->stop();
}

void EngineHost::close(std::function<void()> closed) {
  inside_->executor->close(std::move(closed));
}

void EngineHost::sweep(const History& history) {
  keep_left_logs(inside_->place.folder(), history);
  inside_->executor->sweep(history.state().id);
}

std::vector<RunId> EngineHost::runs_with_folders() const {
  return engine::runs_with_folders(inside_->place.folder());
}

Result<std::optional<state::OwnerLock>> try_own(const StorePlace& place) {
  TRY(const auto host, this_host());
  const state::OwnerNote note{this_person("").who, ::getpid(), host.name, SystemClock().now().utc};
  return state::OwnerLock::try_take(place.path, note);
}

}  // namespace rung::service
