#include "base/failpoint.h"
#include "tests/executor/executor_fixture.h"

#include <cstdlib>

namespace rung::engine {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(ExecutorTest, YieldsWhatAnActionYields) {
  Engineering engine(folder_);
  engine.run(attempt("a", "test.noop", {{"result", 42}}));
  EXPECT_EQ(outputs_in(engine.outcome_of("a")).at("result"), Value(42));
  EXPECT_EQ(engine.executor().in_flight(), 0U);
}

TEST_F(ExecutorTest, NeverAnswersFromInsideTheCall) {
  Engineering engine(folder_);
  engine.run(attempt("a", "test.noop"));
  engine.run(attempt("b", "no.such.action"));
  engine.recover(attempt("c", "test.noop"));
  EXPECT_THAT(engine.outcomes, IsEmpty());
  EXPECT_TRUE(engine.until([&] { return engine.outcomes.size() == 3; }));
}

TEST_F(ExecutorTest, DoesNothingForAnActionThatItDoesNotHave) {
  Engineering engine(folder_);
  engine.run(attempt("a", "no.such.action"));
  EXPECT_EQ(error_in<NotDone>(engine.outcome_of("a")).error_class, ErrorClass::invalid);
}

TEST_F(ExecutorTest, TakesAnExceptionAsAFaultThatLeavesTheEffectOpen) {
  Engineering engine(folder_);
  engine.run(attempt("a", "test.throw", {{"token", Value("hunter22").as_secret()}}));
  EXPECT_THAT(error_in<Unknown>(engine.outcome_of("a")).message,
              AllOf(HasSubstr("broken, with ***"), Not(HasSubstr("hunter22"))));
  EXPECT_THAT(engine.log.errors,
              ElementsAre(AllOf(HasSubstr("an action threw"), Not(HasSubstr("hunter22")))));
}

TEST_F(ExecutorTest, MasksSecretsInWhatAnActionYields) {
  Engineering engine(folder_);
  auto one = attempt("a", "test.noop", {{"result", "x-hunter22-y"}});
  one.secrets = {"hunter22"};
  engine.run(std::move(one));
  EXPECT_EQ(outputs_in(engine.outcome_of("a")).at("result"), Value("x-***-y"));
}

TEST_F(ExecutorTest, EndsAnActionAtItsDeadline) {
  Engineering engine(folder_);
  auto one = attempt("a", "test.hold");
  one.deadline = clock_.now() + std::chrono::milliseconds(30);
  engine.run(std::move(one));
  const auto error = error_in<Unknown>(engine.outcome_of("a"));
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_THAT(error.message, HasSubstr("the step's timeout passed: it was cancelled"));
}

TEST_F(ExecutorTest, DoesNotWaitForEverForAnActionThatDoesNotEnd) {
  ExecutorLimits limits;
  limits.answer = std::chrono::milliseconds(30);
  Engineering engine(folder_, limits);
  engine.run(attempt("a", "test.deaf"));
  ASSERT_TRUE(engine.until([&] { return engine.gate.running == 1; }));
  engine.executor().cancel({RunId{42}, "a", 0, 1}, CancelHow::by_request);
  EXPECT_THAT(error_in<Unknown>(engine.outcome_of("a")).message,
              HasSubstr("was asked to end and did not answer within 30ms"));
  EXPECT_EQ(engine.executor().in_flight(), 0U);
  engine.gate.is_open = true;
  EXPECT_TRUE(engine.until([&] { return engine.gate.running == 0; }));
}

TEST_F(ExecutorTest, EndsAnActionWhenAskedTo) {
  Engineering engine(folder_);
  engine.run(attempt("a", "test.hold"));
  ASSERT_TRUE(engine.until([&] { return engine.gate.running == 1; }));
  engine.executor().cancel({RunId{42}, "a", 0, 1}, CancelHow::by_request);
  EXPECT_EQ(error_in<Unknown>(engine.outcome_of("a")).error_class, ErrorClass::internal);
}

TEST_F(ExecutorTest, BeginsNoMoreAtOnceThanItMay) {
  ExecutorLimits limits;
  limits.inside = 2;
  Engineering engine(folder_, limits);
  for (const auto* address : {"a", "b", "c", "d"}) engine.run(attempt(address, "test.hold"));
  ASSERT_TRUE(engine.until([&] { return engine.gate.running == 2; }));
  EXPECT_EQ(engine.executor().in_flight(), 2U);
  engine.gate.is_open = true;
  EXPECT_TRUE(engine.until([&] { return engine.outcomes.size() == 4; }));
  EXPECT_LE(engine.gate.most_at_once, 2);
  EXPECT_THAT(engine.gate.begun, ElementsAre("a", "b", "c", "d"));
}

TEST_F(ExecutorTest, ProvesThatNothingHappenedToWhatIsCancelledWhileItWaits) {
  ExecutorLimits limits;
  limits.inside = 1;
  Engineering engine(folder_, limits);
  engine.run(attempt("a", "test.hold"));
  engine.run(attempt("b", "test.hold"));
  ASSERT_TRUE(engine.until([&] { return engine.gate.running == 1; }));
  engine.executor().cancel({RunId{42}, "b", 0, 1}, CancelHow::by_request);
  EXPECT_THAT(error_in<NotDone>(engine.outcome_of("b")).message,
              HasSubstr("cancelled before it began"));
  EXPECT_THAT(engine.gate.begun, ElementsAre("a"));
}

TEST_F(ExecutorTest, ProvesThatNothingHappenedAfterADeadlineThatPassedBefore) {
  Engineering engine(folder_);
  auto one = attempt("a", "test.noop");
  one.deadline = clock_.now();
  engine.run(std::move(one));
  EXPECT_EQ(error_in<NotDone>(engine.outcome_of("a")).error_class, ErrorClass::timeout);
}

TEST_F(ExecutorTest, CannotKnowWhatAnActionOfADeadEngineDid) {
  Engineering engine(folder_);
  engine.recover(attempt("a", "test.noop"));
  error_in<Unknown>(engine.outcome_of("a"));
  EXPECT_THAT(engine.adopted, IsEmpty());
}

TEST_F(ExecutorTest, CancelsAndJoinsItsActionsWhenItCloses) {
  ExecutorLimits limits;
  limits.inside = 1;
  Engineering engine(folder_, limits);
  engine.run(attempt("a", "test.hold"));
  engine.run(attempt("b", "test.hold"));
  ASSERT_TRUE(engine.until([&] { return engine.gate.running == 1; }));
  engine.close();
  error_in<Unknown>(engine.outcomes["a"]);
  error_in<NotDone>(engine.outcomes["b"]);
  EXPECT_EQ(engine.gate.running, 0);
}

TEST_F(ExecutorTest, AnswersTenThousandAttemptsInOrder) {
  Engineering engine(folder_);
  int answered = 0;
  for (int i = 0; i < 10'000; ++i) {
    engine.executor().run(attempt("s" + std::to_string(i), "test.noop", {{"result", i}}),
                          [&answered, i](const Outcome& outcome) {
                            EXPECT_EQ(std::get<Done>(outcome).outputs.at("result"), Value(i));
                            EXPECT_EQ(answered++, i);
                          });
  }
  EXPECT_TRUE(engine.until([&] { return answered == 10'000; }));
}

class InjectedFault : public ExecutorTest {
 protected:
  void inject(const char* where) {
    ::setenv("RUNG_FAILPOINT", where, 1);
    failpoint::configure_from_environment();
  }
  ~InjectedFault() override {
    ::unsetenv("RUNG_FAILPOINT");
    failpoint::configure_from_environment();
  }
};

TEST_F(InjectedFault, BeforeTheEffectIsProofThatNothingHappened) {
  inject("executor.before_effect/a.1=eio");
  Engineering engine(folder_);
  engine.run(attempt("a", "test.effect", {{"witness", path("witness")}}));
  error_in<NotDone>(engine.outcome_of("a"));
  EXPECT_EQ(content("witness"), "");
}

TEST_F(InjectedFault, AfterTheEffectLeavesItOpen) {
  inject("executor.after_effect/a.1=eio");
  Engineering engine(folder_);
  engine.run(attempt("a", "test.effect", {{"witness", path("witness")}}));
  error_in<Unknown>(engine.outcome_of("a"));
  EXPECT_THAT(content("witness"), HasSubstr(" a 1\n"));
}

}  // namespace
}  // namespace rung::engine
