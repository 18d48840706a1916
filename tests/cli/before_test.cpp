#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

// `before` of a step as people use it: what was there is read, and put back by the undo.
namespace rung::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// `weight` holds what is changed; the second try of `drain` finds what the first one left.
constexpr std::string_view kDrain = R"yaml(rung: v1
name: drain
on_failure: undo_run
steps:
  - id: drain
    before:
      shell: echo "weight=$(cat weight)" >> "$RUNG_OUTPUT_FILE"
      outputs: {weight: int}
    shell: |
      echo 0 > weight
      test "$RUNG_ATTEMPT" = 2
    in_doubt: retry
    retry: {attempts: 2, delay: 10ms}
    undo:
      env: {WEIGHT: "{{ self.before.weight }}"}
      shell: echo "$WEIGHT" > weight
  - {id: check, command: [test, -e, good], undo: none, in_doubt: retry, retry: {attempts: 1}}
)yaml";

class BeforeTest : public testing::Test {
 protected:
  BeforeTest() {
    box.write("drain.yaml", kDrain);
    box.write("weight", "42\n");
  }
  Sandbox box;
};

TEST_F(BeforeTest, IsPutBackByTheUndoAlsoWhenTheStepWasTriedTwice) {
  EXPECT_EQ(box.rung({"run", "drain.yaml"}).code, 1);
  EXPECT_EQ(box.read("weight"), "42\n");
  EXPECT_THAT(box.rung({"show", "1"}).out,
              AllOf(HasSubstr("drain@before"), HasSubstr("weight=42")));
}

TEST_F(BeforeTest, StandsInTheUndoThatWouldBeDone) {
  std::string pausing(kDrain);
  box.write("drain.yaml", pausing.replace(pausing.find("undo_run"), 8, "pause"));
  EXPECT_EQ(box.rung({"run", "drain.yaml"}).code, 4);
  EXPECT_EQ(box.read("weight"), "0\n");
  EXPECT_THAT(box.rung({"undo", "1", "--dry-run"}).out, HasSubstr("42"));
}

TEST_F(BeforeTest, HoldsUpItsStepWhereNobodyCanSeeWhatIsThere) {
  std::string blind(kDrain);
  box.write("drain.yaml", blind.replace(blind.find("$(cat weight)"), 13, "no number"));
  EXPECT_EQ(box.rung({"run", "drain.yaml"}).code, 1);
  EXPECT_EQ(box.read("weight"), "42\n");
  EXPECT_THAT(box.rung({"show", "1"}).out,
              AllOf(HasSubstr("FAIL drain@before"), Not(HasSubstr("drain@undo"))));
}

TEST_F(BeforeTest, StandsInThePlanInFrontOfItsStep) {
  const std::string plan = box.rung({"plan", "drain.yaml"}).out;
  ASSERT_THAT(plan, HasSubstr("echo 0 > weight"));
  EXPECT_LT(plan.find("drain@before"), plan.find("echo 0 > weight"));
  EXPECT_THAT(box.rung({"graph", "drain.yaml"}).out, HasSubstr("drain@before"));
}

}  // namespace
}  // namespace rung::cli
