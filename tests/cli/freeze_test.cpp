#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <csignal>

namespace rung::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class FreezeTest : public testing::Test {
 protected:
  void SetUp() override {
    box.write("shop.yaml",
              "rung: v1\nname: shop\nmodes: [planned, unplanned]\nsteps:\n"
              "  - {id: note, shell: \"echo shop >> effects\", undo: none, in_doubt: retry}\n");
    box.write("web.yaml", "rung: v1\nname: web\nsteps:\n  - {id: note, set: {x: 1}}\n");
    box.write("long.yaml",
              "rung: v1\nname: long\nsteps:\n"
              "  - {id: hold, shell: \"until test -e go; do sleep 0.02; done\", undo: none, "
              "in_doubt: retry}\n");
  }

  Value json(const std::vector<std::string>& words) {
    const Ended ended = box.rung(words);
    const auto value = from_plain_json(ended.out);
    EXPECT_TRUE(value) << ended.out << ended.err;
    return value ? value.value() : Value();
  }
  void freeze(std::vector<std::string> words) {
    words.insert(words.begin(), "freeze");
    const Ended ended = box.rung(words);
    ASSERT_EQ(ended.code, 0) << ended.err;
  }
  int run(const std::string& file) { return box.rung({"run", file, "-q"}).code; }

  Sandbox box;
};

TEST_F(FreezeTest, NoRunBeginsUntilItIsLifted) {
  freeze({"--all", "--say", "Black Friday"});
  const Ended refused = box.rung({"run", "shop.yaml"});
  EXPECT_EQ(refused.code, 6);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("shop was not started: everything is frozen since"),
                                 HasSubstr("Black Friday"), HasSubstr("--break-glass")));
  EXPECT_EQ(box.rung({"start", "web.yaml"}).code, 6);
  EXPECT_TRUE(json({"ls", "--all", "-o", "json"}).list()->empty());
  EXPECT_EQ(box.rung({"unfreeze", "--all", "--say", "over"}).code, 0);
  EXPECT_EQ(run("shop.yaml"), 0);
  EXPECT_EQ(box.read("effects"), "shop\n");
}

TEST_F(FreezeTest, OneRunbookIsFrozenAndAnotherIsNot) {
  EXPECT_THAT(box.rung({"freeze", "shop", "--say", "it moves"}).err,
              HasSubstr("no run of a runbook of that name"));
  EXPECT_EQ(run("shop.yaml"), 6);
  EXPECT_EQ(run("web.yaml"), 0);
}

TEST_F(FreezeTest, WhatRunsGoesOnAndTheEngineThatDrivesItHolds) {
  Process engine = box.start({"run", "long.yaml"});
  ASSERT_TRUE(engine.writes(">>   hold"));
  freeze({"--all", "--say", "stop the world"});
  EXPECT_EQ(box.rung({"start", "web.yaml"}).code, 6);
  box.write("go", "");
  EXPECT_EQ(engine.wait().code, 0);
}

TEST_F(FreezeTest, OutlivesTheEngineThatWasKilled) {
  Process engine = box.start({"run", "long.yaml"});
  ASSERT_TRUE(engine.writes(">>   hold"));
  freeze({"--all", "--say", "stop the world"});
  engine.send_signal(SIGKILL);
  engine.wait();
  box.write("go", "");
  EXPECT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  EXPECT_EQ(run("web.yaml"), 6);
}

TEST_F(FreezeTest, EndsByItself) {
  freeze({"--all", "--for", "4s", "--say", "a moment"});
  const Value frozen = json({"freeze", "-o", "json"});
  ASSERT_EQ(frozen.list()->size(), 1u);
  EXPECT_THAT(to_text(*frozen.list()->front().member("until")), HasSubstr("20"));
  EXPECT_TRUE(box.comes_true(std::string(RUNG_BINARY) + " run web.yaml -q"));
}

TEST_F(FreezeTest, IsRecordedInTheRunThatBreaksTheGlass) {
  freeze({"shop", "--say", "it moves"});
  EXPECT_EQ(box.rung({"run", "shop.yaml", "--break-glass"}).code, 2);
  EXPECT_EQ(box.rung({"run", "shop.yaml", "-q", "--break-glass", "--say", "east burns"}).code, 0);
  const Value shown = json({"show", "1", "-o", "json"});
  ASSERT_EQ(shown.member("despite")->list()->size(), 1u);
  EXPECT_THAT(to_text(shown.member("despite")->list()->front()), HasSubstr("it moves"));
  EXPECT_THAT(box.rung({"report", "1"}).out,
              AllOf(HasSubstr("despite     shop is frozen since"), HasSubstr("east burns")));
}

TEST_F(FreezeTest, IsBrokenOnlyByThoseWhoMay) {
  box.write("rung.yaml", "rung: v1\npeople: {sre: {users: [somebody-else]}}\nbreak_glass: [sre]\n");
  freeze({"--all", "--say", "Black Friday"});
  const Ended refused = box.rung({"run", "shop.yaml", "--break-glass", "--say", "east burns"});
  EXPECT_EQ(refused.code, 12);
  EXPECT_THAT(refused.err, HasSubstr("Only sre may break the glass"));
}

TEST_F(FreezeTest, IsBrokenByAPersonOfTheRole) {
  std::string me = box.shell("id -un").out;
  me.erase(me.find_last_not_of('\n') + 1);
  box.write("rung.yaml",
            "rung: v1\npeople: {sre: {users: [somebody-else, " + me + "]}}\nbreak_glass: [sre]\n");
  freeze({"--all", "--say", "Black Friday"});
  EXPECT_EQ(box.rung({"run", "shop.yaml", "-q", "--break-glass", "--say", "east burns"}).code, 0);
  EXPECT_EQ(box.read("effects"), "shop\n");
}

// As docs/project.md says.
TEST_F(FreezeTest, ACalendarIsNotAskedWhenARunGoesOnAsPlanned) {
  box.write("rung.yaml",
            "rung: v1\ncalendars:\n  ages: {from: \"2000-01-01\", to: \"2999-12-31\", say: x}\n");
  box.write("asks.yaml",
            "rung: v1\nname: asks\nmodes: [planned, unplanned]\nsteps:\n"
            "  - {id: consent, approve: {ask: go, timeout: 1h, on_timeout: reject}}\n");
  EXPECT_EQ(box.rung({"run", "asks.yaml", "-q"}).code, 6);
  EXPECT_EQ(box.rung({"run", "asks.yaml", "-q", "--mode", "unplanned"}).code, 4);
  EXPECT_EQ(box.rung({"mode", "1", "planned", "--say", "calm again"}).code, 0);
  EXPECT_THAT(box.rung({"report", "1"}).out, HasSubstr("calm again"));
}

TEST_F(FreezeTest, ACalendarHoldsWhatIsPlanned) {
  box.write("rung.yaml",
            "rung: v1\ncalendars:\n"
            "  ages: {from: \"2000-01-01\", to: \"2999-12-31\", say: always, except: [web]}\n"
            "  past: {from: \"2000-01-01\", to: \"2000-12-31\", say: never}\n");
  const Ended refused = box.rung({"run", "shop.yaml"});
  EXPECT_EQ(refused.code, 6);
  EXPECT_THAT(refused.err, HasSubstr("calendar ages, until 2999-12-31 24:00 UTC: always"));
  EXPECT_THAT(box.rung({"plan", "shop.yaml"}).out, HasSubstr("calendar ages: does not begin"));
  EXPECT_EQ(box.rung({"run", "shop.yaml", "-q", "--mode", "unplanned"}).code, 0);
  EXPECT_EQ(run("web.yaml"), 0);
}

TEST_F(FreezeTest, IsShownToWhoeverLooks) {
  ASSERT_EQ(run("web.yaml"), 0);
  freeze({"--all", "--say", "Black Friday"});
  EXPECT_THAT(box.rung({"freeze"}).out, HasSubstr("everything is frozen since"));
  EXPECT_EQ(to_text(*json({"freeze", "-o", "json"}).list()->front().member("say")), "Black Friday");
  EXPECT_THAT(box.rung({"ls"}).err, HasSubstr("everything is frozen"));
  const Ended doctor = box.rung({"doctor"});
  EXPECT_EQ(doctor.code, 3);
  EXPECT_THAT(doctor.out, HasSubstr("unfreeze --all"));
}

TEST_F(FreezeTest, SaysWhatIsMissingInItsWords) {
  EXPECT_THAT(box.rung({"freeze", "--all"}).err, HasSubstr("needs a reason"));
  EXPECT_THAT(box.rung({"freeze", "shop", "--all", "--say", "x"}).err, HasSubstr("needs one of"));
  EXPECT_EQ(box.rung({"freeze", "--all", "--until", "noon", "--say", "x"}).code, 2);
  EXPECT_EQ(box.rung({"unfreeze", "--all", "--say", "x"}).code, 10);
}

}  // namespace
}  // namespace rung::cli
