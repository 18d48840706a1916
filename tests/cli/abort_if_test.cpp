#include "tests/actions/http_server.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>

// `abort_if:` as people use it: a server that says that the old primary is back.
namespace rung::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class AbortIfTest : public testing::Test {
 protected:
  AbortIfTest()
      : server_([this](const test::ReceivedRequest&, test::ServerConnection& to) {
          const std::string body = is_back_ ? R"({"role":"primary"})" : R"({"role":"down"})";
          to.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
          return true;
        }) {
    given("");
  }

  void given(const std::string& policy) {
    box.write("runbook.yaml",
              "rung: v1\nname: f\n" + policy +
                  "abort_if:\n  east_is_back:\n    http: {method: GET, url: \"" +
                  server_.url("/role") +
                  "\"}\n    that: json.role == \"primary\"\n    every: 100ms\n"
                  "    say: \"east is {{ json.role }} again\"\n"
                  "steps:\n"
                  "  - {id: copy, in_doubt: retry, shell: \"echo copied >> effects\", "
                  "undo: {shell: \"echo undone >> effects\"}}\n"
                  "  - {id: go, wait: {signal: ready}}\n"
                  "  - {id: last, in_doubt: retry, undo: none, shell: \"echo last >> effects\"}\n");
  }
  Process started() {
    Process run = box.start({"run", "--wait", "-q"});
    EXPECT_TRUE(box.comes_true("test -s effects"));
    return run;
  }

  std::atomic<bool> is_back_ = false;
  test::HttpServer server_;
  Sandbox box;
};

TEST_F(AbortIfTest, EndsTheRunWithItsReason) {
  Process run = started();
  is_back_ = true;
  EXPECT_EQ(run.wait().code, 1);
  EXPECT_EQ(box.read("effects"), "copied\n");
  const std::string why = "abort_if/east_is_back: east is primary again";
  EXPECT_THAT(box.rung({"why", "1"}).out, HasSubstr(why));
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr(why));
  EXPECT_THAT(box.rung({"report", "1"}).out, HasSubstr(why));
}

TEST_F(AbortIfTest, IsNoWaitingOfTheRunAndNothingThatWentWell) {
  Process run = started();
  is_back_ = true;
  run.wait();
  const std::string shown = box.rung({"show", "1"}).out;
  EXPECT_THAT(shown, HasSubstr("HELD abort_if/east_is_back"));
  EXPECT_THAT(shown, Not(HasSubstr("ok   abort_if")));
}

// Whoever says what became of the step has to know what the run does then.
TEST_F(AbortIfTest, IsToldToThoseWhoAreAskedAboutAStepInDoubt) {
  given("");
  box.write("runbook.yaml", box.read("runbook.yaml") +
                                "  - {id: lost, undo: none, how_to_tell: look, "
                                "shell: \"echo lost >> effects; kill -9 $PPID\"}\n");
  Process run = started();
  box.rung({"signal", "1", "ready"});
  ASSERT_TRUE(box.comes_true(std::string(RUNG_BINARY) + " why 1 | grep -q resolve"));
  is_back_ = true;
  EXPECT_TRUE(box.comes_true(std::string(RUNG_BINARY) + " why 1 | grep -q 'primary again'"));
  const std::string why = box.rung({"why", "1"}).out;
  EXPECT_THAT(why, HasSubstr("it did not (the run ends without it)"));
  EXPECT_THAT(why, Not(HasSubstr("it is tried again")));
  box.rung({"resolve", "1", "lost", "--as", "not-done", "--say", "looked"});
  EXPECT_EQ(run.wait().code, 1);
}

TEST_F(AbortIfTest, SaysThatItCannotLook) {
  box.write(
      "runbook.yaml",
      "rung: v1\nname: blind\nabort_if:\n"
      "  rate: {command: [echo, rate=%], outputs: {rate: percent}, that: rate > 10%, every: 1s}\n"
      "steps:\n  - {id: go, wait: {signal: ready}, timeout: 5m}\n");
  Process run = box.start({"run"});
  EXPECT_TRUE(box.comes_true(std::string(RUNG_BINARY) + " show 1 | grep -q 'CANNOT LOOK.*rate'"));
  EXPECT_THAT(box.rung({"brief", "1"}).out, HasSubstr("abort_if/rate cannot look"));
  box.rung({"signal", "1", "ready"});
  EXPECT_EQ(run.wait().code, 0);
}

TEST_F(AbortIfTest, UndoesTheRunWhereAFailureDoes) {
  given("on_failure: undo_run\n");
  Process run = started();
  is_back_ = true;
  run.wait();
  EXPECT_EQ(box.read("effects"), "copied\nundone\n");
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("UNDONE"));
}

TEST_F(AbortIfTest, HoldsUpNothingWhereItDoesNotHold) {
  Process run = started();
  EXPECT_EQ(box.rung({"signal", "1", "ready"}).code, 0);
  EXPECT_EQ(run.wait().code, 0);
  EXPECT_EQ(box.read("effects"), "copied\nlast\n");
}

TEST_F(AbortIfTest, IsWatchedByTheEngineThatTakesOver) {
  Process run = started();
  run.send_signal(SIGKILL);
  run.wait();
  is_back_ = true;
  box.rung({"resume", "--all", "--wait", "-q"});
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("east is primary again"));
  EXPECT_EQ(box.read("effects"), "copied\n");
}

TEST_F(AbortIfTest, IsPlannedAndDrawn) {
  const std::string plan = box.rung({"plan"}).out;
  EXPECT_THAT(plan, HasSubstr("abort_if/east_is_back"));
  EXPECT_THAT(plan, HasSubstr("until the point of no return"));
  EXPECT_THAT(box.rung({"graph"}).out, HasSubstr("abort_if/east_is_back"));
}

}  // namespace
}  // namespace rung::cli
