#include "tests/engine/engine_fixture.h"

#include <algorithm>
#include <utility>

namespace rung::engine::testing {

void EngineTest::boots() {
  engine_.reset();
  store_.reset();
  posted_.clear();
  awaited_.clear();
  calls_.clear();
  const state::Post post = [this](std::function<void()> task) {
    posted_.push_back(std::move(task));
    most_posted_ = std::max(most_posted_, posted_.size());
  };
  store_ = state::open_memory_store(disk_, post);
  Parts parts;
  parts.store = store_.get();
  parts.executor = this;
  parts.facts = this;
  parts.calendar = &calendar_;
  parts.clock = &clock_;
  parts.random = &random_;
  parts.evaluator = evaluator_.get();
  parts.secrets = this;
  parts.log = this;
  parts.post = post;
  parts.host = {"machine", "boot", "ns", "host"};
  engine_ = std::make_unique<Engine>(std::move(parts), Scope{});
  bool is_ready = false;
  engine_->open([&](Result<void> opened) { is_ready = opened.has_value(); });
  run_posted();
  ASSERT_TRUE(is_ready);
}

RunId EngineTest::starts(const std::shared_ptr<const runbooks::Plan>& plan) {
  RunId run;
  StartRequest request;
  request.plan = plan;
  request.mode = "planned";
  request.by = {"li", {}, ""};
  engine_->start(std::move(request), [&](const Reply& reply) { run = reply.run; });
  run_posted();
  return run;
}

void EngineTest::sends(RunId run, Command command) {
  bool is_applied = false;
  engine_->send(run, std::move(command),
                [&](const Reply& reply) { is_applied = reply.is_applied; });
  run_posted();
  EXPECT_TRUE(is_applied);
}

void EngineTest::ends(const std::string& address, Outcome outcome) {
  auto found = awaited_.extract(address);
  ASSERT_FALSE(found.empty()) << address << " is not under way";
  found.mapped()(std::move(outcome));
  run_posted();
}

void EngineTest::run_posted() {
  for (int turn = 0; turn < 10'000 && !posted_.empty(); ++turn) {
    const auto task = std::move(posted_.front());
    posted_.pop_front();
    task();
  }
  EXPECT_TRUE(posted_.empty()) << "it never comes to rest";
}

void EngineTest::run(Attempt attempt, OnOutcome done) {
  calls_.push_back("run " + attempt.id.address);
  awaited_.insert_or_assign(attempt.id.address, std::move(done));
}

void EngineTest::recover(Attempt attempt, std::function<void(std::string)>, OnOutcome done) {
  calls_.push_back("recover " + attempt.id.address);
  awaited_.insert_or_assign(attempt.id.address, std::move(done));
}

void EngineTest::cancel(const AttemptId& id, CancelHow) {
  calls_.push_back("cancel " + id.address);
}

EffectClass EngineTest::effect_class(const std::string&, const Value::Map& with) const {
  return *parse_effect_class(*with.at("class").string());
}

Result<std::string> EngineTest::read(const std::string& name, const runbooks::SecretSource&) {
  if (has_secrets_) return "content of " + name;
  return Error(ErrorCode::not_found, "the secret " + name + " is not there");
}

void EngineTest::write(LogLevel level, std::string_view message, std::initializer_list<Field>) {
  if (level >= LogLevel::warning) complaints_.emplace_back(message);
}

}  // namespace rung::engine::testing
