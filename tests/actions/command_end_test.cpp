#include "actions/command/command_end.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <csignal>

namespace rung::actions {
namespace {

using testing::HasSubstr;
using How = CommandEnd::How;

CommandEnd exited(int code) {
  CommandEnd end;
  end.code = code;
  return end;
}

CommandEnd ended(How how, int code = 0) {
  CommandEnd end;
  end.how = how;
  end.code = code;
  return end;
}

template <class Kind>
ActionError error_in(const Outcome& outcome) {
  const auto* kind = std::get_if<Kind>(&outcome);
  EXPECT_NE(kind, nullptr) << "outcome " << outcome.index();
  return kind == nullptr ? ActionError{} : kind->error;
}

TEST(CommandEnd, OfExitZeroIsDoneWithWhatItPrintedAndWrote) {
  RunRequest request;
  request.outputs = {{"bytes", Type::integer}};
  auto end = exited(0);
  end.stdout_text = "hello\n\n";
  end.output_file = "bytes=12\n";
  const auto outcome = outcome_of(request, end);
  const auto* done = std::get_if<Done>(&outcome);
  ASSERT_NE(done, nullptr);
  const Value::Map expected = {
      {"bytes", 12}, {"exit_code", 0}, {"stderr", ""}, {"stdout", "hello"}};
  EXPECT_EQ(done->outputs, expected);
}

TEST(CommandEnd, WarnsOfAnUndeclaredOutput) {
  RunRequest request;
  std::string warning;
  request.progress = [&](std::string line) { warning = std::move(line); };
  auto end = exited(0);
  end.output_file = "extra=1\n";
  EXPECT_TRUE(std::holds_alternative<Done>(outcome_of(request, end)));
  EXPECT_THAT(warning, HasSubstr("the output `extra` is not declared"));
}

TEST(CommandEnd, WithoutADeclaredOutputIsFailed) {
  RunRequest request;
  request.outputs = {{"bytes", Type::integer}};
  const auto error = error_in<Failed>(outcome_of(request, exited(0)));
  EXPECT_EQ(error.error_class, ErrorClass::invalid);
  EXPECT_THAT(error.message, HasSubstr("it exited with 0, but the declared output `bytes`"));
}

TEST(CommandEnd, OfAnotherStatusIsFailedWithItsLastWords) {
  auto end = exited(3);
  end.stderr_text = "one\ntwo\nthree\nfour\n\n";
  const auto error = error_in<Failed>(outcome_of({}, end));
  EXPECT_EQ(error.error_class, ErrorClass::refused);
  EXPECT_EQ(error.message, "exited with 3: two / three / four");
}

TEST(CommandEnd, BoundsItsLastWords) {
  auto end = exited(1);
  end.stderr_text = std::string(100'000, 'x');
  EXPECT_LE(error_in<Failed>(outcome_of({}, end)).message.size(), 550U);
}

TEST(CommandEnd, BySignalTimeoutOrCancelIsUnknown) {
  EXPECT_THAT(error_in<Unknown>(outcome_of({}, ended(How::signalled, SIGSEGV))).message,
              HasSubstr("killed by signal 11 (SIGSEGV)"));
  EXPECT_EQ(error_in<Unknown>(outcome_of({}, ended(How::deadline))).error_class,
            ErrorClass::timeout);
  EXPECT_THAT(error_in<Unknown>(outcome_of({}, ended(How::cancelled))).message,
              HasSubstr("cancelled"));
}

TEST(CommandEnd, BeforeItsStartIsProofThatNothingHappened) {
  const auto error = error_in<NotDone>(outcome_of({}, ended(How::exec_failed, ENOENT)));
  EXPECT_EQ(error.error_class, ErrorClass::not_found);
  EXPECT_THAT(error.message, HasSubstr("No such file or directory"));
}

TEST(CommandEnd, ReplacesBytesThatAreNotText) {
  auto end = exited(0);
  end.stdout_text = "a\xFFz";
  const auto outcome = outcome_of({}, end);
  EXPECT_EQ(std::get<Done>(outcome).outputs.at("stdout"), Value("a\xEF\xBF\xBDz"));
}

TEST(ProbeAnswer, IsDoneAtExitZero) {
  const auto answer = probe_answer_of({}, exited(0));
  ASSERT_TRUE(std::holds_alternative<Done>(answer));
  EXPECT_TRUE(std::get<Done>(answer).adopted);
}

TEST(ProbeAnswer, IsNotDoneAtExitOne) {
  EXPECT_TRUE(std::holds_alternative<NotDone>(probe_answer_of({}, exited(1))));
}

TEST(ProbeAnswer, IsUnknownAtEveryOtherEnd) {
  EXPECT_TRUE(std::holds_alternative<Unknown>(probe_answer_of({}, exited(2))));
  EXPECT_TRUE(std::holds_alternative<Unknown>(probe_answer_of({}, ended(How::deadline))));
  EXPECT_TRUE(
      std::holds_alternative<Unknown>(probe_answer_of({}, ended(How::exec_failed, ENOENT))));
}

}  // namespace
}  // namespace rung::actions
