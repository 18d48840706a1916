#include "tests/executor/executor_fixture.h"

#include "actions/builtin.h"
#include "actions/test/test_actions.h"
#include "base/hash.h"

#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace rung::engine {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

class GateAction final : public actions::Action {
 public:
  GateAction(const std::string& name, Gate& gate) : gate_(gate) { spec_.name = name; }
  const ActionSpec& spec() const override { return spec_; }
  EffectClass effect_class(const Value::Map&) const override { return EffectClass::once; }
  std::vector<std::string> check(const Value::Map&, const Target*) const override { return {}; }

  awaitable<Outcome> run(actions::RunRequest request) override {
    if (spec_.name == "test.throw") throw std::runtime_error("broken, with hunter22");
    gate_.begun.push_back(request.address);
    gate_.most_at_once = std::max(gate_.most_at_once, ++gate_.running);
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    bool is_cancelled = false;
    while (!gate_.is_open && (!is_cancelled || spec_.name == "test.deaf")) {
      timer.expires_after(std::chrono::milliseconds(2));  // between two looks at the gate
      const auto waited = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      static_cast<void>(waited);
      const auto cancellation = co_await asio::this_coro::cancellation_state;
      is_cancelled = cancellation.cancelled() != asio::cancellation_type::none;
    }
    gate_.running -= 1;
    if (gate_.is_open) co_return Done{};
    co_return Unknown{{ErrorClass::internal, "it was cancelled"}};
  }

 private:
  Gate& gate_;
  ActionSpec spec_;
};

}  // namespace

void RememberedLog::write(LogLevel level, std::string_view message,
                          std::initializer_list<Field> fields) {
  if (level != LogLevel::error) return;
  std::string line(message);
  for (const auto& [key, value] : fields) line += " " + std::string(key) + "=" + value;
  errors.push_back(line);
}

Engineering::Engineering(std::string store_folder, ExecutorLimits limits) {
  EXPECT_TRUE(actions::register_builtin_actions(registry_));
  EXPECT_TRUE(actions::register_test_actions(registry_));
  for (const auto* name : {"test.hold", "test.deaf", "test.throw"}) {
    EXPECT_TRUE(registry_.add(std::make_unique<GateAction>(name, gate)));
  }
  ExecutorParts parts;
  parts.loop = &loop;
  parts.registry = &registry_;
  parts.store_folder = std::move(store_folder);
  // A store's id is its own: recovery finds, and ends, the processes of a store by it.
  const Sha256 of_folder = sha256({parts.store_folder});
  std::copy_n(of_folder.begin(), parts.store.bytes.size(), parts.store.bytes.begin());
  parts.host = this_host().value();
  parts.clock = &clock;
  parts.log = &log;
  parts.progress = [this](const AttemptId& id, const std::string& line) {
    progress.push_back(id.address + ": " + line);
  };
  executor_ = std::make_unique<AsioExecutor>(std::move(parts), limits);
}

void Engineering::close() {
  if (std::exchange(is_closed_, true)) return;
  bool is_over = false;
  executor_->close([&] { is_over = true; });
  EXPECT_TRUE(until([&] { return is_over; }));
}

void Engineering::run(Attempt attempt) {
  const auto address = attempt.id.address;
  executor_->run(std::move(attempt), [this, address](Outcome outcome) {
    EXPECT_EQ(outcomes.count(address), 0U) << "answered twice";
    outcomes[address] = std::move(outcome);
  });
}

void Engineering::recover(Attempt attempt) {
  const auto address = attempt.id.address;
  executor_->recover(
      std::move(attempt),
      [this, address](const std::string& detail) { adopted.push_back(address + ": " + detail); },
      [this, address](Outcome outcome) { outcomes[address] = std::move(outcome); });
}

void Engineering::probe(Attempt attempt, const runbooks::ActionUse* use, Value::Map with) {
  const auto address = attempt.id.address;
  executor_->probe(std::move(attempt), use, std::move(with),
                   [this, address](ProbeAnswer answer) { answers[address] = std::move(answer); });
}

bool Engineering::until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition() && std::chrono::steady_clock::now() < end) {
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(5));
  }
  return condition();
}

Outcome Engineering::outcome_of(const std::string& address) {
  EXPECT_TRUE(until([&] { return outcomes.contains(address); })) << address << " had no outcome";
  return outcomes[address];
}

ProbeAnswer Engineering::answer_of(const std::string& address) {
  EXPECT_TRUE(until([&] { return answers.contains(address); })) << address << " had no answer";
  return answers[address];
}

ExecutorTest::ExecutorTest() {
  std::string pattern = testing::TempDir() + "rung-executor-XXXXXX";
  folder_ = ::mkdtemp(pattern.data());
}

ExecutorTest::~ExecutorTest() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

Attempt ExecutorTest::attempt(const std::string& address, const std::string& uses,
                              Value::Map with) {
  Attempt attempt;
  attempt.id = {RunId{42}, address, 0, 1};
  attempt.key.bytes[0] = 5;
  attempt.run_name = "orders-db-failover-42";
  attempt.mode = "drill";
  attempt.folder = folder_;
  attempt.uses = uses;
  attempt.with = std::move(with);
  attempt.deadline = clock_.now() + std::chrono::seconds(60);
  attempt.leftovers = "allow";
  attempt.started_on = this_host().value();
  return attempt;
}

Attempt ExecutorTest::shell(const std::string& address, const std::string& script,
                            Value::Map more) {
  more.insert_or_assign("script", Value(script));
  return attempt(address, "shell", std::move(more));
}

bool ExecutorTest::exists(const std::string& name) const {
  return fs::exists(path(name));
}

std::string ExecutorTest::content(const std::string& name) const {
  std::ifstream file(path(name));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void ExecutorTest::write(const std::string& name) const {
  std::ofstream(path(name)) << "x";
}

bool ExecutorTest::has_attempt_folders() const {
  std::error_code error;
  return fs::directory_iterator(path("attempts"), error) != fs::directory_iterator();
}

void ExecutorTest::die_after_beginning(std::vector<Attempt> attempts,
                                       const std::function<bool()>& begun) {
  const pid_t engine = ::fork();
  if (engine == 0) {
    Engineering inside(folder_);
    for (auto& attempt : attempts) inside.run(std::move(attempt));
    inside.until([] { return false; });
    std::_Exit(1);
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (!begun() && std::chrono::steady_clock::now() < end) {
    const timespec pause{0, 2'000'000};  // between two looks
    ::nanosleep(&pause, nullptr);
  }
  EXPECT_TRUE(begun());
  ::kill(engine, SIGKILL);
  ::waitpid(engine, nullptr, 0);
}

Value::Map outputs_in(const Outcome& outcome) {
  const auto* done = std::get_if<Done>(&outcome);
  EXPECT_NE(done, nullptr) << (done == nullptr ? error_of(outcome)->message : "");
  return done == nullptr ? Value::Map{} : done->outputs;
}

}  // namespace rung::engine
