#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <csignal>

namespace rung::cli {
namespace {

using testing::HasSubstr;

// For every state in which a run waits: what `why` says it waits for, and that the command which
// it prints really lets the run go on.
struct Waits {
  const char* name;
  const char* runbook;    // the steps
  const char* waits_for;  // `for` of the first need
  std::size_t way;        // which of its commands is tried
  const char* prepare;    // in the shell, before it is tried
  const char* ends;       // status of the run after it, resumed
};

class WhyTest : public testing::TestWithParam<Waits> {
 protected:
  Sandbox box;
};

TEST_P(WhyTest, PrintsACommandThatUnblocks) {
  const Waits& waits = GetParam();
  box.write("runbook.yaml", std::string("rung: v1\nname: waits\n") + waits.runbook);
  box.rung({"run", "-q"});
  const Ended why = box.rung({"why", "1", "-o", "json"});
  const auto answer = from_plain_json(why.out);
  ASSERT_TRUE(answer) << why.out << why.err;
  const Value::List& needs = *answer.value().member("waits_for")->list();
  ASSERT_FALSE(needs.empty());
  EXPECT_EQ(to_text(*needs[0].member("for")), waits.waits_for);
  EXPECT_NE(to_text(*needs[0].member("who")), "");
  const Value::List& commands = *needs[0].member("commands")->list();
  ASSERT_GT(commands.size(), waits.way);
  const std::string command = to_text(*commands[waits.way].member("command"));
  box.shell(waits.prepare);
  const Ended done = box.shell(command);
  EXPECT_THAT(done.code, testing::AnyOf(0, 7)) << command << "\n" << done.err;
  const Ended resumed = box.shell("rung resume 1 -q || true; rung show 1 -o json");
  const auto shown = from_plain_json(resumed.out);
  ASSERT_TRUE(shown) << resumed.out << resumed.err;
  EXPECT_EQ(to_text(*shown.value().member("status")), waits.ends) << command << "\n" << resumed.err;
}

constexpr const char* kApproval =
    "steps:\n  - {id: go, approve: {ask: \"Go?\", timeout: 10m, on_timeout: reject}}\n";
constexpr const char* kDecision =
    "steps:\n  - {id: way, decide: {ask: \"Which way?\", options: {repair: \"wait for the disk\", "
    "failover: \"go west\"}}}\n"
    "  - {id: gone, when: steps.way.choice == \"failover\", fail: \"went west\"}\n";
constexpr const char* kTask =
    "steps:\n  - {id: cables, manual: {do: \"Move the uplink\", timeout: 10m, on_timeout: pause, "
    "outputs: {ticket: string}}}\n";
constexpr const char* kFailure =
    "steps:\n  - {id: copy, command: [test, -e, fixed], undo: {command: [\"true\"]}, in_doubt: "
    "retry, retry: {attempts: 1}}\n";
// A command that ends by a signal is neither done nor not done.
constexpr const char* kDoubt =
    "steps:\n  - {id: copy, shell: \"kill -9 $$\", undo: {command: [\"true\"]}, how_to_tell: "
    "look}\n";
constexpr const char* kDoubtOnce =
    "steps:\n  - {id: copy, shell: \"test -e fixed || kill -9 $$\", undo: none, how_to_tell: "
    "look}\n";
constexpr const char* kDoubtWithOutput =
    "steps:\n  - {id: copy, shell: \"kill -9 $$\", outputs: {place: string}, undo: none, "
    "how_to_tell: "
    "look}\n  - {id: then, set: {it: \"{{ steps.copy.place }}\"}}\n";
constexpr const char* kStuck =
    "on_failure: undo_run\nsteps:\n"
    "  - {id: copy, command: [\"true\"], undo: {command: [test, -e, fixed]}, in_doubt: retry}\n"
    "  - {id: bad, command: [\"false\"], undo: none, in_doubt: retry, retry: {attempts: 1}}\n";

INSTANTIATE_TEST_SUITE_P(
    States, WhyTest,
    testing::Values(Waits{"ApprovalByApproving", kApproval, "approval", 0, "", "succeeded"},
                    Waits{"ApprovalByRejecting", kApproval, "approval", 1, "", "cancelled"},
                    Waits{"DecisionByTheFirstWay", kDecision, "decision", 0, "", "succeeded"},
                    Waits{"DecisionByTheSecondWay", kDecision, "decision", 1, "", "failed"},
                    Waits{"TaskByDoingIt", kTask, "task", 0, "", "succeeded"},
                    Waits{"TaskBySkippingIt", kTask, "task", 1, "", "succeeded"},
                    Waits{"FailureByRetrying", kFailure, "failure", 0, "touch fixed", "succeeded"},
                    Waits{"FailureBySkipping", kFailure, "failure", 1, "", "succeeded"},
                    Waits{"FailureByCancelling", kFailure, "failure", 4, "", "cancelled"},
                    Waits{"DoubtByItHappened", kDoubt, "doubt", 0, "", "succeeded"},
                    Waits{"DoubtByItHappenedWithWhatItGave", kDoubtWithOutput, "doubt", 0, "",
                          "succeeded"},
                    Waits{"DoubtByItDidNot", kDoubtOnce, "doubt", 1, "touch fixed", "succeeded"},
                    Waits{"DoubtByItWentWrong", kDoubt, "doubt", 2, "", "paused"},
                    Waits{"StuckByRetrying", kStuck, "stuck", 0, "touch fixed", "undone"},
                    Waits{"StuckBySkipping", kStuck, "stuck", 1, "", "undone"}),
    [](const testing::TestParamInfo<Waits>& one) { return one.param.name; });

class WhyOfDrivenRuns : public testing::Test {
 protected:
  std::string first_command(const std::string& run) {
    const auto answer = from_plain_json(box.rung({"why", run, "-o", "json"}).out);
    if (!answer || answer.value().member("waits_for")->list()->empty()) return "";
    const Value& need = answer.value().member("waits_for")->list()->front();
    waits_for = to_text(*need.member("for"));
    return to_text(*need.member("commands")->list()->front().member("command"));
  }

  Sandbox box;
  std::string waits_for;
};

TEST_F(WhyOfDrivenRuns, ASignalCanBeSentAsPrinted) {
  box.write("runbook.yaml",
            "rung: v1\nname: w\nsteps:\n  - {id: go, wait: {signal: ready}, timeout: 10m}\n");
  Process engine = box.start({"run", "--wait"});
  ASSERT_TRUE(engine.writes("go"));
  const std::string command = first_command("1");
  EXPECT_EQ(waits_for, "signal");
  EXPECT_EQ(box.shell(command).code, 0) << command;
  EXPECT_EQ(engine.wait().code, 0);
}

TEST_F(WhyOfDrivenRuns, AConditionIsShownWithItsLastLookAndCanBeSkippedAsPrinted) {
  box.write("runbook.yaml",
            "rung: v1\nname: w\nsteps:\n  - {id: settled, wait: {check: {command: [cat, nothing]}, "
            "until: exit_code == 0, every: 1s, timeout: 10m}}\n");
  Process engine = box.start({"run", "--wait"});
  ASSERT_TRUE(engine.writes("settled"));
  std::string why;
  for (int tries = 0; tries < 200 && why.find("look 1") == std::string::npos; ++tries)
    why = box.rung({"why", "1"}).out;
  EXPECT_THAT(why, HasSubstr("No such file"));
  const std::string command = first_command("1");
  EXPECT_EQ(waits_for, "condition");
  EXPECT_EQ(box.shell(command).code, 0) << command;
  EXPECT_EQ(engine.wait().code, 0);
}

TEST_F(WhyOfDrivenRuns, ATimerCanBeSkippedAsPrinted) {
  box.write("runbook.yaml", "rung: v1\nname: w\nsteps:\n  - {id: settle, wait: 10m}\n");
  Process engine = box.start({"run", "--wait"});
  ASSERT_TRUE(engine.writes("settle"));
  const std::string command = first_command("1");
  EXPECT_EQ(waits_for, "timer");
  EXPECT_EQ(box.shell(command).code, 0) << command;
  EXPECT_EQ(engine.wait().code, 0);
}

TEST_F(WhyOfDrivenRuns, APauseEndsAsPrinted) {
  box.write("runbook.yaml",
            "rung: v1\nname: w\nsteps:\n  - {id: hold, shell: \"until test -e go; do sleep 0.02; "
            "done\", undo: none, in_doubt: retry}\n"
            "  - {id: after, command: [\"true\"], undo: none, in_doubt: retry}\n");
  Process engine = box.start({"run", "--wait"});
  ASSERT_TRUE(engine.writes("hold"));
  EXPECT_EQ(box.rung({"pause", "1", "--say", "wait for ana"}).code, 0);
  box.write("go", "");
  ASSERT_TRUE(engine.writes("ok   hold"));
  const std::string command = first_command("1");
  EXPECT_EQ(waits_for, "paused");
  EXPECT_EQ(box.shell(command).code, 0) << command;
  EXPECT_EQ(engine.wait().code, 0);
}

TEST_F(WhyOfDrivenRuns, TheNextFailureIsNamedWhenThatOfThePauseWasAnswered) {
  const auto step = [](const std::string& id) {
    return "{id: " + id + ", command: [test, -e, " + id +
           "], undo: none, in_doubt: retry, retry: {attempts: 1}}";
  };
  box.write("runbook.yaml", "rung: v1\nname: w\nsteps:\n  - {id: both, parallel: [" + step("one") +
                                ", " + step("two") + "]}\n");
  box.rung({"run", "-q"});
  box.write("one", "");
  box.write("two", "");
  const std::string first = first_command("1");
  EXPECT_EQ(box.shell(first + "; rung resume 1 -q").code, 4);
  const std::string second = first_command("1");
  EXPECT_EQ(waits_for, "failure");
  EXPECT_NE(second, first);
  EXPECT_EQ(box.shell(second + "; rung resume 1 -q").code, 0) << second;
}

TEST_F(WhyOfDrivenRuns, ALockThatAGroupWaitsForIsFreedAsPrinted) {
  box.write("runbook.yaml",
            "rung: v1\nname: w\nsteps:\n  - id: traffic\n    locks: [\"lb:web\"]\n    steps:\n"
            "      - {id: hold, shell: \"until test -e go; do sleep 0.02; done\", undo: none, "
            "in_doubt: retry}\n");
  Process engine = box.start({"run"});
  ASSERT_TRUE(engine.writes("traffic/hold"));
  engine.send_signal(SIGKILL);
  engine.wait();
  ASSERT_EQ(box.rung({"run", "-q"}).code, 4);
  const std::string command = first_command("2");
  EXPECT_EQ(waits_for, "lock");
  box.write("go", "");
  EXPECT_EQ(box.shell(command).code, 0) << command;
  EXPECT_EQ(box.rung({"resume", "2", "-q"}).code, 0);
}

TEST_F(WhyOfDrivenRuns, ARunThatLostItsEngineGoesOnAsPrinted) {
  box.write("runbook.yaml", "rung: v1\nname: w\nsteps:\n  - {id: settle, wait: 1s}\n");
  Process engine = box.start({"run"});
  ASSERT_TRUE(engine.writes("settle"));
  engine.send_signal(SIGKILL);
  engine.wait();
  const std::string command = first_command("1");
  EXPECT_EQ(waits_for, "engine");
  EXPECT_EQ(box.shell(command).code, 0) << command;
}

}  // namespace
}  // namespace rung::cli
