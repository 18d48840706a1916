#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <csignal>

namespace rung::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// `before`, a consent, `after`.
constexpr std::string_view kConsent = R"(rung: v1
name: asks
steps:
  - {id: before, shell: "echo before >> effects.txt", undo: none, in_doubt: retry}
  - id: consent
    approve: {ask: "Go on?", timeout: 10m, on_timeout: reject}
  - {id: after, shell: "echo after >> effects.txt", undo: none, in_doubt: retry}
)";

// A command that runs until the file `go` is there, and must happen once.
constexpr std::string_view kWaitsForFile = R"(rung: v1
name: holds
steps:
  - id: hold
    undo: none
    how_to_tell: cat effects.txt
    timeout: 2m
    shell: |
      echo begun >> effects.txt
      until test -e go; do sleep 0.02; done
      echo ended >> effects.txt
  - {id: after, shell: "echo after >> effects.txt", undo: none, in_doubt: retry}
)";

class TerminalsTest : public testing::Test {
 protected:
  void SetUp() override {
    box.write("asks.yaml", kConsent);
    box.write("holds.yaml", kWaitsForFile);
  }
  std::string status(const std::string& run) {
    const auto shown = from_plain_json(box.rung({"show", run, "-o", "json"}).out);
    const Value* status = shown ? shown.value().member("status") : nullptr;
    return status == nullptr ? "" : to_text(*status);
  }

  Sandbox box;
};

TEST_F(TerminalsTest, AnApprovalFromASecondTerminalTakesEffectAtOnce) {
  Process first = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(first.writes("consent"));
  const Ended approved = box.rung({"approve", "1", "consent", "--say", "ok"});
  EXPECT_EQ(approved.code, 0) << approved.err;
  EXPECT_EQ(first.wait().code, 0);
  EXPECT_EQ(box.read("effects.txt"), "before\nafter\n");
}

TEST_F(TerminalsTest, ASecondRunIsDrivenByTheFirstTerminal) {
  Process first = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(first.writes("consent"));
  Process second = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(second.writes("driven by the engine of"));
  ASSERT_TRUE(second.writes("consent"));
  EXPECT_THAT(second.err(), HasSubstr("pid " + std::to_string(first.pid())));
  EXPECT_EQ(box.rung({"approve", "2"}).code, 0);
  EXPECT_EQ(second.wait().code, 0);
  EXPECT_EQ(status("1"), "waiting");
}

TEST_F(TerminalsTest, FirstRunsAtOnceMakeOneStore) {
  box.write("quick.yaml", "rung: v1\nname: quick\nsteps:\n  - {id: one, set: {x: \"{{ 1 }}\"}}\n");
  std::vector<Process> terminals;
  for (int n = 0; n < 8; ++n) terminals.push_back(box.start({"run", "quick.yaml"}));
  std::vector<int> codes;
  for (Process& terminal : terminals) codes.push_back(terminal.wait().code);
  EXPECT_THAT(codes, ::testing::Each(0));
}

TEST_F(TerminalsTest, TheSecondTerminalGoesOnWhenTheFirstIsKilled) {
  Process first = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(first.writes("consent"));
  Process second = box.start({"run", "holds.yaml"});
  ASSERT_TRUE(second.writes("hold"));
  ASSERT_TRUE(box.comes_true("grep -q begun effects.txt"));
  first.send_signal(SIGKILL);
  first.wait();
  ASSERT_TRUE(second.writes("this terminal goes on"));
  ASSERT_TRUE(second.writes("adopted                     hold"));
  box.write("go", "");
  EXPECT_EQ(second.wait().code, 0);
  EXPECT_EQ(box.read("effects.txt"), "before\nbegun\nended\nafter\n");
}

TEST_F(TerminalsTest, TheSecondTerminalGoesOnWhenTheFirstIsDone) {
  Process first = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(first.writes("consent"));
  Process second = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(second.writes("consent"));
  box.rung({"approve", "1"});
  EXPECT_EQ(first.wait().code, 0);
  ASSERT_TRUE(second.writes("this terminal goes on"));
  EXPECT_EQ(box.rung({"approve", "2"}).code, 0);
  EXPECT_EQ(second.wait().code, 0);
}

TEST_F(TerminalsTest, ResumeFromASecondTerminalGivesTheRunToTheEngineThatRuns) {
  box.rung({"start", "holds.yaml"});
  box.write("go", "");
  Process first = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(first.writes("consent"));
  const Ended resumed = box.rung({"resume", "1"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("driven by the engine of"));
}

TEST_F(TerminalsTest, AnApprovalOfARunThatTheEngineDoesNotDriveIsRecorded) {
  box.rung({"run", "asks.yaml", "-q"});
  Process other = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(other.writes("consent"));
  EXPECT_EQ(box.rung({"approve", "1"}).code, 7);
  EXPECT_EQ(box.read("effects.txt"), "before\nbefore\n");
}

TEST_F(TerminalsTest, ExclusiveRefusesAndNamesTheHolder) {
  Process first = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(first.writes("consent"));
  const Ended refused = box.rung({"run", "asks.yaml", "--exclusive"});
  EXPECT_EQ(refused.code, 11);
  EXPECT_THAT(refused.err, HasSubstr("pid " + std::to_string(first.pid())));
}

TEST_F(TerminalsTest, SigtermEndsTheEngineAtOnceAndTheRunGoesOnWhenResumed) {
  Process first = box.start({"run", "holds.yaml"});
  ASSERT_TRUE(box.comes_true("grep -q begun effects.txt"));
  first.send_signal(SIGTERM);
  EXPECT_EQ(first.wait().code, 143);
  EXPECT_THAT(box.rung({"why", "1"}).out, HasSubstr("it was told to terminate"));
  Process second = box.start({"resume", "1"});
  ASSERT_TRUE(second.writes("stopped (it was told to terminate) at"));
  ASSERT_TRUE(second.writes("adopted                     hold"));
  box.write("go", "");
  EXPECT_EQ(second.wait().code, 0);
  EXPECT_EQ(box.read("effects.txt"), "begun\nended\nafter\n");
}

TEST_F(TerminalsTest, ACommandThatEndedWhileNoEngineRanIsNotRepeated) {
  Process first = box.start({"run", "holds.yaml"});
  ASSERT_TRUE(box.comes_true("grep -q begun effects.txt"));
  first.send_signal(SIGKILL);
  first.wait();
  EXPECT_THAT(box.rung({"why", "1"}).out, HasSubstr("left no word that it stopped"));
  box.write("go", "");
  ASSERT_TRUE(box.comes_true("grep -q ended effects.txt"));
  const Ended resumed = box.rung({"resume", "1"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("died after"));
  EXPECT_THAT(resumed.err, HasSubstr("1 adopted, 0 repeated, 0 in doubt"));
  EXPECT_EQ(box.read("effects.txt"), "begun\nended\nafter\n");
}

TEST_F(TerminalsTest, SigintWithoutATerminalStopsTheEngine) {
  Process first = box.start({"run", "asks.yaml", "--wait"});
  ASSERT_TRUE(first.writes("consent"));
  first.send_signal(SIGINT);
  const Ended ended = first.wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_THAT(ended.err, HasSubstr("next: rung resume 1"));
}

TEST_F(TerminalsTest, TheTimeoutOfTheCommandLeavesTheRunAsItIs) {
  const Ended ended = box.rung({"run", "asks.yaml", "--wait", "--timeout", "300ms"});
  EXPECT_EQ(ended.code, 124);
  EXPECT_EQ(status("1"), "waiting");
}

// --- at a terminal

TEST_F(TerminalsTest, AtATerminalRunStaysForTheApproval) {
  Process screen = box.start({"run", "asks.yaml"}, Process::On::terminal);
  ASSERT_TRUE(screen.writes("WAITING FOR A PERSON"));
  EXPECT_EQ(box.rung({"approve", "1", "--say", "ok"}).code, 0);
  const Ended ended = screen.wait();
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("SUCCEEDED in"));
}

TEST_F(TerminalsTest, CtrlCAsksAndBackGoesOn) {
  Process screen = box.start({"run", "asks.yaml"}, Process::On::terminal);
  ASSERT_TRUE(screen.writes("WAITING FOR A PERSON"));
  screen.type("\x03");
  ASSERT_TRUE(screen.writes("[s]top the engine"));
  screen.type("b");
  EXPECT_EQ(box.rung({"approve", "1"}).code, 0);
  EXPECT_EQ(screen.wait().code, 0);
}

TEST_F(TerminalsTest, CtrlCAndStopLeaveTheRunToBeResumed) {
  Process screen = box.start({"run", "asks.yaml"}, Process::On::terminal);
  ASSERT_TRUE(screen.writes("WAITING FOR A PERSON"));
  screen.type("\x03");
  ASSERT_TRUE(screen.writes("[s]top the engine"));
  screen.type("s");
  EXPECT_EQ(screen.wait().code, 130);
  EXPECT_EQ(status("1"), "waiting");
}

TEST_F(TerminalsTest, CtrlCAndCancelCancelTheRun) {
  Process screen = box.start({"run", "asks.yaml"}, Process::On::terminal);
  ASSERT_TRUE(screen.writes("WAITING FOR A PERSON"));
  screen.type("\x03");
  ASSERT_TRUE(screen.writes("[s]top the engine"));
  screen.type("c");
  EXPECT_EQ(screen.wait().code, 1);
  EXPECT_EQ(status("1"), "cancelled");
}

TEST_F(TerminalsTest, DetachingLeavesAnEngineInTheBackground) {
  Process screen = box.start({"run", "asks.yaml"}, Process::On::terminal);
  ASSERT_TRUE(screen.writes("WAITING FOR A PERSON"));
  screen.type("d");
  const Ended ended = screen.wait();
  EXPECT_EQ(ended.code, 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("an engine in the background goes on"));
  Process watcher = box.start({"watch", "1", "--wait"});
  ASSERT_TRUE(watcher.writes("consent"));
  // The engine in the background takes the store a moment after it was let go.
  ASSERT_TRUE(box.comes_true("rung doctor | grep -q 'drives since'"));
  EXPECT_EQ(box.rung({"approve", "1"}).code, 0);
  EXPECT_EQ(watcher.wait().code, 0);
}

TEST_F(TerminalsTest, ANoteCanBeTypedIntoTheLiveScreen) {
  Process screen = box.start({"run", "asks.yaml"}, Process::On::terminal);
  ASSERT_TRUE(screen.writes("WAITING FOR A PERSON"));
  screen.type("ncalled li\n");
  ASSERT_TRUE(box.comes_true("rung show 1 | grep -q 'noted: called li'"));
  box.rung({"approve", "1"});
  EXPECT_EQ(screen.wait().code, 0);
}

// What a runbook says, what a command printed and what somebody typed, each with what clears a
// screen, names a window, is a C1 control, or turns text around.
TEST_F(TerminalsTest, NothingThatIsShownCommandsTheTerminal) {
  box.write("loud.yaml",
            "rung: v1\nname: loud\ntitle: \"t\\e]0;pwn\\a\\e[2J\\u202e\"\nsteps:\n"
            "  - id: one\n    title: \"s\\e[31m\\u009b2J\"\n    undo: none\n    in_doubt: retry\n"
            "    shell: printf 'a\\033[2Jb\\302\\233c' >&2\n"
            "  - id: ask\n    approve: {ask: \"q\\e[2J {{ steps.one.stderr }}\", timeout: 10m, "
            "on_timeout: reject, show: {\"k\\e[1A\": \"v\\u009b\"}}\n");
  const std::string loud = "no\033[2Jte\xc2\x9b";
  const std::vector<std::vector<std::string>> all = {{"validate", "loud.yaml"},
                                                     {"plan", "loud.yaml"},
                                                     {"run", "loud.yaml", "-q"},
                                                     {"note", "1", loud},
                                                     {"show", "1"},
                                                     {"why", "1"},
                                                     {"ls"},
                                                     {"graph", "1"},
                                                     {"show", loud},
                                                     {loud},
                                                     {"plan", loud},
                                                     {"show", "1", "-o", "yaml"}};
  for (const auto& words : all) {
    for (const auto on : {Process::On::pipes, Process::On::terminal}) {
      const Ended ended = box.start(words, on).wait();
      for (const std::string command : {"\033[2J", "\033]", "\033[1A", "\033[31m", "\a"}) {
        EXPECT_THAT(ended.out + ended.err, Not(HasSubstr(command))) << words[0];
      }
      if (words.size() > 2 && on == Process::On::pipes) continue;  // data goes out as it is
      EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("\xc2\x9b"))) << words[0];
      EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("\xe2\x80\xae"))) << words[0];
    }
  }
}
TEST_F(TerminalsTest, LogsDoNotCommandTheTerminal) {
  box.write("loud.yaml",
            "rung: v1\nname: loud\nsteps:\n  - {id: one, undo: none, how_to_tell: look, shell: "
            "\"printf 'a\\\\033[2Jb\\\\n'\"}\n");
  ASSERT_EQ(box.rung({"run", "loud.yaml"}).code, 0);
  EXPECT_THAT(box.rung({"logs", "1"}).out, HasSubstr("a\033[2Jb"))
      << "a pipe gets what was printed";
  const Ended shown = box.start({"logs", "1"}, Process::On::terminal).wait();
  EXPECT_THAT(shown.out, HasSubstr("a?[2Jb"));
}

TEST_F(TerminalsTest, TheTerminalIsAsBeforeAfterwards) {
  const Ended ended =
      Process({"/bin/bash", "-c",
               "stty -a > before; \"$0\" run asks.yaml --timeout 500ms; stty -a > after; cmp "
               "before after && echo same",
               RUNG_BINARY},
              box.folder(), {{"RUNG_STORE", box.store()}, {"TERM", "xterm"}}, Process::On::terminal)
          .wait();
  EXPECT_THAT(ended.out, HasSubstr("same"));
}

}  // namespace
}  // namespace rung::cli
