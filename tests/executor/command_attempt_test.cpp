#include "tests/executor/executor_fixture.h"

namespace rung::engine {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST_F(ExecutorTest, YieldsWhatAScriptPrintedAndWrote) {
  Engineering engine(folder_);
  auto one = shell("copy", "echo hello; echo oops >&2; echo bytes=16MB >> \"$RUNG_OUTPUT_FILE\"");
  one.outputs = {{"bytes", Type::size}};
  engine.run(std::move(one));
  const auto out = outputs_in(engine.outcome_of("copy"));
  EXPECT_EQ(out.at("stdout"), Value("hello"));
  EXPECT_EQ(out.at("stderr"), Value("oops"));
  EXPECT_EQ(out.at("bytes"), Value(Bytes{16'000'000}));
  EXPECT_EQ(out.at("exit_code"), Value(0));
}

TEST_F(ExecutorTest, TellsACommandWhichAttemptItIs) {
  Engineering engine(folder_);
  engine.run(shell("copy",
                   "echo $RUNG_RUN_ID $RUNG_STEP $RUNG_ATTEMPT $RUNG_MODE "
                   "$RUNG_IDEMPOTENCY_KEY; test -n \"$RUNG_ATTEMPT_ID\""));
  EXPECT_EQ(outputs_in(engine.outcome_of("copy")).at("stdout"),
            Value("orders-db-failover-42 copy 1 drill 05000000-0000-0000-0000-000000000000"));
}

TEST_F(ExecutorTest, RunsAScriptInTheRunbooksFolderAndStrictly) {
  Engineering engine(folder_);
  engine.run(shell("copy", "pwd; false | true; echo reached"));
  const auto error = error_in<Failed>(engine.outcome_of("copy"));
  EXPECT_EQ(error.error_class, ErrorClass::refused);
  EXPECT_THAT(error.message, AllOf(HasSubstr("exited with 1"), HasSubstr(folder_)));
}

TEST_F(ExecutorTest, NamesTheLineOfTheScriptThatFailed) {
  Engineering engine(folder_);
  engine.run(shell("copy", "true\nno-such-program-here\n"));
  EXPECT_EQ(error_in<Failed>(engine.outcome_of("copy")).message,
            "exited with 127: script: line 2: no-such-program-here: command not found");
}

TEST_F(ExecutorTest, RunsAScriptLargerThanAnArgumentMayBe) {
  Engineering engine(folder_);
  engine.run(shell("copy", "# " + std::string(300'000, 'x') + "\necho reached\n"));
  EXPECT_EQ(outputs_in(engine.outcome_of("copy")).at("stdout"), Value("reached"));
}

TEST_F(ExecutorTest, HandsAScriptToAnotherInterpreter) {
  Engineering engine(folder_);
  engine.run(
      shell("copy", "import sys; print(6 * 7, len(sys.argv))", {{"interpreter", "python3"}}));
  EXPECT_EQ(outputs_in(engine.outcome_of("copy")).at("stdout"), Value("42 1"));
}

TEST_F(ExecutorTest, PassesValuesByEnvironmentFilesAndStandardInput) {
  Engineering engine(folder_);
  const Value::Map env = {{"HOSTS", Value(Value::List{"a b", "$(id)"})}};
  const Value::Map files = {{"KEY", Value("top secret").as_secret()}};
  engine.run(shell("copy", "echo \"$HOSTS\"; cat \"$KEY\"; cat; stat -c %a \"$KEY\"",
                   {{"env", Value(env)}, {"files", Value(files)}, {"stdin", "from stdin\n"}}));
  EXPECT_EQ(outputs_in(engine.outcome_of("copy")).at("stdout"),
            Value("[\"a b\",\"$(id)\"]\n***from stdin\n600"));
}

TEST_F(ExecutorTest, KeepsArgumentsWhole) {
  Engineering engine(folder_);
  const Value argv(Value::List{"printf", "[%s]", "a b", "$HOME", "*"});
  engine.run(attempt("copy", "command", {{"argv", argv}}));
  EXPECT_EQ(outputs_in(engine.outcome_of("copy")).at("stdout"), Value("[a b][$HOME][*]"));
}

TEST_F(ExecutorTest, ProvesThatAProgramThatIsNotThereDidNothing) {
  Engineering engine(folder_);
  engine.run(attempt("copy", "command", {{"argv", Value(Value::List{"./no-such-program"})}}));
  EXPECT_EQ(error_in<NotDone>(engine.outcome_of("copy")).error_class, ErrorClass::not_found);
}

TEST_F(ExecutorTest, BeginsNothingWhereAnInputMakesNoCommandLine) {
  Engineering engine(folder_);
  const Value argv(Value::List{"echo", Value("hunter22").as_secret()});
  engine.run(attempt("copy", "command", {{"argv", argv}}));
  EXPECT_THAT(error_in<NotDone>(engine.outcome_of("copy")).message,
              AllOf(HasSubstr("argv[1] holds a secret"), Not(HasSubstr("hunter22"))));
}

TEST_F(ExecutorTest, MasksSecretsInEverythingThatACommandYields) {
  Engineering engine(folder_);
  const Value::Map env = {{"TOKEN", Value("hunter22").as_secret()}};
  auto one = shell("copy", "echo \"t=$TOKEN\"; echo \"out=<$TOKEN>\" >> \"$RUNG_OUTPUT_FILE\"",
                   {{"env", Value(env)}});
  one.outputs = {{"out", Type::string}};
  engine.run(std::move(one));
  const auto out = outputs_in(engine.outcome_of("copy"));
  EXPECT_EQ(out.at("stdout"), Value("t=***"));
  EXPECT_EQ(out.at("out"), Value("<***>"));
}

TEST_F(ExecutorTest, KeepsHeadAndTailOfALongOutput) {
  Engineering engine(folder_);
  engine.run(shell("copy", "echo first; head -c 1000000 /dev/zero | tr '\\0' x; echo; echo last"));
  const auto text = *outputs_in(engine.outcome_of("copy")).at("stdout").string();
  EXPECT_LT(text.size(), 70'000U);
  EXPECT_TRUE(text.starts_with("first\n"));
  EXPECT_TRUE(text.ends_with("\nlast"));
  EXPECT_THAT(text, HasSubstr("bytes left out here"));
}

TEST_F(ExecutorTest, EndsACommandAtItsDeadline) {
  Engineering engine(folder_);
  auto one = shell("copy", "echo begun; sleep 600");
  one.deadline = clock_.now() + std::chrono::milliseconds(300);
  engine.run(std::move(one));
  EXPECT_EQ(error_in<Unknown>(engine.outcome_of("copy")).error_class, ErrorClass::timeout);
}

TEST_F(ExecutorTest, EndsACommandWhenAskedTo) {
  Engineering engine(folder_);
  engine.run(shell("copy", "touch begun; exec sleep 600"));
  ASSERT_TRUE(engine.until([&] { return exists("begun"); }));
  engine.executor().cancel({RunId{42}, "copy", 0, 1}, CancelHow::by_request);
  EXPECT_THAT(error_in<Unknown>(engine.outcome_of("copy")).message, HasSubstr("cancelled"));
}

TEST_F(ExecutorTest, CallsACommandLateThatIsEndedForItsStepsTime) {
  Engineering engine(folder_);
  engine.run(shell("copy", "touch begun; exec sleep 600"));
  ASSERT_TRUE(engine.until([&] { return exists("begun"); }));
  engine.executor().cancel({RunId{42}, "copy", 0, 1}, CancelHow::deadline);
  EXPECT_EQ(error_in<Unknown>(engine.outcome_of("copy")).error_class, ErrorClass::timeout);
}

TEST_F(ExecutorTest, RemovesTheFolderWhenTheOutcomeIsOnDisk) {
  Engineering engine(folder_);
  engine.run(shell("copy", "true"));
  outputs_in(engine.outcome_of("copy"));
  EXPECT_TRUE(has_attempt_folders());
  engine.executor().forget({RunId{42}, "copy", 0, 1});
  EXPECT_FALSE(has_attempt_folders());
}

TEST_F(ExecutorTest, FailsACommandThatMayLeaveNothingAndDoes) {
  Engineering engine(folder_);
  auto one = shell("copy", "sleep 600 >/dev/null 2>&1 &\n");
  one.leftovers = "fail";
  engine.run(std::move(one));
  EXPECT_THAT(error_in<Failed>(engine.outcome_of("copy")).message, HasSubstr("leftovers: fail"));
}

TEST_F(ExecutorTest, WarnsOfAnOutputThatIsNotDeclared) {
  Engineering engine(folder_);
  engine.run(shell("copy", "echo surprise=1 >> \"$RUNG_OUTPUT_FILE\""));
  outputs_in(engine.outcome_of("copy"));
  EXPECT_THAT(engine.progress, Contains(HasSubstr("copy: warning: the output `surprise`")));
}

TEST_F(ExecutorTest, RunsManyCommandsWithinTheirLimit) {
  ExecutorLimits limits;
  limits.commands = 4;
  Engineering engine(folder_, limits);
  for (int i = 0; i < 20; ++i) engine.run(shell("s" + std::to_string(i), "true"));
  EXPECT_TRUE(engine.until([&] { return engine.outcomes.size() == 20; }));
  for (const auto& [address, outcome] : engine.outcomes) outputs_in(outcome);
}

}  // namespace
}  // namespace rung::engine
