#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>
#include <signal.h>

// `wait: {check: ...}` as people use it: a file that comes, an engine that goes.
namespace rung::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view kGate = R"(rung: v1
name: gate
steps:
  - id: caught_up
    wait:
      check: {shell: "echo . >> looks; cat lag >> \"$RUNG_OUTPUT_FILE\"", outputs: {lag: int}}
      until: lag < 5
      every: 100ms
      timeout: 1h
  - {id: go_on, undo: none, in_doubt: retry, shell: "echo went >> effects"}
)";

class WatchWaitTest : public testing::Test {
 protected:
  WatchWaitTest() {
    box.write("gate.yaml", kGate);
    box.write("lag", "lag=9\n");
  }
  Sandbox box;
};

TEST_F(WatchWaitTest, GoesOnWhenItsConditionHolds) {
  Process run = box.start({"run", "gate.yaml", "-q"});
  ASSERT_TRUE(box.comes_true("test $(wc -l < looks) -ge 3"));
  box.write("lag", "lag=2\n");
  EXPECT_EQ(run.wait().code, 0);
  EXPECT_EQ(box.read("effects"), "went\n");
  const std::string shown = box.rung({"show", "1", "-o", "json"}).out;
  EXPECT_THAT(shown, HasSubstr(R"("held": true)"));
}

TEST_F(WatchWaitTest, LooksOnInTheEngineThatTakesOver) {
  Process run = box.start({"run", "gate.yaml", "-q"});
  ASSERT_TRUE(box.comes_true("test $(wc -l < looks) -ge 2"));
  run.send_signal(SIGKILL);
  run.wait();
  EXPECT_THAT(box.rung({"why", "1"}).out, HasSubstr("lag < 5"));
  box.write("lag", "lag=2\n");
  EXPECT_EQ(box.rung({"resume", "--all", "--wait", "-q"}).code, 0);
  EXPECT_EQ(box.read("effects"), "went\n");
}

TEST_F(WatchWaitTest, IsOverWhenTheRunIsCancelled) {
  Process run = box.start({"run", "gate.yaml", "-q"});
  ASSERT_TRUE(box.comes_true("test $(wc -l < looks) -ge 2"));
  EXPECT_EQ(box.rung({"cancel", "1", "--say", "not today"}).code, 0);
  EXPECT_EQ(run.wait().code, 1);
  EXPECT_FALSE(box.shell("test -e effects").code == 0);
}

}  // namespace
}  // namespace rung::cli
