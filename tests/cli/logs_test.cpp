#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

namespace rung::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class LogsTest : public testing::Test {
 protected:
  void SetUp() override {
    box.write("runbook.yaml", R"(rung: v1
name: talks
steps:
  - id: talk
    undo: none
    in_doubt: retry
    shell: |
      echo first
      until test -e go; do sleep 0.02; done
      echo last
)");
  }
  Sandbox box;
};

TEST_F(LogsTest, FollowedLogsComeWhileTheyArePrintedAndEndWithTheRun) {
  Process engine = box.start({"run"});
  ASSERT_TRUE(engine.writes("talk"));
  Process logs = box.start({"logs", "1", "-f"});
  ASSERT_TRUE(logs.writes("first\n"));
  EXPECT_THAT(logs.out(), testing::Not(HasSubstr("last")));
  box.write("go", "");
  const Ended ended = logs.wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "first\nlast\n");
  EXPECT_EQ(engine.wait().code, 0);
}

TEST_F(LogsTest, FollowedLogsHaveTheirLimit) {
  Process engine = box.start({"run"});
  ASSERT_TRUE(engine.writes("talk"));
  EXPECT_EQ(box.rung({"logs", "1", "-f", "--timeout", "300ms"}).code, 124);
}

TEST_F(LogsTest, ALogThatCannotBeReadIsNoEmptyOne) {
  box.write("go", "");
  ASSERT_EQ(box.rung({"run", "-q"}).code, 0);
  ASSERT_EQ(
      box.shell("cd state/rung.db.d/logs/1 && rm talk.0.1.out && ln -s talk.0.1.out talk.0.1.out")
          .code,
      0);
  const Ended ended = box.rung({"logs", "1"});
  EXPECT_NE(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("talk.0.1.out"));
}

TEST_F(LogsTest, AStepThatPrintedNothingIsSaidToHave) {
  box.write("quiet.yaml", "rung: v1\nname: quiet\nsteps:\n  - {id: one, set: {x: 1}}\n");
  ASSERT_EQ(box.rung({"run", "quiet.yaml", "-q"}).code, 0);
  const Ended ended = box.rung({"logs", "1"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, HasSubstr("nothing was printed"));
}

}  // namespace
}  // namespace rung::cli
