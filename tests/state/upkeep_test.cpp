#include "state/upkeep.h"

#include "tests/state/sqlite_fixture.h"
#include "tests/state/writes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace rung::state {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class UpkeepTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    auto store = open_sqlite_store(options_for(path_), loop_.post(), log_);
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(store).value();
    claimed_ = claim_and_wait(loop_, *store_).value();
  }
  void close() { store_.reset(); }
  Epoch epoch() const { return claimed_.epoch; }
  void submit(RunWrite write) {
    ASSERT_EQ(submit_and_wait(loop_, *store_, std::move(write)), Committed::committed);
  }
  // A run of three events that ended at `seconds`.
  void finished_run(std::int64_t run, std::int64_t seconds, std::string note = "") {
    submit(creation(run, epoch()));
    submit(next_event(run, epoch(), 1, {time_at(1), "", RunNoted{.text = std::move(note)}}));
    RunWrite end = with_status(a_success(run, epoch(), 2), RunStatus::succeeded);
    end.summary->finished_at = time_at(seconds);
    submit(std::move(end));
  }
  GcReport collect(GcOptions what) {
    what.now = time_at(100'000);
    auto report = collect_garbage(options_for(path_), what);
    EXPECT_TRUE(report) << report.error().message();
    return report.value();
  }
  std::string sql(const std::string& text) { return run_sql(path_, text); }

  TempFolder folder_;
  std::string path_ = folder_ / "store.db";
  KeptLog log_;
  EngineLoop loop_;
  std::unique_ptr<SqliteStore> store_;
  Claimed claimed_;
};

TEST_F(UpkeepTest, DeletesRunsThatEndedLongAgo) {
  finished_run(1, 10);
  finished_run(2, 99'990);
  submit(creation(3, epoch()));
  const GcReport report = collect({.older_than = std::chrono::seconds(1000)});
  EXPECT_EQ(report.runs, 1);
  EXPECT_EQ(report.events, 3);
  EXPECT_EQ(sql("SELECT group_concat(run) FROM run"), "2,3");
  EXPECT_EQ(sql("SELECT count(*) FROM event WHERE run = 1"), "0");
}

TEST_F(UpkeepTest, KeepsTheLastRunsHoweverOld) {
  for (int run = 1; run <= 5; ++run) finished_run(run, run);
  EXPECT_EQ(collect({.keep_last = 2}).runs, 3);
  EXPECT_EQ(sql("SELECT group_concat(run) FROM run"), "4,5");
}

TEST_F(UpkeepTest, DeletesManyRunsInSmallTransactions) {
  for (int run = 1; run <= 250; ++run) {
    store_->submit(with_status(creation(run, epoch()), RunStatus::failed), [](Committed) {});
  }
  submit(creation(300, epoch()));
  EXPECT_EQ(collect({}).runs, 250);
}

TEST_F(UpkeepTest, DeletesPlansAndTextsThatNothingRefersTo) {
  finished_run(1, 10, std::string(100'000, 'a'));
  finished_run(2, 99'999, std::string(100'000, 'b'));
  const GcReport report = collect({.older_than = std::chrono::seconds(1000)});
  EXPECT_EQ(report.plans_and_texts, 1) << "the plan is still used";
  EXPECT_THAT(load_and_wait(loop_, *store_, RunId{2}).value().events, SizeIs(3));
  EXPECT_EQ(collect({}).plans_and_texts, 2);
}

TEST_F(UpkeepTest, DeletesCommandsDecidedLongAgoButNoneThatWaits) {
  auto reader = open_sqlite_reader(options_for(path_)).value();
  Command decided{.id = parse_uuid("00000000-0000-4000-8000-000000000001"), .at = time_at(0)};
  Command waiting{.id = parse_uuid("00000000-0000-4000-8000-000000000002"), .at = time_at(0)};
  ASSERT_TRUE(reader->send(decided));
  ASSERT_TRUE(reader->send(waiting));
  answer_of<Committed>(loop_, [&](auto done) { store_->answer({decided.id, true, {}}, done); });
  EXPECT_EQ(collect({}).commands, 1);
  EXPECT_EQ(sql("SELECT count(*) FROM command"), "1");
}

TEST_F(UpkeepTest, GivesSpaceBackToTheFileSystem) {
  for (int run = 1; run <= 20; ++run) finished_run(run, run, std::string(60'000, 'x'));
  EXPECT_GT(collect({}).bytes, 1'000'000);
}

TEST_F(UpkeepTest, NeverUsesTheNumberOfADeletedRunAgain) {
  finished_run(1, 10);
  finished_run(2, 10);
  EXPECT_EQ(collect({}).runs, 2);
  close();
  open();
  EXPECT_EQ(claimed_.next_run, 3);
}

TEST_F(UpkeepTest, VerifiesTheChainsOfAllRuns) {
  finished_run(1, 10);
  finished_run(2, 10);
  const auto verified = verify_chains(options_for(path_));
  ASSERT_TRUE(verified) << verified.error().message();
  EXPECT_EQ(verified.value().runs, 2);
  EXPECT_EQ(verified.value().events, 6);
  EXPECT_EQ(verify_chains(options_for(path_), RunId{2}).value().events, 3);
}

TEST_F(UpkeepTest, FindsTheFirstEventThatWasChanged) {
  finished_run(1, 10);
  sql("UPDATE event SET payload = '{\"text\":\"forged\"}' WHERE seq = 2");
  const auto verified = verify_chains(options_for(path_), RunId{1});
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(verified.error().message(), HasSubstr("run 1, event 2 (run.noted)"));
}

TEST_F(UpkeepTest, SaysThatThereIsNoSuchRunOrStore) {
  EXPECT_EQ(verify_chains(options_for(path_), RunId{9}).error().code(), ErrorCode::not_found);
  EXPECT_EQ(collect_garbage(options_for(folder_ / "none.db"), {}).error().code(),
            ErrorCode::not_found);
}

class RestoredTest : public UpkeepTest {
 protected:
  // Run 1 has an attempt without outcome and one with; run 2 only waits; run 3 is over.
  void SetUp() override {
    UpkeepTest::SetUp();
    submit(creation(1, epoch()));
    submit(next_event(1, epoch(), 1, {time_at(1), "fence", StepStarted{}}));
    submit(next_event(1, epoch(), 2, {time_at(2), "fence", StepSucceeded{}}));
    submit(next_event(1, epoch(), 3, {time_at(3), "copy", StepStarted{}}));
    submit(with_status(creation(2, epoch()), RunStatus::waiting, time_at(50)));
    finished_run(3, 10);
    close();
    copy_ = folder_ / "elsewhere.db";
    std::filesystem::copy_file(path_, copy_);
  }
  void open_copy() {
    path_ = copy_;
    open();
  }

  std::string copy_;
};

TEST_F(RestoredTest, OnlyReadsACopiedStore) {
  const auto store = open_sqlite_store(options_for(copy_), loop_.post(), log_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), ErrorCode::conflict);
  EXPECT_THAT(store.error().message(), HasSubstr("rung doctor --moved"));
  EXPECT_THAT(store.error().message(), HasSubstr("rung doctor --restored"));
  auto reader = open_sqlite_reader(options_for(copy_));
  ASSERT_TRUE(reader);
  EXPECT_THAT(reader.value()->runs({}).value(), SizeIs(3));
}

TEST_F(RestoredTest, OnlyReadsAStoreOfAnotherMachine) {
  SqliteOptions options = options_for(path_);
  options.host.machine_id = "machine-b";
  const auto store = open_sqlite_store(options, loop_.post(), log_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), ErrorCode::conflict);
  EXPECT_THAT(store.error().message(), HasSubstr("another machine"));
}

TEST_F(RestoredTest, TakesAStoreThatWasRenamed) {
  const std::string renamed = folder_ / "renamed.db";
  std::filesystem::rename(path_, renamed);
  path_ = renamed;
  open();
}

TEST_F(RestoredTest, TakesAnAcceptedMoveAsItIs) {
  ASSERT_TRUE(accept_moved(options_for(copy_)));
  open_copy();
  EXPECT_THAT(load_and_wait(loop_, *store_, RunId{1}).value().events, SizeIs(4));
}

TEST_F(RestoredTest, DoubtsWhatHadNoOutcomeInTheBackup) {
  const auto restored = accept_restored(options_for(copy_), time_at(1000));
  ASSERT_TRUE(restored) << restored.error().message();
  EXPECT_EQ(restored.value().runs_paused, 2);
  EXPECT_EQ(restored.value().steps_in_doubt, 1);
  open_copy();
  const Journal journal = load_and_wait(loop_, *store_, RunId{1}).value();
  ASSERT_THAT(journal.events, SizeIs(7));
  EXPECT_EQ(std::get<AttemptEnded>(journal.events[4].payload).end, AttemptEnd::unknown);
  EXPECT_EQ(journal.events[5].step, "copy");
  EXPECT_TRUE(std::holds_alternative<StepInDoubt>(journal.events[5].payload));
  EXPECT_EQ(std::get<RunPaused>(journal.events[6].payload).reason, PauseReason::changed);
  EXPECT_EQ(journal.summary.status, RunStatus::in_doubt);
}

// Run 4 was about to try `move` again, and asked what became of `swap`.
TEST_F(RestoredTest, DoubtsWhatMayHaveBeenTriedAgainAfterTheBackup) {
  path_ = folder_ / "store.db";
  open();
  submit(creation(4, epoch()));
  submit(next_event(4, epoch(), 1, {time_at(1), "move", StepStarted{}}));
  submit(next_event(4, epoch(), 2, {time_at(2), "move", AttemptEnded{}}));
  submit(next_event(4, epoch(), 3, {time_at(2), "move", RetryScheduled{}}));
  submit(next_event(4, epoch(), 4, {time_at(3), "swap", StepStarted{}}));
  submit(next_event(4, epoch(), 5, {time_at(4), "swap", AttemptEnded{.end = AttemptEnd::unknown}}));
  close();
  std::filesystem::copy_file(path_, copy_, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(accept_restored(options_for(copy_), time_at(1000)).value().steps_in_doubt, 3);
  open_copy();
  const Journal journal = load_and_wait(loop_, *store_, RunId{4}).value();
  ASSERT_THAT(journal.events, SizeIs(9));
  EXPECT_EQ(journal.events[6].step, "move");
  EXPECT_TRUE(std::holds_alternative<StepInDoubt>(journal.events[6].payload));
  EXPECT_EQ(journal.events[7].step, "swap");
  EXPECT_TRUE(std::holds_alternative<StepInDoubt>(journal.events[7].payload));
}

TEST_F(RestoredTest, PausesARunThatOnlyWaited) {
  ASSERT_TRUE(accept_restored(options_for(copy_), time_at(1000)));
  open_copy();
  const Journal journal = load_and_wait(loop_, *store_, RunId{2}).value();
  EXPECT_EQ(journal.summary.status, RunStatus::paused);
  EXPECT_EQ(journal.summary.wake_at, std::nullopt);
  EXPECT_THAT(load_and_wait(loop_, *store_, RunId{3}).value().events, SizeIs(3));
}

TEST_F(RestoredTest, DoubtsAStepThatWasGivenOtherInputsForItsNextTry) {
  path_ = folder_ / "store.db";
  open();
  submit(creation(4, epoch()));
  submit(next_event(4, epoch(), 1, {time_at(1), "move", StepStarted{}}));
  submit(next_event(4, epoch(), 2, {time_at(2), "move", RetryScheduled{}}));
  submit(next_event(4, epoch(), 3, {time_at(3), "move", StepCorrected{}}));
  close();
  std::filesystem::copy_file(path_, copy_, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(accept_restored(options_for(copy_), time_at(1000)).value().steps_in_doubt, 2);
}

// Run 4 was paused, and then undone: the undo goes on in the backup.
TEST_F(RestoredTest, PausesARunThatWasPausedBeforeItsEndBegan) {
  path_ = folder_ / "store.db";
  open();
  submit(creation(4, epoch()));
  submit(next_event(4, epoch(), 1, {time_at(1), "", RunPaused{}}));
  submit(next_event(4, epoch(), 2, {time_at(2), "", RunEnding{.ending = Ending::undo}}));
  close();
  std::filesystem::copy_file(path_, copy_, std::filesystem::copy_options::overwrite_existing);
  ASSERT_TRUE(accept_restored(options_for(copy_), time_at(1000)));
  open_copy();
  const Journal journal = load_and_wait(loop_, *store_, RunId{4}).value();
  EXPECT_TRUE(std::holds_alternative<RunPaused>(journal.events.back().payload));
}

TEST_F(RestoredTest, NoticesABackupThatWasPutInThePlaceOfTheStore) {
  open();
  submit(a_start(2, epoch(), 1));
  close();
  // Over the file, so that it stays the same inode.
  std::filesystem::copy_file(copy_, path_, std::filesystem::copy_options::overwrite_existing);
  const auto store = open_sqlite_store(options_for(path_), loop_.post(), log_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), ErrorCode::conflict);
  EXPECT_THAT(store.error().message(), HasSubstr("a backup was put in its place"));
  ASSERT_TRUE(accept_restored(options_for(path_), time_at(1000)));
  open();
}

}  // namespace
}  // namespace rung::state
