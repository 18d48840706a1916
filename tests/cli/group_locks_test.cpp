#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <csignal>

namespace rung::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Two runs whose groups want the same lock, at two terminals, with engines that are killed.
class LocksOfGroups : public testing::Test {
 protected:
  void SetUp() override {
    box.write("web.yaml",
              "rung: v1\nname: web\nsteps:\n"
              "  - {id: prepare, shell: \"echo prepare >> effects\", undo: none, in_doubt: retry}\n"
              "  - id: traffic\n    locks: [\"lb:web\"]\n    steps:\n"
              "      - {id: out, shell: \"echo out >> effects; until test -e go; do sleep 0.02; "
              "done; echo in >> effects\", undo: none, in_doubt: retry}\n"
              "  - {id: tell, shell: \"echo tell >> effects\", undo: none, in_doubt: retry}\n");
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
  // Of an engine that is killed there; it begins a run of its own.
  void is_killed_at(const std::string& point) {
    box.set("RUNG_FAILPOINT", point + "=kill");
    box.rung({"run", "web.yaml", "-q"});
    box.set("RUNG_FAILPOINT", "");
  }
  void goes_on(const std::string& run) {
    EXPECT_EQ(box.rung({"resume", run, "-q"}).code, 0);
    EXPECT_EQ(status_of(run), "succeeded");
  }
  void is_free() { EXPECT_THAT(box.rung({"doctor"}).out, HasSubstr("none is held")); }

  Sandbox box;
};

TEST_F(LocksOfGroups, TheSecondRunWaitsOnlyAtTheGroupAndOnlyAsLongAsThat) {
  Process first = box.start({"run", "web.yaml"});
  ASSERT_TRUE(first.writes(">>   traffic/out"));
  Process second = box.start({"run", "web.yaml"});
  ASSERT_TRUE(
      second.writes("traffic waits for lock lb:web: lb:web is held by web-1, group traffic"));
  EXPECT_EQ(status_of("2"), "waiting");
  EXPECT_THAT(box.rung({"ls"}).out, HasSubstr("lock lb:web of traffic"));
  EXPECT_THAT(box.rung({"show", "2"}).out, HasSubstr("traffic: lb:web   waits for them"));
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("traffic: lb:web   held since"));
  box.write("go", "");
  EXPECT_EQ(second.wait().code, 0);
  EXPECT_EQ(first.wait().code, 0);
  is_free();
}

TEST_F(LocksOfGroups, AGroupThatWaitsCanBeSkipped) {
  Process first = box.start({"run", "web.yaml"});
  ASSERT_TRUE(first.writes(">>   traffic/out"));
  Process second = box.start({"run", "web.yaml"});
  ASSERT_TRUE(second.writes("waits for lock lb:web"));
  EXPECT_EQ(box.rung({"skip", "2", "traffic", "--say", "by hand"}).code, 0);
  EXPECT_EQ(second.wait().code, 0);
  box.write("go", "");
  EXPECT_EQ(first.wait().code, 0);
  is_free();
}

TEST_F(LocksOfGroups, AnEngineThatIsKilledWhileOneHoldsAndOneWaitsLeavesBothAsTheyWere) {
  Process first = box.start({"run", "web.yaml"});
  ASSERT_TRUE(first.writes(">>   traffic/out"));
  Process second = box.start({"run", "web.yaml"});
  ASSERT_TRUE(second.writes("waits for lock lb:web"));
  second.send_signal(SIGKILL);  // else it goes on with both
  second.wait();
  first.send_signal(SIGKILL);
  first.wait();
  EXPECT_THAT(box.rung({"doctor"}).out, HasSubstr("1 held, 1 waited for; lb:web is held by run 1"));
  box.write("go", "");
  EXPECT_EQ(box.rung({"resume", "--all", "-q"}).code, 0);
  EXPECT_EQ(status_of("1"), "succeeded");
  EXPECT_EQ(status_of("2"), "succeeded");
  is_free();
}

TEST_F(LocksOfGroups, AnEngineThatIsKilledAsTheGroupBeginsLeavesTheLockWithIt) {
  box.write("go", "");
  is_killed_at("store.committed/traffic/out/step.started");
  EXPECT_EQ(box.rung({"run", "web.yaml", "-q"}).code, 4);
  goes_on("1");
  goes_on("2");
  is_free();
}

TEST_F(LocksOfGroups, AnEngineThatIsKilledBeforeTheLockIsFreedHoldsIt) {
  box.write("go", "");
  is_killed_at("store.commit/tell/step.started");  // in one write with that
  EXPECT_EQ(box.rung({"run", "web.yaml", "-q"}).code, 4);
  goes_on("1");
  goes_on("2");
  is_free();
}

TEST_F(LocksOfGroups, AnEngineThatIsKilledWhenTheLockIsFreedHasLeftIt) {
  box.write("go", "");
  is_killed_at("store.committed/tell/step.started");  // in one write with that
  EXPECT_EQ(box.rung({"run", "web.yaml", "-q"}).code, 0);
  goes_on("1");
}

TEST_F(LocksOfGroups, AreShownInThePlanAndToPrograms) {
  EXPECT_THAT(box.rung({"plan", "web.yaml"}).out, HasSubstr("lock: lb:web"));
  EXPECT_THAT(box.rung({"graph", "web.yaml"}).out, HasSubstr("lock lb:web"));
  Process first = box.start({"run", "web.yaml"});
  ASSERT_TRUE(first.writes(">>   traffic/out"));
  const Value lock = json({"show", "1", "-o", "json"}).member("locks")->list()->front();
  EXPECT_EQ(to_text(*lock.member("step")), "traffic");
  EXPECT_FALSE(lock.member("taken_at")->is_null());
  box.write("go", "");
  EXPECT_EQ(first.wait().code, 0);
}

}  // namespace
}  // namespace rung::cli
