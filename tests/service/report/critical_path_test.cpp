#include "service/report/critical_path.h"

#include "service/report/parts.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace rung::service {
namespace {

using namespace std::chrono_literals;
using runbooks::StepKind;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

TimePoint at(int second) {
  return TimePoint(std::chrono::seconds(1'000'000 + second));
}

// A plan with its journal: steps one after another, but for those in a group.
class CriticalPathTest : public ::testing::Test {
 protected:
  CriticalPathTest() {
    plan.steps.resize(2);
    plan.steps[0].kind = StepKind::group;
    plan.steps[1].kind = StepKind::group;
    plan.steps[1].address = "finally";
    kinds[""] = kinds["finally"] = StepKind::group;
  }

  runbooks::StepIndex step(const std::string& address, StepKind kind = StepKind::action,
                           std::vector<runbooks::StepIndex> needs = {},
                           runbooks::StepIndex parent = {0}) {
    runbooks::Step one;
    one.address = address;
    one.kind = kind;
    one.needs = std::move(needs);
    one.parent = parent;
    plan.steps.push_back(one);
    kinds[address] = kind;
    return {static_cast<std::uint32_t>(plan.steps.size() - 1)};
  }
  void event(int second, const std::string& address, state::Payload payload) {
    events.push_back({at(second), address, std::move(payload)});
  }
  void ran(const std::string& address, int from, int to) {
    event(from, address, state::StepStarted{});
    event(to, address, state::StepSucceeded{});
  }
  // Events as a journal has them: by time.
  void follow(int until) {
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    lives = lives_of(events, kinds, at(until));
    network = network_of(plan, lives);
    path = critical_path(network, at(0), at(until));
    pieces = parts_of(path, phases, interruptions);
    sums = sums_of(pieces);
  }
  std::vector<std::string> steps() const {
    std::vector<std::string> out;
    for (const PathPiece& piece : path.pieces)
      out.push_back(piece.step == nullptr ? "-" : piece.step->address);
    return out;
  }
  Duration slack(const std::string& address) const {
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
      if (network.nodes[i].address == address) return path.slack[i];
    }
    ADD_FAILURE() << "no node " << address;
    return {};
  }
  Duration sum(Part part) const { return sums[static_cast<std::size_t>(part)]; }

  runbooks::Plan plan;
  StepKinds kinds;
  std::map<std::string, std::string, std::less<>> phases;
  std::vector<Interruption> interruptions;
  std::vector<state::Event> events;
  Lives lives;
  Network network;
  CriticalPath path;
  std::vector<PartPiece> pieces;
  std::array<Duration, kParts> sums{};
};

TEST_F(CriticalPathTest, FollowsTheStepOfAGroupThatEndedLast) {
  const auto first = step("first");
  const auto both = step("both", StepKind::group, {first});
  step("both/left", StepKind::action, {}, both);
  step("both/right", StepKind::action, {}, both);
  step("last", StepKind::action, {both});
  ran("first", 0, 5);
  ran("both/left", 5, 15);
  ran("both/right", 5, 8);
  ran("last", 15, 16);
  follow(16);
  EXPECT_THAT(steps(), ElementsAre("first", "both/left", "last"));
  EXPECT_EQ(slack("both/right"), 7s);
  EXPECT_EQ(slack("both/left"), 0s);
}

TEST_F(CriticalPathTest, GivesSlackAlongAWholeChainThatWasNotNeededSoSoon) {
  const auto slow = step("slow");
  const auto a = step("a");
  const auto b = step("b", StepKind::action, {a});
  step("join", StepKind::action, {slow, b});
  ran("slow", 0, 20);
  ran("a", 0, 4);
  ran("b", 4, 10);
  ran("join", 20, 21);
  follow(21);
  EXPECT_THAT(steps(), ElementsAre("slow", "join"));
  EXPECT_EQ(slack("a"), 10s);
  EXPECT_EQ(slack("b"), 10s);
}

TEST_F(CriticalPathTest, TellsThePausesInWhichNothingRan) {
  const auto first = step("first");
  step("second", StepKind::action, {first});
  ran("first", 2, 3);
  ran("second", 10, 12);
  follow(13);
  EXPECT_THAT(steps(), ElementsAre("-", "first", "-", "second", "-"));
  EXPECT_EQ(sum(Part::engine), 2s + 7s + 1s);
}

TEST_F(CriticalPathTest, GoesThroughTheUndoAndThenFinally) {
  step("a");
  plan.steps[2].undo = runbooks::StepIndex{3};
  step("a@undo");
  plan.steps[3].parent.reset();
  plan.steps[3].undoes = runbooks::StepIndex{2};
  step("finally/tidy", StepKind::action, {}, {1});
  ran("a", 0, 3);
  ran("a@undo", 3, 7);
  ran("finally/tidy", 7, 8);
  follow(8);
  EXPECT_THAT(steps(), ElementsAre("a", "a@undo", "finally/tidy"));
}

TEST_F(CriticalPathTest, KnowsItemsOfALoopByWhatEndedBesideThemBefore) {
  const auto first = step("first");
  step("tiers", StepKind::group, {first});
  ran("first", 0, 1);
  ran("tiers/disk/put", 1, 5);
  ran("tiers/cloud/put", 1, 3);
  ran("tiers/tape/put", 3, 9);
  follow(9);
  EXPECT_THAT(steps(), ElementsAre("first", "tiers/cloud/put", "tiers/tape/put"));
  EXPECT_EQ(slack("tiers/disk/put"), 4s);
}

TEST_F(CriticalPathTest, PartsAddUpToTheWholeTime) {
  const auto first = step("fence");
  const auto ask = step("ask", StepKind::approve, {first});
  const auto nap = step("nap", StepKind::wait, {ask});
  step("last", StepKind::action, {nap});
  phases = {{"fence", "fence"}};
  ran("fence", 1, 5);
  event(5, "ask", state::StepOpened{});
  event(30, "ask", state::StepSucceeded{});
  event(30, "nap", state::StepOpened{});
  event(34, "nap", state::StepSucceeded{});
  ran("last", 34, 40);
  follow(40);
  EXPECT_EQ(sum(Part::fence), 4s);
  EXPECT_EQ(sum(Part::people), 25s);
  EXPECT_EQ(sum(Part::wait), 4s);
  EXPECT_EQ(sum(Part::other), 6s);
  EXPECT_EQ(sum(Part::engine), 1s);
}

TEST_F(CriticalPathTest, ADoubtIsTimeOfPeople) {
  step("restart");
  phases = {{"restart", "fence"}};
  event(0, "restart", state::StepStarted{});
  event(3, "restart", state::AttemptEnded{state::AttemptEnd::unknown, {}, "", ""});
  event(3, "restart", state::StepInDoubt{"no answer"});
  event(63, "restart", state::StepSucceeded{{}, false, "ana", "saw it"});
  follow(63);
  EXPECT_EQ(sum(Part::fence), 3s);
  EXPECT_EQ(sum(Part::people), 60s);
}

TEST_F(CriticalPathTest, WhatAFailureWaitsForAnAnswerIsTimeOfPeople) {
  step("copy");
  phases = {{"copy", "promote"}};
  event(0, "copy", state::StepStarted{});
  event(2, "copy", state::StepFailed{});
  event(2, "", state::RunPaused{state::PauseReason::failure, "copy", "", "", ""});
  event(12, "copy", state::StepReset{"ana", ""});
  event(12, "", state::RunContinued{"ana", ""});
  ran("copy", 12, 15);
  follow(15);
  interruptions = {{Part::people, lives.paused.at(0).first, lives.paused.at(0).second}};
  follow(15);
  EXPECT_EQ(sum(Part::people), 10s);
  EXPECT_EQ(sum(Part::promote), 5s);
}

TEST_F(CriticalPathTest, AStepThatGoesOnReachesUntilNow) {
  step("copy");
  event(1, "copy", state::StepStarted{});
  follow(30);
  EXPECT_THAT(path.pieces,
              ElementsAre(Field(&PathPiece::to, at(1)), Field(&PathPiece::to, at(30))));
}

TEST_F(CriticalPathTest, ARunThatHasNotBegunIsOnePause) {
  follow(5);
  EXPECT_THAT(steps(), ElementsAre("-"));
  EXPECT_THAT(path.slack, IsEmpty());
}

}  // namespace
}  // namespace rung::service
