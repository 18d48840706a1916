#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <sys/resource.h>

namespace rung::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// What an operator meets when it is already going wrong: doubt, a full disk, a command that must
// end now, an answer that is somebody else's to give.
class BadHours : public testing::Test {
 protected:
  Value json(const std::string& text) {
    const auto value = from_plain_json(text);
    EXPECT_TRUE(value) << text;
    return value ? value.value() : Value();
  }
  Sandbox box;
};

// --- in doubt

TEST_F(BadHours, ADoubtIsExitCodeFiveUntilItIsResolved) {
  box.write("runbook.yaml",
            "rung: v1\nname: doubt\nsteps:\n"
            "  - {id: copy, shell: \"kill -9 $$\", undo: none, how_to_tell: cat copied}\n");
  const Ended run = box.rung({"run"});
  EXPECT_EQ(run.code, 5);
  EXPECT_THAT(run.err, HasSubstr("IN DOUBT at copy"));
  EXPECT_THAT(run.err, HasSubstr("cat copied"));
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 5);
  EXPECT_EQ(box.rung({"resolve", "1", "copy", "--as", "done", "--say", "saw it"}).code, 7);
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
}

// --- not allowed

class SomebodyElsesAnswer : public BadHours {
 protected:
  void SetUp() override {
    box.write("rung.yaml",
              "rung: v1\nproject: p\npeople: {dba: {users: [nobody-who-runs-this-test]}}\n");
    box.write("runbook.yaml",
              "rung: v1\nname: gate\nsteps:\n"
              "  - {id: consent, approve: {ask: \"Go?\", by: [dba], timeout: 10m, on_timeout: "
              "reject}}\n");
    ASSERT_EQ(box.rung({"run", "-q"}).code, 4);
  }
};

TEST_F(SomebodyElsesAnswer, IsExitCodeTwelveAndNamesWhoMay) {
  const Ended refused = box.rung({"approve", "1", "consent", "--say", "go"});
  EXPECT_EQ(refused.code, 12);
  EXPECT_THAT(refused.err, HasSubstr("may not decide consent; dba may"));
  EXPECT_EQ(box.rung({"reject", "1", "consent", "--say", "no"}).code, 12);
}

TEST_F(SomebodyElsesAnswer, IsSaidBeforeItIsTried) {
  EXPECT_THAT(box.rung({"why", "1"}).out,
              HasSubstr("may decide: dba (nobody-who-runs-this-test). Not you"));
}

// --- a command that must end now

class ARunningCommand : public BadHours {
 protected:
  void SetUp() override {
    box.write("runbook.yaml",
              "rung: v1\nname: runs\nsteps:\n"
              "  - {id: long, shell: \"echo begun >> effects.txt; until test -e go; do sleep 0.02; "
              "done; echo ended >> effects.txt\", undo: none, in_doubt: retry, timeout: 2m}\n");
  }
};

TEST_F(ARunningCommand, IsEndedByCancelWithKill) {
  Process engine = box.start({"run"});
  ASSERT_TRUE(box.comes_true("grep -q begun effects.txt"));
  EXPECT_EQ(box.rung({"cancel", "1", "--kill", "--say", "wrong site"}).code, 0);
  const Ended ended = engine.wait();
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("ended because it was cancelled"));
  EXPECT_EQ(box.read("effects.txt"), "begun\n");
}

TEST_F(ARunningCommand, MayEndByItselfAfterCancelAlone) {
  Process engine = box.start({"run"});
  ASSERT_TRUE(box.comes_true("grep -q begun effects.txt"));
  EXPECT_EQ(box.rung({"cancel", "1"}).code, 0);
  box.write("go", "");
  EXPECT_EQ(engine.wait().code, 1);
  EXPECT_EQ(box.read("effects.txt"), "begun\nended\n");
}

// --- a full disk

// The limit of a process on its files stands for the disk: the store finds no room for its reserve.
class AFullDisk : public BadHours {
 protected:
  Process run_without_room() {
    box.write("runbook.yaml",
              "rung: v1\nname: full\nsteps:\n"
              "  - {id: one, shell: \"echo one >> effects.txt\", undo: none, in_doubt: retry}\n");
    return box.start_shell("ulimit -S -f 2048; exec rung run");
  }
  static void make_room(const Process& engine) {
    rlimit limit{};
    ASSERT_EQ(::prlimit(engine.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ASSERT_EQ(::prlimit(engine.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
  }
};

TEST_F(AFullDisk, StartsNoStepSaysSoAndGoesOnWithRoom) {
  Process engine = run_without_room();
  ASSERT_TRUE(engine.writes("is full: nothing new is started; free some space"));
  ASSERT_TRUE(engine.writes("full-1"));
  EXPECT_EQ(box.read("effects.txt"), "");
  make_room(engine);
  const Ended ended = engine.wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("the store can be written again"));
  EXPECT_THAT(ended.err, Not(HasSubstr("level=")));
  EXPECT_EQ(box.read("effects.txt"), "one\n");
}

TEST_F(AFullDisk, IsWhatWhyNamesFirst) {
  Process engine = run_without_room();
  ASSERT_TRUE(engine.writes("full-1"));
  const Value why = json(box.rung({"why", "1", "-o", "json"}).out);
  const Value& need = why.member("waits_for")->list()->front();
  EXPECT_EQ(to_text(*need.member("for")), "room");
  const std::string command = to_text(*need.member("commands")->list()->front().member("command"));
  EXPECT_EQ(command, "rung doctor");
  EXPECT_THAT(box.shell(command).out, HasSubstr("space"));
  make_room(engine);
  EXPECT_EQ(engine.wait().code, 0);
}

}  // namespace
}  // namespace rung::cli
