#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

namespace rung::cli {
namespace {

using testing::HasSubstr;

// Keys of the live screen, and terminals that go away: at a real terminal, against a run whose
// command goes on until the file `go` is there.
class KeysTest : public testing::Test {
 protected:
  void SetUp() override {
    box.write("runbook.yaml", R"(rung: v1
name: holds
steps:
  - id: hold
    undo: none
    how_to_tell: cat effects.txt
    timeout: 2m
    shell: |
      echo begun >> effects.txt
      echo first; echo second
      until test -e go; do sleep 0.02; done
  - {id: after, shell: "echo after >> effects.txt", undo: none, in_doubt: retry}
)");
  }
  Process at_work() {
    Process screen = box.start({"run"}, Process::On::terminal);
    EXPECT_TRUE(box.comes_true("grep -q begun effects.txt"));
    EXPECT_TRUE(screen.writes("second"));
    return screen;
  }
  std::string status() {
    const auto shown = from_plain_json(box.rung({"show", "1", "-o", "json"}).out);
    return shown ? to_text(*shown.value().member("status")) : "";
  }

  Sandbox box;
};

TEST_F(KeysTest, PPausesAndPAgainGoesOn) {
  Process screen = at_work();
  screen.type("p");
  ASSERT_TRUE(screen.writes("[p] goes on"));
  box.write("go", "");
  ASSERT_TRUE(screen.writes("ok   hold"));
  EXPECT_EQ(status(), "paused");
  screen.type("p");
  const Ended ended = screen.wait();
  EXPECT_EQ(ended.code, 0) << ended.out;
  EXPECT_EQ(box.read("effects.txt"), "begun\nafter\n");
}

TEST_F(KeysTest, LShowsWhatTheRunningStepPrints) {
  Process screen = at_work();
  screen.type("l");
  EXPECT_TRUE(screen.writes("  | first"));
  EXPECT_TRUE(screen.writes("  | second"));
  box.write("go", "");
  EXPECT_EQ(screen.wait().code, 0);
}

TEST_F(KeysTest, WShowsWhatTheRunWaitsFor) {
  Process screen = at_work();
  screen.type("w");
  EXPECT_TRUE(screen.writes("waits for: hold to end"));
  EXPECT_TRUE(screen.writes("rung cancel 1 --kill"));
  box.write("go", "");
  EXPECT_EQ(screen.wait().code, 0);
}

TEST_F(KeysTest, AQuestionMarkNamesTheKeys) {
  Process screen = at_work();
  screen.type("?");
  EXPECT_TRUE(screen.writes("p pauses or goes on"));
  box.write("go", "");
  EXPECT_EQ(screen.wait().code, 0);
}

TEST_F(KeysTest, AClosedTerminalEndsTheEngineAndTheRunGoesOnWhenResumed) {
  Process screen = at_work();
  screen.hang_up();
  EXPECT_EQ(screen.wait().code, 143);
  Process second = box.start({"resume", "1"});
  ASSERT_TRUE(second.writes("adopted                     hold"));
  box.write("go", "");
  EXPECT_EQ(second.wait().code, 0);
  EXPECT_EQ(box.read("effects.txt"), "begun\nafter\n");
}

TEST_F(KeysTest, AWideQuestionLeavesEachLineOfThePictureALine) {
  box.write(
      "wide.yaml", "rung: v1\nname: wide\nsteps:\n  - id: consent\n    approve: {ask: \"" + [] {
        std::string text;
        for (int i = 0; i < 120; ++i) text += "\u65E5";
        return text;
      }() + "\", timeout: 10m, on_timeout: reject}\n");
  box.set("LC_ALL", "C.UTF-8");
  Process screen = box.start({"run", "wide.yaml"}, Process::On::terminal);
  ASSERT_TRUE(screen.writes("[p]ause"));
  // 160 columns: "  consent: " and 74 wide characters, never the 120 that 160 characters hold.
  std::string most;
  for (int i = 0; i < 75; ++i) most += "\u65E5";
  EXPECT_THAT(screen.out(), testing::Not(HasSubstr(most)));
  box.rung({"cancel", "1"});
  EXPECT_EQ(screen.wait().code, 1);
}

}  // namespace
}  // namespace rung::cli
