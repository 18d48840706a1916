#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>
#include <signal.h>

// `finally` of a group as people use it: a maintenance window that is closed whatever happens.
namespace rung::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view kWindow = R"(rung: v1
name: window
steps:
  - id: maintenance
    steps:
      - {id: silence, shell: "echo silence >> effects", undo: none, in_doubt: retry}
      - {id: work, shell: "test -e ready && echo work >> effects", undo: none, in_doubt: retry}
    finally:
      - {id: loud, shell: "echo loud >> effects", in_doubt: retry}
  - {id: after, shell: "echo after >> effects", undo: none, in_doubt: retry}
finally:
  - {id: last, shell: "echo last >> effects", in_doubt: retry}
)";

class GroupFinallyTest : public testing::Test {
 protected:
  GroupFinallyTest() { box.write("window.yaml", kWindow); }
  Sandbox box;
};

TEST_F(GroupFinallyTest, RunsBetweenItsGroupAndWhatComesAfter) {
  box.write("ready", "");
  EXPECT_EQ(box.rung({"run", "window.yaml"}).code, 0);
  EXPECT_EQ(box.read("effects"), "silence\nwork\nloud\nafter\nlast\n");
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("maintenance/finally/loud"));
}

TEST_F(GroupFinallyTest, WaitsForTheAnswerToAFailureAndRunsWhenTheRunIsCancelled) {
  EXPECT_EQ(box.rung({"run", "window.yaml"}).code, 4);
  EXPECT_EQ(box.read("effects"), "silence\n");
  box.rung({"cancel", "1", "--say", "another night"});
  box.rung({"resume", "1"});
  EXPECT_EQ(box.read("effects"), "silence\nloud\nlast\n");
}

TEST_F(GroupFinallyTest, RunsAfterARetryThatWorks) {
  EXPECT_EQ(box.rung({"run", "window.yaml"}).code, 4);
  box.write("ready", "");
  box.rung({"retry", "1", "work"});
  EXPECT_EQ(box.rung({"resume", "1"}).code, 0);
  EXPECT_EQ(box.read("effects"), "silence\nwork\nloud\nafter\nlast\n");
}

TEST_F(GroupFinallyTest, StandsInThePlanAndInTheGraph) {
  EXPECT_THAT(box.rung({"plan", "window.yaml"}).out, HasSubstr("maintenance/finally"));
  EXPECT_EQ(box.rung({"graph", "window.yaml"}).code, 0);
}

}  // namespace
}  // namespace rung::cli
