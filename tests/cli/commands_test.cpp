#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <unistd.h>

namespace rung::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kTwoSteps = R"(rung: v1
name: two
objectives: {rto: 1m}
inputs:
  word: {type: string, default: hi}
steps:
  - id: first
    env: {WORD: "{{ inputs.word }}"}
    outputs: {said: string}
    undo: none
    in_doubt: retry
    shell: |
      echo "$WORD" >> effects.txt
      echo "said=$WORD" >> "$RUNG_OUTPUT_FILE"
  - {id: second, command: ["true"], undo: none, in_doubt: retry}
outputs: {said: "{{ steps.first.said }}"}
)";

constexpr std::string_view kConsent = R"(rung: v1
name: asks
steps:
  - {id: before, shell: "echo before >> effects.txt", undo: none, in_doubt: retry}
  - id: consent
    approve: {ask: "Go on?", show: {lag: 41s}, timeout: 10m, on_timeout: reject}
  - {id: after, shell: "echo after >> effects.txt", undo: none, in_doubt: retry}
)";

constexpr std::string_view kFails = R"(rung: v1
name: fails
steps:
  - id: copy
    undo: {shell: "echo undone >> effects.txt"}
    in_doubt: retry
    shell: |
      echo copy >> effects.txt
      echo "no space left" >&2
      test -e fixed
  - {id: after, shell: "echo after >> effects.txt", undo: none, in_doubt: retry}
)";

class CommandsTest : public testing::Test {
 protected:
  Value json(const Ended& ended) {
    auto value = from_plain_json(ended.out);
    if (!value) ADD_FAILURE() << value.error().message() << " in:\n" << ended.out << ended.err;
    return value ? value.value() : Value();
  }
  std::string text(const Value& value, std::string_view name) {
    const Value* member = value.member(name);
    return member == nullptr ? "(none)" : to_text(*member);
  }

  Sandbox box;
};

TEST_F(CommandsTest, RunPrintsItsEndAsJsonAndNothingElseOnStandardOutput) {
  box.write("two.yaml", kTwoSteps);
  const Ended ended = box.rung({"run", "two.yaml", "-i", "word=hello", "-o", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const Value run = json(ended);
  EXPECT_EQ(text(run, "run"), "two-1");
  EXPECT_EQ(text(run, "status"), "succeeded");
  EXPECT_EQ(text(*run.member("outputs"), "said"), "hello");
  const Value::List& steps = *run.member("steps")->list();
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(text(steps[0], "id"), "first");
  EXPECT_EQ(text(steps[0], "attempts"), "1");
  EXPECT_EQ(text(*steps[0].member("outputs"), "said"), "hello");
}

TEST_F(CommandsTest, ShowPrintsTheSameRunAsItsEnd) {
  box.write("two.yaml", kTwoSteps);
  const Ended ended = box.rung({"run", "two.yaml", "-o", "json"});
  EXPECT_EQ(json(box.rung({"show", "1", "-o", "json"})), json(ended));
}

TEST_F(CommandsTest, RunRefusesAnInputThatTheRunbookDoesNotHave) {
  box.write("two.yaml", kTwoSteps);
  const Ended ended = box.rung({"run", "two.yaml", "-i", "wrod=x"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("did you mean word?"));
}

TEST_F(CommandsTest, RunRefusesABrokenRunbookWithAllItsMistakesAndMakesNoStore) {
  box.write("bad.yaml",
            "rung: v1\nname: bad\nsteps:\n  - {id: a, run: ls}\n  - {id: a, command: [ls]}\n");
  const Ended ended = box.rung({"run", "bad.yaml"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("bad.yaml:4:"));
  EXPECT_THAT(ended.err, HasSubstr("bad.yaml:5:"));
  EXPECT_THAT(ended.err, HasSubstr("Nothing was run."));
  EXPECT_EQ(box.shell("test -e state").code, 1);
}

TEST_F(CommandsTest, AnUnknownRunIsNotFound) {
  box.write("two.yaml", kTwoSteps);
  box.rung({"run", "two.yaml", "-q"});
  for (const std::string verb : {"show", "why", "approve", "resume", "logs", "watch"}) {
    const Ended ended = box.rung({verb, "77"});
    EXPECT_EQ(ended.code, 10) << verb << ": " << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("there is no run 77")) << verb;
  }
}

TEST_F(CommandsTest, AStoreThatIsNotThereIsNotFound) {
  EXPECT_EQ(box.rung({"ls"}).code, 10);
}

TEST_F(CommandsTest, ListShowsUnfinishedRunsAndWithAllTheOthersToo) {
  box.write("two.yaml", kTwoSteps);
  box.write("asks.yaml", kConsent);
  box.rung({"run", "two.yaml", "-q"});
  box.rung({"run", "asks.yaml", "-q"});
  EXPECT_EQ(json(box.rung({"ls", "-o", "json"})).list()->size(), 1u);
  const Value all = json(box.rung({"ls", "--all", "-o", "json"}));
  ASSERT_EQ(all.list()->size(), 2u);
  EXPECT_EQ(text(all.list()->front(), "run"), "asks-2");
  EXPECT_EQ(text(all.list()->front(), "status"), "waiting");
}

TEST_F(CommandsTest, LogsOutliveTheirAttempts) {
  box.write("fails.yaml", kFails);
  box.rung({"run", "fails.yaml", "-q"});
  const Ended logs = box.rung({"logs", "1", "copy", "--stderr"});
  EXPECT_EQ(logs.code, 0);
  EXPECT_EQ(logs.out, "no space left\n");
}

TEST_F(CommandsTest, PlanAndValidateRunNothing) {
  box.write("two.yaml", kTwoSteps);
  const Ended plan = box.rung({"plan", "two.yaml", "-i", "word=x"});
  EXPECT_EQ(plan.code, 0);
  EXPECT_THAT(plan.out, HasSubstr("Nothing was run."));
  EXPECT_EQ(box.rung({"validate", "two.yaml"}).code, 0);
  EXPECT_EQ(box.shell("test -e effects.txt || test -e state").code, 1);
}

TEST_F(CommandsTest, AKeyStartsOneRunOnly) {
  box.write("two.yaml", kTwoSteps);
  EXPECT_EQ(box.rung({"run", "two.yaml", "-q", "--once-for", "alert-1"}).code, 0);
  EXPECT_EQ(box.rung({"run", "two.yaml", "-q", "--once-for", "alert-1"}).code, 11);
  EXPECT_EQ(box.read("effects.txt"), "hi\n");
}

TEST_F(CommandsTest, ShowsWhereAFailedStepIsWritten) {
  box.write("bad.yaml",
            "rung: v1\nname: bad\non_failure: fail\nsteps:\n"
            "  - {id: fine, set: {x: 1}}\n"
            "  - {id: broken, shell: \"exit 3\", undo: none, in_doubt: retry}\n");
  EXPECT_EQ(box.rung({"run", "bad.yaml", "-q"}).code, 1);
  const Value shown = json(box.rung({"show", "1", "-o", "json"}));
  const Value& step = shown.member("steps")->list()->at(1);
  EXPECT_EQ(text(step, "status"), "failed");
  EXPECT_EQ(text(step, "place"), "bad.yaml:6:5");
}

TEST_F(CommandsTest, ShowsWhatAScriptGives) {
  box.write("script.yaml",
            "rung: v1\nname: script\nsteps:\n"
            "  - id: count\n    outputs: {total: int}\n    lua: |\n"
            "      sleep(\"10ms\")\n      return {total = 3}\n");
  EXPECT_THAT(box.rung({"run", "script.yaml"}).err, HasSubstr("total=3"));
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("total=3"));
}

TEST_F(CommandsTest, RootLooksAtTheStoreOfAUserAndLeavesNothingInIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files to another user";
  box.write("two.yaml", kTwoSteps);
  ASSERT_EQ(box.rung({"run", "two.yaml", "-q"}).code, 0);
  ASSERT_EQ(box.shell("chown -R nobody state").code, 0);
  const Ended refused = box.rung({"run", "two.yaml", "-q"});
  EXPECT_EQ(refused.code, 12);
  EXPECT_THAT(refused.err, HasSubstr("sudo -u nobody rung"));
  EXPECT_EQ(box.rung({"note", "1", "x"}).code, 12);
  EXPECT_EQ(box.rung({"freeze", "--all", "--say", "x"}).code, 12);
  EXPECT_EQ(box.rung({"doctor", "--moved"}).code, 12);
  EXPECT_EQ(box.rung({"show", "1"}).code, 0);
  EXPECT_EQ(box.rung({"ls", "--all"}).code, 0);
  EXPECT_EQ(box.rung({"report", "1"}).code, 0);
  EXPECT_EQ(box.shell("find state -not -user nobody").out, "");
  EXPECT_EQ(box.read("effects.txt"), "hi\n");
}

TEST_F(CommandsTest, InitWritesAnExampleThatIsValidAndOverwritesNothing) {
  EXPECT_EQ(box.rung({"init"}).code, 0);
  EXPECT_EQ(box.rung({"validate"}).code, 0);
  EXPECT_EQ(box.rung({"init"}).code, 11);
}

TEST_F(CommandsTest, TheFirstExampleRunsThroughWithoutAnybody) {
  box.rung({"init"});
  const Ended ended = box.rung({"run", "-o", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(text(*json(ended).member("outputs"), "greeting"), "Hello, world!");
}

TEST_F(CommandsTest, DoctorVerifiesTheJournals) {
  box.write("two.yaml", kTwoSteps);
  box.rung({"run", "two.yaml", "-q"});
  EXPECT_THAT(box.rung({"doctor"}).out, HasSubstr("events of 1 runs are what was written"));
}

TEST_F(CommandsTest, GcRemovesFinishedRunsWithTheirLogsAndKeepsUnfinishedOnes) {
  box.write("fails.yaml", kFails);
  box.write("two.yaml", kTwoSteps);
  box.rung({"run", "fails.yaml", "-q"});
  box.rung({"run", "two.yaml", "-q"});
  EXPECT_THAT(box.rung({"gc", "--older-than", "0s", "--keep", "0", "--dry-run"}).out,
              HasSubstr("two-2\n1 runs would"));
  EXPECT_EQ(box.rung({"gc", "--older-than", "0s", "--keep", "0"}).code, 0);
  EXPECT_EQ(json(box.rung({"ls", "--all", "-o", "json"})).list()->size(), 1u);
  EXPECT_EQ(box.shell("ls state/rung.db.d/logs").out, "1\n");
}

TEST_F(CommandsTest, AReadOnlyStoreCanBeReadButNotDriven) {
  box.write("two.yaml", kTwoSteps);
  box.rung({"run", "two.yaml", "-q"});
  // Root can write everywhere, so it is somebody else who tries.
  const bool is_root = ::geteuid() == 0;
  const std::string somebody = is_root ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
  box.shell(is_root ? "chown -R 65534:65534 . && chmod -R a-w state" : "chmod -R a-w state");
  EXPECT_EQ(box.shell(somebody + "rung ls --all").code, 0);
  const Ended run = box.shell(somebody + "rung run two.yaml -q");
  EXPECT_EQ(run.code, 13) << run.err;
  EXPECT_THAT(run.err, HasSubstr("state"));
  box.shell("chmod -R u+w state");
}

TEST_F(CommandsTest, ACopiedStoreIsReadButNotDrivenUntilSomebodyAcceptsIt) {
  box.write("asks.yaml", kConsent);
  box.rung({"run", "asks.yaml", "-q"});
  box.shell("cp -r state copy");
  box.set("RUNG_STORE", box.folder() + "/copy/rung.db");
  EXPECT_EQ(box.rung({"ls"}).code, 0);
  const Ended refused = box.rung({"resume", "1"});
  EXPECT_EQ(refused.code, 13) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("rung doctor --restored"));
  EXPECT_EQ(box.rung({"doctor", "--restored"}).code, 0);
  EXPECT_EQ(json(box.rung({"ls", "-o", "json"})).list()->size(), 1u);
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("PAUSED"));
}

TEST_F(CommandsTest, AMovedStoreGoesOnAfterSomebodyHasSaidSo) {
  box.write("asks.yaml", kConsent);
  box.rung({"run", "asks.yaml", "-q"});
  box.shell("cp -r state moved && rm -r state");
  box.set("RUNG_STORE", box.folder() + "/moved/rung.db");
  EXPECT_EQ(box.rung({"resume", "1"}).code, 13);
  EXPECT_EQ(box.rung({"doctor", "--moved"}).code, 0);
  box.rung({"approve", "1"});
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
}

TEST_F(CommandsTest, AStoreOfANewerRungIsExitCodeThirteen) {
  box.write("two.yaml", kTwoSteps);
  box.rung({"run", "two.yaml", "-q"});
  ASSERT_EQ(box.shell("python3 -c \"import sqlite3; "
                      "sqlite3.connect('state/rung.db').execute('pragma user_version=999')\"")
                .code,
            0);
  EXPECT_EQ(box.rung({"ls"}).code, 13);
  EXPECT_EQ(box.rung({"run", "two.yaml"}).code, 13);
}

TEST_F(CommandsTest, ResumeAllGoesOnWithEveryRun) {
  box.write("two.yaml", kTwoSteps);
  box.rung({"start", "two.yaml", "-i", "word=a"});
  box.rung({"start", "two.yaml", "-i", "word=b"});
  const Ended all = box.rung({"resume", "--all", "-o", "json"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(json(all).list()->size(), 2u);
  EXPECT_EQ(json(box.rung({"ls", "-o", "json"})).list()->size(), 0u);
}

// --- what is recorded while no engine runs

TEST_F(CommandsTest, WithoutATerminalRunEndsWhereAPersonIsNeeded) {
  box.write("asks.yaml", kConsent);
  const Ended ended = box.rung({"run", "asks.yaml"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("WAITING FOR A PERSON"));
  EXPECT_THAT(ended.err, HasSubstr("rung approve 1 consent --plan "));
}

TEST_F(CommandsTest, AnApprovalWithoutAnEngineIsRecordedAndTakesEffectWhenResumed) {
  box.write("asks.yaml", kConsent);
  box.rung({"run", "asks.yaml", "-q"});
  const Ended approved = box.rung({"approve", "1", "consent", "--say", "ok"});
  EXPECT_EQ(approved.code, 7) << approved.err;
  EXPECT_THAT(approved.err, HasSubstr("recorded; takes effect when an engine runs: rung resume 1"));
  EXPECT_EQ(box.read("effects.txt"), "before\n");
  EXPECT_EQ(box.rung({"resume", "-q"}).code, 0);
  EXPECT_EQ(box.read("effects.txt"), "before\nafter\n");
}

TEST_F(CommandsTest, StartWithoutAnEngineRecordsTheRunAndDoesNothing) {
  box.write("two.yaml", kTwoSteps);
  const Ended started = box.rung({"start", "two.yaml"});
  EXPECT_EQ(started.code, 7);
  EXPECT_EQ(started.out, "two-1\n");
  EXPECT_EQ(box.read("effects.txt"), "");
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  EXPECT_EQ(box.read("effects.txt"), "hi\n");
}

TEST_F(CommandsTest, ANoteNeedsNoEngine) {
  box.write("asks.yaml", kConsent);
  box.rung({"run", "asks.yaml", "-q"});
  EXPECT_EQ(box.rung({"note", "1", "called the data centre"}).code, 0);
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("noted: called the data centre"));
}

TEST_F(CommandsTest, AnApprovalOfAnotherPlanIsRefused) {
  box.write("asks.yaml", kConsent);
  box.rung({"run", "asks.yaml", "-q"});
  EXPECT_EQ(box.rung({"approve", "1", "--plan", "ffffff"}).code, 11);
}

TEST_F(CommandsTest, AFinishedRunRefusesCommandsAndSaysSo) {
  box.write("two.yaml", kTwoSteps);
  box.rung({"run", "two.yaml", "-q"});
  EXPECT_EQ(box.rung({"approve", "1"}).code, 11);
  const Ended resumed = box.rung({"resume", "1"});
  EXPECT_EQ(resumed.code, 11);
  EXPECT_THAT(resumed.err, HasSubstr("two-1 is over: succeeded"));
}

// --- a failed step

TEST_F(CommandsTest, AFailurePausesTheRunAndRetryGoesOn) {
  box.write("fails.yaml", kFails);
  EXPECT_EQ(box.rung({"run", "fails.yaml", "-q"}).code, 4);
  const Ended resumed = box.rung({"resume", "1"});
  EXPECT_EQ(resumed.code, 4);
  EXPECT_THAT(resumed.err, HasSubstr("rung retry 1 copy"));
  box.write("fixed", "");
  EXPECT_EQ(box.rung({"retry", "1", "copy"}).code, 7);
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  EXPECT_THAT(box.read("effects.txt"), testing::EndsWith("after\n"));
}

TEST_F(CommandsTest, ASkippedFailureLetsTheRunGoOn) {
  box.write("fails.yaml", kFails);
  box.rung({"run", "fails.yaml", "-q"});
  EXPECT_EQ(box.rung({"skip", "1", "copy", "--say", "copied by hand"}).code, 7);
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("skipped by"));
}

TEST_F(CommandsTest, UndoIsShownFirstAndThenDone) {
  box.write("fails.yaml", kFails);
  box.rung({"run", "fails.yaml", "-q"});
  const Ended shown = box.rung({"undo", "1", "--dry-run"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.out, HasSubstr("1. copy"));
  EXPECT_THAT(box.read("effects.txt"), Not(HasSubstr("undone")));
  EXPECT_EQ(box.rung({"undo", "1", "--say", "wrong site"}).code, 7);
  const Ended resumed = box.rung({"resume", "1", "-o", "json"});
  EXPECT_EQ(resumed.code, 1) << resumed.err;
  EXPECT_EQ(text(json(resumed), "status"), "undone");
  EXPECT_THAT(box.read("effects.txt"), testing::EndsWith("undone\n"));
}

TEST_F(CommandsTest, CancelEndsTheRunWithoutItsRemainingSteps) {
  box.write("asks.yaml", kConsent);
  box.rung({"run", "asks.yaml", "-q"});
  EXPECT_EQ(box.rung({"cancel", "1", "--say", "false alarm"}).code, 7);
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 1);
  EXPECT_EQ(box.read("effects.txt"), "before\n");
}

TEST_F(CommandsTest, AToleratedFailureIsExitCodeThree) {
  box.write("t.yaml",
            "rung: v1\nname: t\nsteps:\n"
            "  - {id: a, command: [\"false\"], undo: none, in_doubt: retry, tolerate: cosmetic}\n");
  EXPECT_EQ(box.rung({"run", "t.yaml", "-q"}).code, 3);
}

TEST_F(CommandsTest, WatchStreamsEventsAsLinesOfJson) {
  box.write("two.yaml", kTwoSteps);
  box.rung({"run", "two.yaml", "-q"});
  const Ended watched = box.rung({"watch", "1", "-o", "json"});
  EXPECT_EQ(watched.code, 0);
  EXPECT_THAT(watched.out, HasSubstr("\"type\":\"run.created\""));
  EXPECT_THAT(watched.out, HasSubstr("\"type\":\"run.finished\""));
}

}  // namespace
}  // namespace rung::cli
