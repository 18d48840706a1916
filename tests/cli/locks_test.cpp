#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <csignal>

namespace rung::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Runs that want the same lock, at several terminals, with engines that are killed in between.
class LocksOfRuns : public testing::Test {
 protected:
  void SetUp() override {
    box.write(
        "hold.yaml",
        "rung: v1\nname: hold\nlocks: [\"pg:orders\"]\nsteps:\n"
        "  - {id: hold, shell: \"echo began >> effects; until test -e go; do sleep 0.02; done; "
        "echo ended >> effects\", undo: none, in_doubt: retry}\n");
    box.write("ask.yaml",
              "rung: v1\nname: ask\nlocks: [\"pg:orders\"]\nsteps:\n"
              "  - {id: consent, approve: {ask: \"Go?\", timeout: 10m, on_timeout: reject}}\n");
    box.write("next.yaml",
              "rung: v1\nname: next\ninputs: {db: {type: string, default: orders}}\n"
              "locks: [\"pg:{{ inputs.db }}\"]\nsteps:\n"
              "  - {id: note, shell: \"echo next >> effects\", undo: none, in_doubt: retry}\n"
              "finally:\n"
              "  - {id: tidy, shell: \"echo tidied >> effects\", in_doubt: retry}\n");
  }

  Value json(const std::vector<std::string>& words) {
    const Ended ended = box.rung(words);
    const auto value = from_plain_json(ended.out);
    EXPECT_TRUE(value) << ended.out << ended.err;
    return value ? value.value() : Value();
  }
  std::string status_of(const std::string& run) {
    return to_text(*json({"show", run, "-o", "json"}).member("status"));
  }
  // What `why` says that the run waits for first.
  Value first_need(const std::string& run) {
    const Value all = json({"why", run, "-o", "json"});
    return all.member("waits_for")->list()->front();
  }

  Sandbox box;
};

TEST_F(LocksOfRuns, TheSecondRunBeginsWhenTheFirstEnds) {
  Process first = box.start({"run", "hold.yaml"});
  ASSERT_TRUE(first.writes(">>   hold"));
  Process second = box.start({"run", "next.yaml"});
  ASSERT_TRUE(second.writes("waits for lock pg:orders: pg:orders is held by hold-1"));
  EXPECT_EQ(status_of("2"), "queued");
  box.write("go", "");
  EXPECT_EQ(second.wait().code, 0);
  EXPECT_EQ(first.wait().code, 0);
  EXPECT_EQ(box.read("effects"), "began\nended\nnext\ntidied\n");
}

TEST_F(LocksOfRuns, ARunWithAnotherLockDoesNotWait) {
  ASSERT_EQ(box.rung({"run", "ask.yaml", "-q"}).code, 4);
  EXPECT_EQ(box.rung({"run", "next.yaml", "-q", "-i", "db=stock"}).code, 0);
}

TEST_F(LocksOfRuns, ARunThatWaitsForAPersonHoldsItsLock) {
  ASSERT_EQ(box.rung({"run", "ask.yaml", "-q", "--say", "the disk is gone"}).code, 4);
  const Ended second = box.rung({"run", "next.yaml"});
  EXPECT_EQ(second.code, 6);
  EXPECT_THAT(second.err, AllOf(HasSubstr("held by ask-1 since"), HasSubstr("the disk is gone"),
                                HasSubstr("approval of consent")));
  EXPECT_EQ(box.rung({"approve", "1", "consent", "--say", "go"}).code, 7);
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  EXPECT_EQ(box.rung({"resume", "2", "-q"}).code, 0);
}

TEST_F(LocksOfRuns, WhyPrintsTheCommandThatFreesALockWhoseEngineWasKilled) {
  Process first = box.start({"run", "hold.yaml"});
  ASSERT_TRUE(first.writes(">>   hold"));
  first.send_signal(SIGKILL);
  first.wait();
  EXPECT_EQ(box.rung({"run", "next.yaml", "-q"}).code, 6);
  const Value need = first_need("2");
  ASSERT_EQ(to_text(*need.member("for")), "lock");
  const std::string command = to_text(*need.member("commands")->list()->front().member("command"));
  EXPECT_THAT(command, HasSubstr("resume 1"));
  box.write("go", "");
  EXPECT_EQ(box.shell(command).code, 0) << command;
  EXPECT_EQ(box.rung({"resume", "2", "-q"}).code, 0);
  EXPECT_EQ(box.read("effects"), "began\nended\nnext\ntidied\n");
}

TEST_F(LocksOfRuns, AnEngineThatIsKilledAsTheRunEndsFreesTheLockWithTheEnd) {
  box.write("go", "");
  box.set("RUNG_FAILPOINT", "store.committed/run.finished=kill");
  box.rung({"run", "hold.yaml", "-q"});
  box.set("RUNG_FAILPOINT", "");
  ASSERT_EQ(status_of("1"), "succeeded");
  EXPECT_EQ(box.rung({"run", "next.yaml", "-q"}).code, 0);
}

TEST_F(LocksOfRuns, AnEngineThatIsKilledBeforeTheEndIsWrittenHoldsTheLock) {
  box.write("go", "");
  box.set("RUNG_FAILPOINT", "store.commit/run.finished=kill");
  box.rung({"run", "hold.yaml", "-q"});
  box.set("RUNG_FAILPOINT", "");
  ASSERT_EQ(box.rung({"run", "next.yaml", "-q"}).code, 6);
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  EXPECT_EQ(box.rung({"resume", "2", "-q"}).code, 0);
}

TEST_F(LocksOfRuns, AnEngineThatIsKilledAsTheLockIsTakenLeavesItWithTheRun) {
  box.write("go", "");
  box.set("RUNG_FAILPOINT", "store.committed/hold/step.started=kill");
  box.rung({"run", "hold.yaml", "-q"});
  box.set("RUNG_FAILPOINT", "");
  EXPECT_EQ(box.rung({"run", "next.yaml", "-q"}).code, 6);
  EXPECT_EQ(box.rung({"resume", "--all", "-q"}).code, 0);
  EXPECT_EQ(status_of("2"), "succeeded");
}

TEST_F(LocksOfRuns, ARunThatIsCancelledWhileItWaitsTouchesNothing) {
  ASSERT_EQ(box.rung({"run", "ask.yaml", "-q"}).code, 4);
  ASSERT_EQ(box.rung({"run", "next.yaml", "-q"}).code, 6);
  EXPECT_EQ(box.rung({"cancel", "2"}).code, 7);
  EXPECT_EQ(box.rung({"resume", "2", "-q"}).code, 1);
  EXPECT_EQ(status_of("2"), "cancelled");
  EXPECT_NE(box.shell("test -e effects").code, 0);
}

TEST_F(LocksOfRuns, AreShownToPeopleAndPrograms) {
  ASSERT_EQ(box.rung({"run", "ask.yaml", "-q"}).code, 4);
  ASSERT_EQ(box.rung({"run", "next.yaml", "-q"}).code, 6);
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("locks     pg:orders   held since"));
  EXPECT_THAT(box.rung({"ls"}).out, HasSubstr("lock pg:orders"));
  const Value runs = json({"ls", "-o", "json"});
  const Value& waits = runs.list()->front().member("locks")->list()->front();
  EXPECT_EQ(to_text(*waits.member("name")), "pg:orders");
  EXPECT_TRUE(waits.member("taken_at")->is_null());
  const Value holds = json({"show", "1", "-o", "json"}).member("locks")->list()->front();
  EXPECT_FALSE(holds.member("taken_at")->is_null());
}

TEST_F(LocksOfRuns, TheDoctorNamesALockThatNobodyWillFree) {
  ASSERT_EQ(box.rung({"run", "ask.yaml", "-q"}).code, 4);
  ASSERT_EQ(box.rung({"run", "next.yaml", "-q"}).code, 6);
  EXPECT_THAT(
      box.rung({"doctor"}).out,
      AllOf(HasSubstr("1 held, 1 waited for; pg:orders is held by run 1"), HasSubstr("resume 1")));
}

class Concurrency : public LocksOfRuns {
 protected:
  void given(const std::string& on_conflict) {
    box.write("one.yaml",
              "rung: v1\nname: one\ninputs: {site: {type: string, default: east}}\n"
              "concurrency: {key: \"web-{{ inputs.site }}\", on_conflict: " +
                  on_conflict +
                  "}\nsteps:\n"
                  "  - {id: go, approve: {ask: \"Go?\", timeout: 10m, on_timeout: reject}}\n");
    ASSERT_EQ(box.rung({"run", "one.yaml", "-q"}).code, 4);
  }
};

TEST_F(Concurrency, RejectsASecondRunOfTheKeyByTheNameOfTheFirst) {
  given("reject");
  const Ended second = box.rung({"run", "one.yaml"});
  EXPECT_EQ(second.code, 6);
  EXPECT_THAT(second.err, HasSubstr("one-1 is there already"));
  EXPECT_EQ(box.rung({"start", "one.yaml"}).code, 6);
  EXPECT_EQ(json({"ls", "--all", "-o", "json"}).list()->size(), 1u);
}

TEST_F(Concurrency, TakesARunOfAnotherKey) {
  given("reject");
  EXPECT_EQ(box.rung({"run", "one.yaml", "-q", "-i", "site=west"}).code, 4);
}

TEST_F(Concurrency, TakesTheNextRunWhenTheFirstIsOver) {
  given("reject");
  box.rung({"approve", "1", "go", "--say", "go"});
  ASSERT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  EXPECT_EQ(box.rung({"run", "one.yaml", "-q"}).code, 4);
}

TEST_F(Concurrency, QueuesASecondRunOfTheKey) {
  given("queue");
  EXPECT_EQ(box.rung({"run", "one.yaml", "-q"}).code, 6);
  EXPECT_THAT(to_text(*first_need("2").member("text")), HasSubstr("concurrency:web-east"));
  box.rung({"approve", "1", "go", "--say", "go"});
  ASSERT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  EXPECT_EQ(box.rung({"resume", "2", "-q"}).code, 4);
  EXPECT_EQ(status_of("2"), "waiting");
}

}  // namespace
}  // namespace rung::cli
