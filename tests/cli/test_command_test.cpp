#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRunbook =
    "rung: v1\nname: shift\nsteps:\n"
    "  - {id: copy, command: [touch, touched], how_to_tell: look, undo: none}\n";
constexpr const char* kGood =
    "rung: v1\nstubs: {copy: {takes: 4m}}\ncases:\n"
    "  - {name: it copies, expect: {took: 4m}}\n  - {name: it ends, expect: {ran: [copy]}}\n";
constexpr const char* kFailing =
    "rung: v1\nstubs: {copy: {}}\ncases:\n  - {name: it fails, expect: {status: failed}}\n"
    "  - {name: it \"works\" & <all>}\n";

class TestCommand : public ::testing::Test {
 protected:
  TestCommand() { box_.write("runbook.yaml", kRunbook); }
  Sandbox box_;
};

TEST_F(TestCommand, PassesWithoutTouchingTheWorldOrAStore) {
  box_.write("test.yaml", kGood);
  const Ended ended = box_.rung({"test"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("2 cases: 2 passed"));
  EXPECT_EQ(box_.shell("test ! -e touched && test ! -e state/rung.db").code, 0);
}

TEST_F(TestCommand, AsksNoCalendar) {
  box_.write("rung.yaml",
             "rung: v1\ncalendars:\n  ages: {from: \"2000-01-01\", to: \"2999-12-31\", say: x}\n");
  box_.write("test.yaml", kGood);
  ASSERT_EQ(box_.rung({"run", "-q"}).code, 6);
  const Ended ended = box_.rung({"test"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("2 cases: 2 passed"));
}

TEST_F(TestCommand, FailsWithOneAndNamesTheLineOfTheExpectation) {
  box_.write("test.yaml", kFailing);
  const Ended ended = box_.rung({"test"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("test.yaml:4:39  status"));
  EXPECT_THAT(ended.out, HasSubstr("2 cases: 1 passed, 1 failed"));
}

TEST_F(TestCommand, AnswersTwoWhereAFileHasMistakesAndRunsTheOthers) {
  box_.write("test.yaml", "rung: v1\ncases: [{name: a, expct: {}}]\n");
  box_.write("sub/runbook.yaml", kRunbook);
  box_.write("sub/test.yaml", kGood);
  const Ended ended = box_.rung({"test"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("did you mean expect:?"));
  EXPECT_THAT(ended.out, HasSubstr("2 cases: 2 passed, 1 file with mistakes"));
}

TEST_F(TestCommand, ShowsTheMistakesOfTheRunbook) {
  box_.write("runbook.yaml", "rung: v1\nname: shift\nsteps: [{id: a, frob: 1}]\n");
  box_.write("test.yaml", kGood);
  const Ended ended = box_.rung({"test"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("runbook.yaml:3:"));
}

TEST_F(TestCommand, RunsTheCasesOfOneName) {
  box_.write("test.yaml", kFailing);
  const Ended ended = box_.rung({"test", "--case", "works"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("1 case: 1 passed"));
}

TEST_F(TestCommand, AnswersTenWhereThereIsNothingToRun) {
  EXPECT_EQ(box_.rung({"test"}).code, 10);
  box_.write("test.yaml", kGood);
  EXPECT_EQ(box_.rung({"test", "--case", "nothing"}).code, 10);
  EXPECT_EQ(box_.rung({"test", "nowhere"}).code, 10);
}

TEST_F(TestCommand, FindsTheTestsOfARunbookAndOfAFolder) {
  box_.write("sub/shift.yaml", kRunbook);
  box_.write("sub/shift.test.yaml", kGood);
  box_.write("sub/deeper/runbook.yaml", kRunbook);
  box_.write("sub/deeper/test.yaml", kFailing);
  EXPECT_EQ(box_.rung({"test", "sub/shift.yaml"}).code, 0);
  const Ended all = box_.rung({"test", "sub", "sub/shift.test.yaml"});
  EXPECT_THAT(all.out, HasSubstr("4 cases: 3 passed, 1 failed"));
  EXPECT_THAT(all.out, HasSubstr("sub/deeper/test.yaml:4:39"));
}

TEST_F(TestCommand, ATestFileIsNoRunbookOfItsFolder) {
  box_.write("folder/shift.yaml", kRunbook);
  box_.write("folder/shift.test.yaml", kGood);
  EXPECT_EQ(box_.shell("cd folder && " RUNG_BINARY " validate").code, 0);
}

TEST_F(TestCommand, AnswersInJson) {
  box_.write("test.yaml", kFailing);
  const Ended ended = box_.rung({"test", "-o", "json"});
  EXPECT_EQ(ended.code, 1);
  const auto value = from_plain_json(ended.out);
  ASSERT_TRUE(value) << ended.out;
  EXPECT_EQ(*value.value().member("failed"), Value(1));
  const Value& first =
      value.value().member("files")->list()->front().member("cases")->list()->front();
  EXPECT_EQ(*first.member("findings")->list()->front().member("line"), Value(4));
}

TEST_F(TestCommand, WritesJUnitThatAnXmlParserReads) {
  box_.write("test.yaml", kFailing);
  box_.write("broken.test.yaml", "rung: v1\nrunbook: runbook.yaml\ncases: {a & b}\n");
  EXPECT_EQ(box_.rung({"test", "--junit", "out.xml"}).code, 2);
  const Ended read = box_.shell(
      "python3 -c \"import xml.etree.ElementTree as t; r = t.parse('out.xml').getroot(); "
      "print([(s.get('tests'), s.get('failures'), s.get('errors')) for s in r]); "
      "print([c.get('name') for c in r.iter('testcase')])\"");
  EXPECT_EQ(read.code, 0) << read.err;
  EXPECT_THAT(read.out, HasSubstr("[('1', '0', '1'), ('2', '1', '0')]"));
  EXPECT_THAT(read.out, HasSubstr("it \"works\" & <all>"));
}

TEST_F(TestCommand, RunsManyCasesInAMoment) {
  std::string cases = "rung: v1\nstubs: {copy: {takes: 4m}}\ncases:\n";
  for (int i = 0; i < 1000; ++i) cases += "  - {name: case " + std::to_string(i) + "}\n";
  box_.write("test.yaml", cases);
  const Ended ended = box_.rung({"test", "-q"});
  EXPECT_EQ(ended.out, "1000 cases: 1000 passed\n");
}

}  // namespace
}  // namespace rung::cli
