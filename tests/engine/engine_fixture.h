#pragma once

#include "base/virtual_clock.h"
#include "engine/engine.h"
#include "scripting/lua_evaluator.h"
#include "state/memory_store.h"
#include "tests/engine/no_calendar.h"
#include "tests/engine/plan_builder.h"

#include <gmock/gmock.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rung::engine::testing {

// One engine on a store in memory, with an executor that does what the test says: what a
// simulation meets by chance, on purpose.
class EngineTest : public ::testing::Test,
                   public Executor,
                   public ActionFacts,
                   public Secrets,
                   public Log {
 protected:
  EngineTest() : evaluator_(scripting::make_lua_evaluator()) {}
  void SetUp() override { boots(); }

  // An engine begins to drive all runs; one that was there dies.
  void boots();
  // Starts a run and waits until it is on disk.
  RunId starts(const std::shared_ptr<const runbooks::Plan>& plan);
  static std::shared_ptr<const runbooks::Plan> plan_of(PlanBuilder builder) {
    return std::make_shared<const runbooks::Plan>(builder.plan());
  }
  void sends(RunId run, Command command);
  // The executor reports the latest attempt of this step.
  void ends(const std::string& address, Outcome outcome);
  void run_posted();
  state::RunSummary row(RunId run) { return state::open_memory_reader(disk_)->run(run).value(); }

  void run(Attempt attempt, OnOutcome done) override;
  void recover(Attempt attempt, std::function<void(std::string)> adopted, OnOutcome done) override;
  void probe(Attempt, const runbooks::ActionUse*, Value::Map, OnProbed) override {}
  void look(Attempt, OnProbed) override {}
  void cancel(const AttemptId& id, CancelHow how) override;
  void forget(const AttemptId&) override {}
  EffectClass effect_class(const std::string& uses, const Value::Map& with) const override;
  bool can_probe(const std::string&) const override { return true; }
  Result<std::string> read(const std::string& name, const runbooks::SecretSource& source) override;
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override;

  std::shared_ptr<state::MemoryDisk> disk_ = state::make_memory_disk(StoreId{});
  std::unique_ptr<scripting::Evaluator> evaluator_;
  VirtualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<state::MemoryStore> store_;
  NoCalendar calendar_;
  std::unique_ptr<Engine> engine_;
  std::deque<std::function<void()>> posted_;
  std::vector<std::string> calls_;  // of the executor: "run copy", "recover copy", "cancel copy"
  std::map<std::string, OnOutcome> awaited_;  // by address
  std::vector<std::string> complaints_;       // warnings and errors
  std::size_t most_posted_ = 0;               // tasks that waited at the same time
  bool has_secrets_ = true;
};

}  // namespace rung::engine::testing
