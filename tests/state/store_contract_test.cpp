#include "tests/state/store_under_test.h"
#include "tests/state/writes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::state {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Kind {
  const char* name;
  std::unique_ptr<StoreUnderTest> (*make)();
};

Command a_command(std::uint8_t number) {
  Command command{.id = {},
                  .run = RunId{1},
                  .kind = "approve",
                  .args = {{"step", "go"}},
                  .who = "noor",
                  .at = time_at(number)};
  command.id.bytes[0] = 0xc0;
  command.id.bytes[15] = number;
  return command;
}

class StoreContract : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { epoch_ = claim(*store_); }

  Epoch claim(Store& store) {
    const auto claimed = claim_and_wait(loop_, store);
    EXPECT_TRUE(claimed) << claimed.error().message();
    return claimed.value().epoch;
  }
  Committed submit(RunWrite write) { return submit_and_wait(loop_, *store_, std::move(write)); }
  Result<Journal> load(std::int64_t run) { return load_and_wait(loop_, *store_, RunId{run}); }
  std::vector<std::int64_t> due(TimePoint now, std::size_t limit = 100, RunId after = {}) {
    const auto runs = answer_of<Result<std::vector<RunSummary>>>(
        loop_, [&](auto done) { store_->due(now, after, limit, std::move(done)); });
    std::vector<std::int64_t> numbers;
    for (const RunSummary& run : runs.value()) numbers.push_back(run.run.number);
    return numbers;
  }
  std::optional<TimePoint> next_wake() {
    return answer_of<Result<std::optional<TimePoint>>>(
               loop_, [&](auto done) { store_->next_wake(std::move(done)); })
        .value();
  }
  std::vector<Command> pending(std::size_t limit = 100) {
    return answer_of<Result<std::vector<Command>>>(
               loop_, [&](auto done) { store_->pending_commands(limit, std::move(done)); })
        .value();
  }
  // Another engine takes the same content.
  void hand_over() {
    store_ = disk_->open(loop_);
    epoch_ = claim(*store_);
  }

  EngineLoop loop_;
  std::unique_ptr<StoreUnderTest> disk_ = GetParam().make();
  std::unique_ptr<Store> store_ = disk_->open(loop_);
  Epoch epoch_;
};

TEST_P(StoreContract, GivesBackWhatWasCommitted) {
  ASSERT_EQ(submit(creation(1, epoch_)), Committed::committed);
  ASSERT_EQ(submit(a_start(1, epoch_, 1)), Committed::committed);
  const auto journal = load(1);
  ASSERT_TRUE(journal) << journal.error().message();
  EXPECT_EQ(journal.value().summary, *creation(1, epoch_).summary);
  EXPECT_THAT(journal.value().events,
              ElementsAre(creation(1, epoch_).events[0], a_start(1, epoch_, 1).events[0]));
}

TEST_P(StoreContract, GivesTheSameToTheNextEngine) {
  submit(creation(1, epoch_));
  submit(a_start(1, epoch_, 1));
  hand_over();
  ASSERT_EQ(submit(a_success(1, epoch_, 2)), Committed::committed);
  EXPECT_THAT(load(1).value().events, SizeIs(3));
}

TEST_P(StoreContract, CompletesWritesInTheOrderOfTheirSubmission) {
  std::vector<int> order;
  for (int i = 0; i < 50; ++i) {
    RunWrite write = i == 0 ? creation(1, epoch_) : a_start(1, epoch_, i);
    write.barrier = i % 2 == 0 ? Barrier::barrier : Barrier::lazy;
    store_->submit(std::move(write), [&order, i](Committed) { order.push_back(i); });
  }
  ASSERT_TRUE(loop_.run_until([&] { return order.size() == 50; }));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_THAT(load(1).value().events, SizeIs(50));
}

RunWrite asking(std::int64_t run, Epoch epoch) {
  RunWrite write = creation(run, epoch);
  write.events.push_back({time_at(1), "", LocksAsked{.exclusive = {"pg"}, .shared = {"east"}}});
  return write;
}
RunWrite taking(std::int64_t run, Epoch epoch) {
  return next_event(run, epoch, 2, {time_at(5), "", LocksTaken{}});
}

TEST_P(StoreContract, KeepsTheLocksThatARunWaitsFor) {
  ASSERT_EQ(submit(asking(1, epoch_)), Committed::committed);
  EXPECT_THAT(disk_->reader()->locks().value(),
              ElementsAre(LockRow{RunId{1}, "east", true, time_at(1), std::nullopt},
                          LockRow{RunId{1}, "pg", false, time_at(1), std::nullopt}));
}

TEST_P(StoreContract, TellsTheNextEngineWhoHoldsLocks) {
  submit(asking(1, epoch_));
  submit(taking(1, epoch_));
  store_ = disk_->open(loop_);
  const auto claimed = claim_and_wait(loop_, *store_);
  EXPECT_THAT(claimed.value().locks,
              ElementsAre(LockRow{RunId{1}, "east", true, time_at(1), time_at(5)},
                          LockRow{RunId{1}, "pg", false, time_at(1), time_at(5)}));
}

TEST_P(StoreContract, FreesLocksInTheWriteThatEndsTheRun) {
  submit(asking(1, epoch_));
  submit(taking(1, epoch_));
  ASSERT_EQ(submit(next_event(1, epoch_, 3, {time_at(9), "", RunFinished{}})),
            Committed::committed);
  EXPECT_THAT(disk_->reader()->locks().value(), IsEmpty());
}

TEST_P(StoreContract, KeepsTheLocksOfAGroupBesideThoseOfItsRun) {
  submit(asking(1, epoch_));
  submit(taking(1, epoch_));
  submit(next_event(1, epoch_, 3, {time_at(6), "g", LocksAsked{.exclusive = {"lb", "pg"}}}));
  submit(next_event(1, epoch_, 4, {time_at(7), "g", LocksTaken{}}));
  submit(next_event(1, epoch_, 5, {time_at(8), "h", LocksAsked{.exclusive = {"lb"}}}));
  EXPECT_THAT(disk_->reader()->locks().value(),
              ElementsAre(LockRow{RunId{1}, "east", true, time_at(1), time_at(5)},
                          LockRow{RunId{1}, "lb", false, time_at(6), time_at(7), "g"},
                          LockRow{RunId{1}, "lb", false, time_at(8), std::nullopt, "h"},
                          LockRow{RunId{1}, "pg", false, time_at(1), time_at(5)},
                          LockRow{RunId{1}, "pg", false, time_at(6), time_at(7), "g"}));
}

TEST_P(StoreContract, FreesTheLocksOfOneGroupAlone) {
  submit(asking(1, epoch_));
  submit(next_event(1, epoch_, 2, {time_at(6), "g", LocksAsked{.exclusive = {"lb"}}}));
  submit(next_event(1, epoch_, 3, {time_at(7), "g", LocksFreed{}}));
  EXPECT_THAT(disk_->reader()->locks().value(),
              ElementsAre(LockRow{RunId{1}, "east", true, time_at(1), std::nullopt},
                          LockRow{RunId{1}, "pg", false, time_at(1), std::nullopt}));
}

TEST_P(StoreContract, TakesNoLockByAWriteThatIsRefused) {
  submit(asking(1, epoch_));
  RunWrite stale = taking(1, epoch_);
  stale.expected = Seq{1};
  ASSERT_EQ(submit(std::move(stale)), Committed::conflict);
  EXPECT_EQ(disk_->reader()->locks().value().front().taken_at, std::nullopt);
}

TEST_P(StoreContract, KnowsTheEngineThatDroveARunLast) {
  submit(creation(1, epoch_));
  EXPECT_EQ(disk_->reader()->last_claim(RunId{1}).value(), std::nullopt);
  submit(next_event(1, epoch_, 1, {time_at(1), "", RunClaimed{.pid = 7}}));
  submit(next_event(1, epoch_, 2, {time_at(2), "", RunClaimed{.pid = 8}}));
  submit(a_start(1, epoch_, 3));
  EXPECT_EQ(disk_->reader()->last_claim(RunId{1}).value()->pid, 8);
}

TEST_P(StoreContract, NeverCompletesInsideTheCall) {
  bool is_inside = true;
  bool was_inside = false;
  bool is_done = false;
  store_->submit(creation(1, epoch_), [&](Committed) {
    was_inside = is_inside;
    is_done = true;
  });
  is_inside = false;
  ASSERT_TRUE(loop_.run_until([&] { return is_done; }));
  EXPECT_FALSE(was_inside);
}

TEST_P(StoreContract, WritesALazyWriteWithoutBeingAskedAgain) {
  RunWrite write = creation(1, epoch_);
  write.barrier = Barrier::lazy;
  EXPECT_EQ(submit(std::move(write)), Committed::committed);
}

TEST_P(StoreContract, RefusesAWriteThatDoesNotFollowTheJournal) {
  submit(creation(1, epoch_));
  EXPECT_EQ(submit(a_start(1, epoch_, 2)), Committed::conflict);
  EXPECT_EQ(submit(a_start(1, epoch_, 0)), Committed::conflict);
  EXPECT_THAT(load(1).value().events, SizeIs(1));
}

TEST_P(StoreContract, RefusesAnEventOfARunThatWasNeverCreated) {
  EXPECT_EQ(submit(a_start(7, epoch_, 0)), Committed::conflict);
  EXPECT_EQ(load(7).error().code(), ErrorCode::not_found);
}

TEST_P(StoreContract, RefusesOneStaleRunWithoutFailingTheBatch) {
  submit(creation(1, epoch_));
  std::vector<Committed> answers;
  const auto keep = [&](Committed answer) { answers.push_back(answer); };
  store_->submit(creation(2, epoch_), keep);
  store_->submit(a_start(1, epoch_, 5), keep);
  store_->submit(creation(3, epoch_), keep);
  ASSERT_TRUE(loop_.run_until([&] { return answers.size() == 3; }));
  EXPECT_THAT(answers,
              ElementsAre(Committed::committed, Committed::conflict, Committed::committed));
  EXPECT_TRUE(load(3));
}

TEST_P(StoreContract, FencesAnEngineThatLostTheStore) {
  submit(creation(1, epoch_));
  const std::unique_ptr<Store> other = disk_->open(loop_);
  const Epoch newer = claim(*other);
  EXPECT_EQ(submit(a_start(1, epoch_, 1)), Committed::fenced);
  EXPECT_EQ(submit_and_wait(loop_, *other, a_start(1, newer, 1)), Committed::committed);
  EXPECT_THAT(load(1).value().events, SizeIs(2));
}

TEST_P(StoreContract, GrowsTheEpochWithEachClaim) {
  const Epoch first = epoch_;
  hand_over();
  EXPECT_GT(epoch_, first);
}

TEST_P(StoreContract, TellsANewEngineTheNextFreeRunNumber) {
  submit(creation(1, epoch_));
  submit(creation(2, epoch_));
  EXPECT_EQ(claim_and_wait(loop_, *store_).value().next_run, 3);
}

TEST_P(StoreContract, KeepsItsIdentity) {
  const StoreId id = claim_and_wait(loop_, *store_).value().store;
  hand_over();
  EXPECT_EQ(claim_and_wait(loop_, *store_).value().store, id);
  EXPECT_EQ(disk_->reader()->store_id().value(), id);
}

TEST_P(StoreContract, RefusesASecondRunWithTheSameDedupeKey) {
  RunWrite first = creation(1, epoch_);
  first.dedupe = "alert-4711";
  RunWrite second = creation(2, epoch_);
  second.dedupe = "alert-4711";
  EXPECT_EQ(submit(std::move(first)), Committed::committed);
  EXPECT_EQ(submit(std::move(second)), Committed::conflict);
  EXPECT_EQ(load(2).error().code(), ErrorCode::not_found);
}

TEST_P(StoreContract, KeepsAPlanOnceAndGivesItBackByItsHash) {
  submit(creation(1, epoch_));
  submit(creation(2, epoch_));
  const auto plan = answer_of<Result<std::string>>(
      loop_, [&](auto done) { store_->load_plan(creation(1, epoch_).summary->plan, done); });
  EXPECT_EQ(plan.value(), kPlanJson);
}

TEST_P(StoreContract, SaysWhichPlanItDoesNotHave) {
  const auto plan = answer_of<Result<std::string>>(
      loop_, [&](auto done) { store_->load_plan(std::string(64, 'a'), std::move(done)); });
  EXPECT_EQ(plan.error().code(), ErrorCode::not_found);
}

TEST_P(StoreContract, KeepsALargePayload) {
  submit(creation(1, epoch_));
  const std::string large(300'000, 'x');
  RunWrite write = next_event(1, epoch_, 1, {time_at(1), "", RunNoted{.text = large}});
  ASSERT_EQ(submit(write), Committed::committed);
  EXPECT_EQ(load(1).value().events.at(1), write.events[0]);
  EXPECT_EQ(disk_->reader()->events(RunId{1}, Seq{1}, 5).value().at(0).event, write.events[0]);
}

TEST_P(StoreContract, ListsTheRunsThatSomethingMustBeDoneFor) {
  submit(creation(1, epoch_));
  submit(with_status(creation(2, epoch_), RunStatus::waiting, time_at(50)));
  submit(with_status(creation(3, epoch_), RunStatus::waiting, time_at(60)));
  submit(with_status(creation(4, epoch_), RunStatus::paused));
  submit(with_status(creation(5, epoch_), RunStatus::succeeded));
  submit(with_status(creation(6, epoch_), RunStatus::queued));
  submit(with_status(creation(7, epoch_), RunStatus::undoing));
  EXPECT_THAT(due(time_at(50)), ElementsAre(1, 2, 6, 7));
  EXPECT_THAT(due(time_at(50), 2), ElementsAre(1, 2));
}

TEST_P(StoreContract, ListsThemPageByPage) {
  for (std::int64_t run = 1; run <= 5; ++run) submit(creation(run, epoch_));
  submit(with_status(creation(6, epoch_), RunStatus::waiting, time_at(50)));
  EXPECT_THAT(due(time_at(50), 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(due(time_at(50), 3, RunId{3}), ElementsAre(4, 5, 6));
  EXPECT_THAT(due(time_at(50), 3, RunId{6}), ElementsAre());
}

TEST_P(StoreContract, KnowsWhenTheNextRunWakes) {
  EXPECT_EQ(next_wake(), std::nullopt);
  submit(with_status(creation(1, epoch_), RunStatus::waiting, time_at(60)));
  submit(with_status(creation(2, epoch_), RunStatus::in_doubt, time_at(50)));
  EXPECT_EQ(next_wake(), time_at(50));
  submit(with_status(a_start(2, epoch_, 1), RunStatus::failed, time_at(50)));
  EXPECT_EQ(next_wake(), time_at(60));
}

TEST_P(StoreContract, AnswersWithWhatWasSubmittedBefore) {
  RunWrite write = creation(1, epoch_);
  write.barrier = Barrier::lazy;
  store_->submit(std::move(write), [](Committed) {});
  EXPECT_TRUE(load(1));
}

TEST_P(StoreContract, HandsOverCommandsInTheOrderInWhichTheyWereSent) {
  const auto reader = disk_->reader();
  ASSERT_TRUE(reader->send(a_command(2)));
  ASSERT_TRUE(reader->send(a_command(1)));
  const std::vector<Command> commands = pending();
  ASSERT_THAT(commands, SizeIs(2));
  EXPECT_EQ(commands[0].id, a_command(2).id);
  EXPECT_EQ(commands[0].run, RunId{1});
  EXPECT_EQ(commands[0].kind, "approve");
  EXPECT_EQ(commands[0].args, a_command(2).args);
  EXPECT_EQ(commands[0].who, "noor");
  EXPECT_EQ(commands[0].at, time_at(2));
  EXPECT_THAT(pending(1), SizeIs(1));
}

TEST_P(StoreContract, TakesACommandThatNamesNoRun) {
  Command command = a_command(1);
  command.run.reset();
  ASSERT_TRUE(disk_->reader()->send(command));
  EXPECT_EQ(pending().at(0).run, std::nullopt);
}

TEST_P(StoreContract, ConsumesACommandTogetherWithItsEvents) {
  submit(creation(1, epoch_));
  const auto reader = disk_->reader();
  ASSERT_TRUE(reader->send(a_command(1)));
  EXPECT_EQ(reader->result(a_command(1).id).value(), std::nullopt);

  RunWrite write = next_event(1, epoch_, 1, {time_at(1), "go", Voted{.approve = true}});
  write.consumed = {{a_command(1).id, true, {{"message", "approved"}}}};
  ASSERT_EQ(submit(std::move(write)), Committed::committed);

  EXPECT_THAT(pending(), IsEmpty());
  const auto result = reader->result(a_command(1).id).value();
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->is_applied);
  EXPECT_EQ(result->result.at("message"), Value{"approved"});
}

TEST_P(StoreContract, KeepsACommandWhoseEventsWereRefused) {
  submit(creation(1, epoch_));
  ASSERT_TRUE(disk_->reader()->send(a_command(1)));
  RunWrite write = a_start(1, epoch_, 9);
  write.consumed = {{a_command(1).id, true, {}}};
  EXPECT_EQ(submit(std::move(write)), Committed::conflict);
  EXPECT_THAT(pending(), SizeIs(1));
}

TEST_P(StoreContract, DecidesACommandOnce) {
  submit(creation(1, epoch_));
  ASSERT_TRUE(disk_->reader()->send(a_command(1)));
  RunWrite first = a_start(1, epoch_, 1);
  first.consumed = {{a_command(1).id, true, {}}};
  RunWrite second = a_success(1, epoch_, 2);
  second.consumed = {{a_command(1).id, false, {}}};
  EXPECT_EQ(submit(std::move(first)), Committed::committed);
  EXPECT_EQ(submit(std::move(second)), Committed::conflict);
  EXPECT_THAT(load(1).value().events, SizeIs(2));
}

TEST_P(StoreContract, AnswersACommandThatChangesNothing) {
  ASSERT_TRUE(disk_->reader()->send(a_command(1)));
  const CommandResult refused{a_command(1).id, false, {{"message", "no such run"}}};
  const auto answer = [&] {
    return answer_of<Committed>(loop_, [&](auto done) { store_->answer(refused, done); });
  };
  EXPECT_EQ(answer(), Committed::committed);
  EXPECT_EQ(answer(), Committed::conflict);
  EXPECT_FALSE(disk_->reader()->result(a_command(1).id).value()->is_applied);
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_P(StoreContract, KeepsAFreezeFromTheAnswerThatOrdersItToTheOneThatLiftsIt) {
  const auto answer = [&](std::uint8_t command, FreezeChange change) {
    EXPECT_TRUE(disk_->reader()->send(a_command(command)));
    CommandResult result{a_command(command).id, true, {}};
    result.freeze = std::move(change);
    return answer_of<Committed>(loop_, [&](auto done) { store_->answer(result, done); });
  };
  const Freeze all{"", "mira", "Black Friday", time_at(3), std::nullopt};
  const Freeze shop{"shop", "li", "moving", time_at(4), time_at(90)};
  EXPECT_EQ(answer(1, {"shop", Freeze{"shop", "ana", "first", time_at(1), std::nullopt}}),
            Committed::committed);
  EXPECT_EQ(answer(2, {"", all}), Committed::committed);
  EXPECT_EQ(answer(3, {"shop", shop}), Committed::committed);
  store_ = disk_->open(loop_);
  EXPECT_THAT(claim_and_wait(loop_, *store_).value().freezes, ElementsAre(all, shop));
  EXPECT_EQ(answer(4, {"", std::nullopt}), Committed::committed);
  EXPECT_THAT(disk_->reader()->freezes().value(), ElementsAre(shop));
}

TEST_P(StoreContract, ChangesNoFreezeByAnAnswerThatCameTooLate) {
  ASSERT_TRUE(disk_->reader()->send(a_command(1)));
  CommandResult late{a_command(1).id, true, {}};
  answer_of<Committed>(loop_, [&](auto done) { store_->answer(late, done); });
  late.freeze = FreezeChange{"", Freeze{"", "mira", "why", time_at(3), std::nullopt}};
  EXPECT_EQ(answer_of<Committed>(loop_, [&](auto done) { store_->answer(late, done); }),
            Committed::conflict);
  EXPECT_THAT(disk_->reader()->freezes().value(), IsEmpty());
}

TEST_P(StoreContract, BoundsTheInbox) {
  const auto reader = disk_->reader();
  Command command = a_command(0);
  for (int i = 0; i < 1000; ++i) {
    command.id.bytes[1] = static_cast<std::uint8_t>(i / 250);
    command.id.bytes[2] = static_cast<std::uint8_t>(i % 250);
    ASSERT_TRUE(reader->send(command)) << i;
  }
  command.id.bytes[1] = 99;
  const auto sent = reader->send(command);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), ErrorCode::exhausted);
}

TEST_P(StoreContract, MakesOnlyTheRunReadOnlyThatNeedsANewerRung) {
  submit(creation(1, epoch_));
  submit(creation(2, epoch_));
  disk_->append_foreign(
      RunId{1},
      {.type = 999, .version = 1, .at = time_at(1), .step = "", .payload = R"({"what":"ever"})"});
  hand_over();
  const auto journal = load(1);
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code(), ErrorCode::conflict);
  EXPECT_THAT(journal.error().message(), HasSubstr("run 1, event 2"));
  EXPECT_THAT(journal.error().message(), HasSubstr("newer rung"));
  EXPECT_TRUE(load(2));
  EXPECT_EQ(submit(a_start(2, epoch_, 1)), Committed::committed);
}

TEST_P(StoreContract, NoticesAnEventThatWasChangedLater) {
  submit(creation(1, epoch_));
  submit(a_start(1, epoch_, 1));
  submit(a_success(1, epoch_, 2));
  disk_->falsify(RunId{1}, Seq{2}, "another-step");
  hand_over();
  const auto journal = load(1);
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(journal.error().message(),
              HasSubstr("run 1, event 2 (step.started of another-step)"));
}

TEST_P(StoreContract, ShowsRunsToReadersNewestFirst) {
  submit(creation(1, epoch_));
  submit(with_status(creation(2, epoch_), RunStatus::succeeded));
  submit(creation(3, epoch_));
  const auto reader = disk_->reader();
  const auto numbers = [&](RunFilter filter) {
    std::vector<std::int64_t> found;
    const auto runs = reader->runs(filter);
    for (const RunSummary& run : runs.value()) found.push_back(run.run.number);
    return found;
  };
  EXPECT_THAT(numbers({}), ElementsAre(3, 2, 1));
  EXPECT_THAT(numbers({.unfinished_only = true}), ElementsAre(3, 1));
  EXPECT_THAT(numbers({.limit = 2}), ElementsAre(3, 2));
  EXPECT_THAT(numbers({.before = RunId{3}}), ElementsAre(2, 1));
  EXPECT_THAT(numbers({.runbook = "another"}), IsEmpty());
  EXPECT_THAT(numbers({.runbook = "orders-failover"}), SizeIs(3));
  EXPECT_EQ(reader->run(RunId{2}).value(),
            *with_status(creation(2, epoch_), RunStatus::succeeded).summary);
  EXPECT_EQ(reader->run(RunId{9}).error().code(), ErrorCode::not_found);
}

TEST_P(StoreContract, ShowsEventsToReadersPageByPage) {
  submit(creation(1, epoch_));
  for (int i = 1; i < 6; ++i) submit(a_start(1, epoch_, i));
  const auto page = disk_->reader()->events(RunId{1}, Seq{2}, 3).value();
  ASSERT_THAT(page, SizeIs(3));
  EXPECT_EQ(page[0].seq, Seq{3});
  EXPECT_EQ(page[2].event, a_start(1, epoch_, 4).events[0]);
}

TEST_P(StoreContract, ShowsReadersThatSomethingChanged) {
  const auto reader = disk_->reader();
  const std::int64_t before = reader->data_version().value();
  EXPECT_EQ(reader->data_version().value(), before);
  submit(creation(1, epoch_));
  EXPECT_NE(reader->data_version().value(), before);
}

INSTANTIATE_TEST_SUITE_P(, StoreContract,
                         ::testing::Values(Kind{"Memory", memory_under_test},
                                           Kind{"Sqlite", sqlite_under_test}),
                         [](const auto& given) { return given.param.name; });

}  // namespace
}  // namespace rung::state
