#include "cli/arguments.h"

#include <gmock/gmock.h>

namespace rung::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::variant<Arguments, Stop> parsed(std::vector<std::string_view> words) {
  return parse_arguments(words);
}

Arguments accepted(std::vector<std::string_view> words) {
  auto answer = parsed(std::move(words));
  if (const auto* stop = std::get_if<Stop>(&answer)) ADD_FAILURE() << stop->text;
  return std::holds_alternative<Arguments>(answer) ? std::get<Arguments>(answer) : Arguments{};
}

std::string refused(std::vector<std::string_view> words) {
  auto answer = parsed(std::move(words));
  const auto* stop = std::get_if<Stop>(&answer);
  if (stop == nullptr || stop->code != ExitCode::usage) ADD_FAILURE() << "was accepted";
  return stop == nullptr ? "" : stop->text;
}

TEST(Arguments, ProposeTheCommandThatWasMeant) {
  EXPECT_THAT(refused({"aprove", "42"}), HasSubstr("did you mean:  rung approve"));
}

TEST(Arguments, ProposeTheOptionThatWasMeant) {
  EXPECT_THAT(refused({"run", "--inptu=a=b"}), HasSubstr("did you mean:  --input"));
}

TEST(Arguments, TakeSeveralInputsEachWithItsOwnOption) {
  const Arguments run = accepted({"run", "-i", "from=east", "-i", "to=west", "failover.yaml"});
  EXPECT_THAT(run.inputs, ElementsAre("from=east", "to=west"));
  EXPECT_EQ(run.file, "failover.yaml");
}

TEST(Arguments, KeepAnInputWithSpacesCommasAndEqualSignsWhole) {
  EXPECT_THAT(accepted({"run", "-i", "text=a, b=c {d}"}).inputs, ElementsAre("text=a, b=c {d}"));
}

TEST(Arguments, TakeARunByNumberOrByName) {
  EXPECT_EQ(accepted({"show", "42"}).run, "42");
  EXPECT_EQ(accepted({"show", "orders-db-failover-42"}).run, "orders-db-failover-42");
}

TEST(Arguments, TakeAStepWithoutARun) {
  const Arguments approve = accepted({"approve", "consent"});
  EXPECT_EQ(approve.run, "");
  EXPECT_EQ(approve.step, "consent");
}

TEST(Arguments, TakeANoteWithoutARun) {
  EXPECT_EQ(accepted({"note", "the data centre is on fire"}).text, "the data centre is on fire");
}

TEST(Arguments, DemandAReasonForSkipAndResolve) {
  EXPECT_THAT(refused({"skip", "42", "copy"}), HasSubstr("rung skip 42 copy --say \"why\""));
  EXPECT_THAT(refused({"resolve", "42", "copy", "--as", "done"}),
              HasSubstr("rung resolve 42 copy --as done --say \"why\""));
}

TEST(Arguments, DemandAnAnswerForResolve) {
  EXPECT_THAT(refused({"resolve", "42", "copy", "--say", "x"}),
              HasSubstr("--as done (or not-done, or failed)"));
  EXPECT_THAT(refused({"resolve", "42", "copy", "--as", "maybe", "--say", "x"}),
              HasSubstr("'maybe' is no answer"));
}

TEST(Arguments, RefuseADurationWithoutAUnit) {
  EXPECT_THAT(refused({"gc", "--older-than", "90"}), HasSubstr("needs a unit"));
}

TEST(Arguments, RefuseAFormatThatDoesNotExist) {
  EXPECT_THAT(refused({"ls", "-o", "xml"}), HasSubstr("json, yaml or table"));
}

TEST(Arguments, RefuseAWordTooMany) {
  EXPECT_THAT(refused({"show", "42", "43"}), HasSubstr("'43' is one word too many"));
}

TEST(Arguments, ShowEveryCommandInTheHelp) {
  const auto answer = parsed({"help"});
  const Stop& stop = std::get<Stop>(answer);
  EXPECT_EQ(stop.code, ExitCode::succeeded);
  for (const std::string_view name : verb_names()) {
    EXPECT_THAT(stop.text, HasSubstr("\n  " + std::string(name))) << name;
  }
}

}  // namespace
}  // namespace rung::cli
