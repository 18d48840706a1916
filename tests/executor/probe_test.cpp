#include "engine/supervisor/attempt_folder.h"
#include "tests/executor/executor_fixture.h"

#include <filesystem>

namespace rung::engine {
namespace {

using testing::HasSubstr;

class ProbeTest : public ExecutorTest {
 protected:
  ProbeAnswer looked(const std::string& script) {
    Engineering engine(folder_);
    runbooks::ActionUse use;
    use.uses = "shell";
    engine.probe(shell("copy", "exit 99"), &use, {{"script", Value(script)}});
    return engine.answer_of("copy");
  }
};

TEST_F(ProbeTest, FindsTheEffectDoneAtExitZero) {
  const auto answer = looked("true");
  ASSERT_TRUE(std::holds_alternative<Done>(answer));
  EXPECT_TRUE(std::get<Done>(answer).adopted);
}

TEST_F(ProbeTest, FindsTheEffectNotDoneAtExitOne) {
  EXPECT_TRUE(std::holds_alternative<NotDone>(looked("exit 1")));
}

TEST_F(ProbeTest, KnowsNothingAtAnyOtherEnd) {
  EXPECT_TRUE(std::holds_alternative<Unknown>(looked("exit 2")));
  EXPECT_TRUE(std::holds_alternative<Unknown>(looked("kill -9 $$")));
}

TEST_F(ProbeTest, LeavesNoFolder) {
  looked("true");
  EXPECT_FALSE(std::filesystem::exists(
      supervisor::attempt_folder(folder_, {RunId{42}, "copy@probe", 0, 1})));
}

TEST_F(ProbeTest, LooksAnewEachTime) {
  Engineering engine(folder_);
  runbooks::ActionUse use;
  use.uses = "shell";
  engine.probe(shell("copy", ""), &use, {{"script", Value("test -e done")}});
  EXPECT_TRUE(std::holds_alternative<NotDone>(engine.answer_of("copy")));
  write("done");
  engine.answers.clear();
  engine.probe(shell("copy", ""), &use, {{"script", Value("test -e done")}});
  EXPECT_TRUE(std::holds_alternative<Done>(engine.answer_of("copy")));
}

TEST_F(ProbeTest, AsksTheActionWhereTheStepHasNoProbe) {
  Engineering engine(folder_);
  const Value::Map with = {{"witness", path("witness")}};
  engine.probe(attempt("copy", "test.effect", with));
  EXPECT_TRUE(std::holds_alternative<NotDone>(engine.answer_of("copy")));
  engine.run(attempt("copy", "test.effect", with));
  outputs_in(engine.outcome_of("copy"));
  engine.answers.clear();
  engine.probe(attempt("copy", "test.effect", with));
  EXPECT_TRUE(std::holds_alternative<Done>(engine.answer_of("copy")));
}

TEST_F(ProbeTest, KnowsNothingWhereNobodyCanLook) {
  Engineering engine(folder_);
  engine.probe(attempt("copy", "test.noop"));
  const auto answer = engine.answer_of("copy");
  ASSERT_TRUE(std::holds_alternative<Unknown>(answer));
  EXPECT_THAT(std::get<Unknown>(answer).error.message, HasSubstr("give the step a `probe:`"));
}

}  // namespace
}  // namespace rung::engine
