#include "engine/supervisor/attempt_folder.h"
#include "tests/executor/executor_fixture.h"

#include <csignal>
#include <filesystem>

namespace rung::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kUntilGo =
    "touch begun; while ! [ -e go ]; do sleep 0.02; done; echo once >> witness; echo end";

TEST_F(ExecutorTest, AdoptsACommandThatOutlivedItsEngine) {
  die_after_beginning({shell("copy", kUntilGo)}, [&] { return exists("begun"); });
  Engineering engine(folder_);
  engine.recover(shell("copy", kUntilGo));
  ASSERT_TRUE(engine.until([&] { return !engine.adopted.empty(); }));
  write("go");
  const auto outcome = engine.outcome_of("copy");
  EXPECT_EQ(outputs_in(outcome).at("stdout"), Value("end"));
  EXPECT_TRUE(std::get<Done>(outcome).adopted);
  EXPECT_THAT(engine.adopted, ElementsAre(HasSubstr("copy: its supervisor lives")));
  EXPECT_EQ(content("witness"), "once\n");
}

TEST_F(ExecutorTest, FindsTheEndOfACommandThatEndedWithoutAnEngine) {
  const auto* script = "echo result; echo once >> witness";
  die_after_beginning({shell("copy", script)}, [&] { return exists("witness"); });
  Engineering engine(folder_);
  engine.recover(shell("copy", script));
  EXPECT_EQ(outputs_in(engine.outcome_of("copy")).at("stdout"), Value("result"));
  engine.executor().forget({RunId{42}, "copy", 0, 1});
  EXPECT_FALSE(has_attempt_folders());
}

TEST_F(ExecutorTest, ProvesThatACommandNeverBeganWhoseEngineDiedBefore) {
  Engineering engine(folder_);
  engine.recover(shell("copy", "touch begun"));
  error_in<NotDone>(engine.outcome_of("copy"));
  EXPECT_FALSE(exists("begun"));
}

TEST_F(ExecutorTest, WillNotBeginAnAttemptThatWasVoided) {
  Engineering engine(folder_);
  engine.recover(shell("copy", "touch begun"));
  error_in<NotDone>(engine.outcome_of("copy"));
  engine.outcomes.clear();
  engine.run(shell("copy", "touch begun"));
  error_in<NotDone>(engine.outcome_of("copy"));
  EXPECT_FALSE(exists("begun"));
}

TEST_F(ExecutorTest, KnowsNothingOfACommandAfterTheMachineRestarted) {
  Engineering engine(folder_);
  auto one = shell("copy", "true");
  one.started_on.boot_id = "another boot";
  engine.recover(std::move(one));
  EXPECT_THAT(error_in<Unknown>(engine.outcome_of("copy")).message, HasSubstr("restarted"));
}

TEST_F(ExecutorTest, EndsAnAdoptedCommandWhenAskedTo) {
  die_after_beginning({shell("copy", kUntilGo)}, [&] { return exists("begun"); });
  Engineering engine(folder_);
  engine.recover(shell("copy", kUntilGo));
  ASSERT_TRUE(engine.until([&] { return !engine.adopted.empty(); }));
  engine.executor().cancel({RunId{42}, "copy", 0, 1}, CancelHow::by_request);
  EXPECT_THAT(error_in<Unknown>(engine.outcome_of("copy")).message, HasSubstr("cancelled"));
}

TEST_F(ExecutorTest, EndsWhatACommandLeftBehindWhoseSupervisorWasKilled) {
  const auto* script = "echo $PPID > pid; exec sleep 600";
  die_after_beginning({shell("copy", script)}, [&] { return content("pid").ends_with('\n'); });
  ASSERT_EQ(::kill(std::stoi(content("pid")), SIGKILL), 0);
  Engineering engine(folder_);
  engine.recover(shell("copy", script));
  ASSERT_TRUE(engine.until([&] { return !engine.adopted.empty(); }));
  engine.executor().cancel({RunId{42}, "copy", 0, 1}, CancelHow::by_request);
  EXPECT_THAT(error_in<Unknown>(engine.outcome_of("copy")).message,
              HasSubstr("its supervisor died"));
}

// Longer than the time for which a record that cannot be read is looked at again.
TEST_F(ExecutorTest, WaitsForACommandWhoseRecordCannotBeReadBeforeItCallsItUnknown) {
  const auto* script = "touch begun; sleep 7; touch ended";
  die_after_beginning({shell("copy", script)}, [&] { return exists("begun"); });
  const std::string record =
      supervisor::attempt_folder(folder_, {RunId{42}, "copy", 0, 1}) + "/record";
  std::filesystem::rename(record, record + ".away");
  std::filesystem::create_directory(record);
  Engineering engine(folder_);
  engine.recover(shell("copy", script));
  error_in<Unknown>(engine.outcome_of("copy"));
  EXPECT_TRUE(exists("ended"));
}

TEST_F(ExecutorTest, LeavesCommandsToTheNextEngineWhenItCloses) {
  Engineering first(folder_);
  first.run(shell("copy", kUntilGo));
  ASSERT_TRUE(first.until([&] { return exists("begun"); }));
  first.close();
  EXPECT_THAT(first.outcomes, IsEmpty());
  Engineering second(folder_);
  second.recover(shell("copy", kUntilGo));
  ASSERT_TRUE(second.until([&] { return !second.adopted.empty(); }));
  write("go");
  EXPECT_EQ(outputs_in(second.outcome_of("copy")).at("stdout"), Value("end"));
}

TEST_F(ExecutorTest, SweepsFoldersOfFinishedAttemptsAndNoOthers) {
  die_after_beginning({shell("over", "touch over"), shell("copy", kUntilGo)},
                      [&] { return exists("begun") && exists("over"); });
  const auto has_folder = [&](const char* address) {
    return std::filesystem::exists(supervisor::attempt_folder(folder_, {RunId{42}, address, 0, 1}));
  };
  Engineering engine(folder_);
  engine.recover(shell("copy", kUntilGo));
  EXPECT_TRUE(engine.until([&] {
    engine.executor().sweep(RunId{42});
    return !has_folder("over");
  }));
  EXPECT_TRUE(has_folder("copy"));
  write("go");
  outputs_in(engine.outcome_of("copy"));
}

}  // namespace
}  // namespace rung::engine
