#include "tests/bench/laboratory.h"

#include "actions/builtin.h"
#include "actions/test/test_actions.h"
#include "base/durable_file.h"
#include "engine/executor/asio_executor.h"
#include "engine/executor/registry_facts.h"
#include "engine/pinned_files.h"
#include "scripting/lua_evaluator.h"
#include "tests/engine/plan_builder.h"

#include <unistd.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace rung::bench {
namespace {

class NoCalendar final : public engine::Calendar {
 public:
  Result<TimePoint> next(std::string_view, std::string_view, TimePoint) const override {
    return Error(ErrorCode::invalid, "no calendar in the bench");
  }
  Result<engine::LocalTime> local(std::string_view, TimePoint) const override {
    return engine::LocalTime{"2026-11-21 12:00:00", 5};
  }
};

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "rung_bench: %s\n", what.c_str());
  std::exit(1);
}

template <class T>
T need(Result<T> result) {
  if (!result) give_up(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

}  // namespace

Folder::Folder() {
  const char* base = std::getenv("TMPDIR");
  std::string pattern = std::string(base != nullptr ? base : ".") + "/rung-bench-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) give_up("no folder can be made; set TMPDIR");
  path_ = std::filesystem::absolute(pattern);
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

struct Laboratory::Inside {
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      loop.get_executor()};
  StderrLog log{LogLevel::warning};
  SystemClock clock;
  SystemRandom random;
  NoCalendar calendar;
  engine::FilesOnDisk files;
  engine::SystemSecrets secrets;
  actions::Registry registry;
  engine::RegistryFacts facts{registry};
  std::unique_ptr<scripting::Evaluator> evaluator = scripting::make_lua_evaluator();
  std::unique_ptr<state::SqliteStore> store;
  std::unique_ptr<engine::AsioExecutor> executor;
  std::unique_ptr<engine::Engine> engine;
  std::int64_t ended = 0;
};

Laboratory::Laboratory(const std::string& folder) : inside_(std::make_unique<Inside>()) {
  Inside& in = *inside_;
  need(actions::register_builtin_actions(in.registry));
  need(actions::register_test_actions(in.registry));
  const Host host = need(this_host());
  const state::Post post = [&in](std::function<void()> task) {
    boost::asio::post(in.loop, std::move(task));
  };
  in.store =
      need(state::open_sqlite_store({.path = folder + "/store.db", .host = host}, post, in.log));
  need(make_durable_folder(folder + "/store.db.d"));
  engine::ExecutorParts parts_of_executor;
  parts_of_executor.loop = &in.loop;
  parts_of_executor.registry = &in.registry;
  parts_of_executor.store_folder = folder + "/store.db.d";
  parts_of_executor.host = host;
  parts_of_executor.clock = &in.clock;
  parts_of_executor.log = &in.log;
  in.executor = std::make_unique<engine::AsioExecutor>(std::move(parts_of_executor));
  engine::Parts parts;
  parts.store = in.store.get();
  parts.executor = in.executor.get();
  parts.facts = &in.facts;
  parts.calendar = &in.calendar;
  parts.files = &in.files;
  parts.clock = &in.clock;
  parts.random = &in.random;
  parts.evaluator = in.evaluator.get();
  parts.secrets = &in.secrets;
  parts.log = &in.log;
  parts.post = post;
  parts.host = host;
  parts.pid = ::getpid();
  parts.who = "bench";
  parts.rung = "bench";
  in.engine = std::make_unique<engine::Engine>(std::move(parts), engine::Scope{});
  in.engine->on_change([&in](const engine::Engine::Changed& what) {
    in.ended += state::is_terminal(what.status) ? 1 : 0;
  });
}

Laboratory::~Laboratory() {
  bool is_closed = false;
  inside_->executor->close([&is_closed] { is_closed = true; });
  until([&is_closed] { return is_closed; }, "the executor does not close");
  inside_->engine.reset();
}

void Laboratory::open() {
  bool is_ready = false;
  inside_->engine->open([&is_ready](Result<void> opened) {
    need(std::move(opened));
    is_ready = true;
  });
  until([&is_ready] { return is_ready; }, "the engine does not open");
}

engine::Engine& Laboratory::engine() {
  return *inside_->engine;
}
state::StoreCounts Laboratory::counts() const {
  return inside_->store->counts();
}

void Laboratory::drive(const std::shared_ptr<const runbooks::Plan>& plan, std::int64_t runs) {
  inside_->ended = 0;
  for (std::int64_t n = 0; n < runs; ++n) {
    engine::StartRequest request;
    request.plan = plan;
    request.mode = "planned";
    request.by.who = "bench";
    inside_->engine->start(std::move(request), nullptr);
  }
  until([&] { return inside_->ended >= runs; }, "the runs do not end");
}

void Laboratory::until(const std::function<bool()>& is_done, const char* what) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > end) give_up(what);
    if (inside_->loop.poll() == 0) inside_->loop.run_one_for(std::chrono::milliseconds(100));
  }
}

using engine::testing::PlanBuilder;
using engine::testing::StepBuilder;

std::shared_ptr<const runbooks::Plan> a_plan(Work work, int steps) {
  PlanBuilder builder;
  for (int n = 0; n < steps; ++n) {
    const std::string id = "s" + std::to_string(n);
    builder.step(work == Work::effects ? StepBuilder(id).uses("test.noop")
                                       : engine::testing::set(id, "x", "1 + 1"));
  }
  return std::make_shared<const runbooks::Plan>(builder.plan());
}

std::shared_ptr<const runbooks::Plan> a_plan_of_commands(int steps) {
  PlanBuilder builder;
  for (int n = 0; n < steps; ++n) {
    builder.step(StepBuilder("s" + std::to_string(n))
                     .uses("command", {{"argv", Value(Value::List{Value("true")})}}));
  }
  return std::make_shared<const runbooks::Plan>(builder.plan());
}

std::shared_ptr<const runbooks::Plan> a_waiting_plan() {
  PlanBuilder builder;
  builder.step(engine::testing::wait_for("nap", std::chrono::hours(1)));
  return std::make_shared<const runbooks::Plan>(builder.plan());
}

}  // namespace rung::bench
