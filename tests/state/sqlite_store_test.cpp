#include "state/sqlite_store.h"

#include "tests/state/sqlite_fixture.h"
#include "tests/state/writes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

namespace rung::state {
namespace {

using ::testing::HasSubstr;

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto store = open_sqlite_store(options_for(path_), loop_.post(), log_);
    EXPECT_TRUE(store) << store.error().message();
    epoch_ = claim_and_wait(loop_, *store.value()).value().epoch;
    return std::move(store).value();
  }
  std::int64_t number(const std::string& sql) { return std::stoll(run_sql(path_, sql)); }
  // Pages in use, after the log was taken over.
  std::int64_t bytes() {
    run_sql(path_, "PRAGMA wal_checkpoint(TRUNCATE)");
    return 4096 * (number("PRAGMA page_count") - number("PRAGMA freelist_count"));
  }

  TempFolder folder_;
  std::string path_ = folder_ / "store.db";
  KeptLog log_;
  EngineLoop loop_;
  Epoch epoch_;
};

// A step with the intent and the outcome of a no-op of class once.
void submit_step(Store& store, std::int64_t run, Epoch epoch, int step, int& open) {
  const auto count_down = [&open](Committed answer) {
    EXPECT_EQ(answer, Committed::committed);
    --open;
  };
  open += 2;
  store.submit(a_start(run, epoch, 1 + 2L * step), count_down);
  store.submit(a_success(run, epoch, 2 + 2L * step), count_down);
}

TEST_F(SqliteStoreTest, KeepsANoOpStepInTwoHundredBytes) {
  const auto store = open();
  constexpr int kRuns = 200;
  constexpr int kSteps = 50;
  int open = 0;
  for (int run = 1; run <= kRuns; ++run) submit_and_wait(loop_, *store, creation(run, epoch_));
  const std::int64_t before = bytes();
  for (int step = 0; step < kSteps; ++step) {
    for (int run = 1; run <= kRuns; ++run) submit_step(*store, run, epoch_, step, open);
    ASSERT_TRUE(loop_.run_until([&] { return open == 0; }));
  }
  const double per_step = static_cast<double>(bytes() - before) / (kRuns * kSteps);
  std::cout << "[ MEASURE  ] " << per_step << " bytes of store for a no-op step\n";
  EXPECT_LE(per_step, 200);
}

TEST_F(SqliteStoreTest, SyncsOnceForEachSequentialStep) {
  const auto store = open();
  submit_and_wait(loop_, *store, creation(1, epoch_));
  const StoreCounts before = store->counts();
  for (int i = 1; i <= 300; ++i) submit_and_wait(loop_, *store, a_start(1, epoch_, i));
  const StoreCounts after = store->counts();
  EXPECT_EQ(after.commits - before.commits, 300);
  EXPECT_EQ(after.syncs - before.syncs, 300);
  EXPECT_EQ(after.rows - before.rows, 300);
}

TEST_F(SqliteStoreTest, CommitsWhatQueuesMeanwhileInOneTransaction) {
  const auto store = open();
  submit_and_wait(loop_, *store, creation(1, epoch_));
  int open = 0;
  for (int step = 0; step < 500; ++step) submit_step(*store, 1, epoch_, step, open);
  ASSERT_TRUE(loop_.run_until([&] { return open == 0; }));
  EXPECT_LT(store->counts().commits, 200);
}

TEST_F(SqliteStoreTest, LetsWhatACompletionSetsGoingComeBeforeTheRestOfItsBatch) {
  const auto store = open();
  submit_and_wait(loop_, *store, creation(1, epoch_));
  int told = 0;
  int told_before = 0;
  for (int i = 1; i <= 500; ++i) {
    RunWrite write = a_start(1, epoch_, i);
    write.barrier = i < 500 ? Barrier::lazy : Barrier::barrier;
    store->submit(std::move(write), [&](Committed) {
      if (++told == 1) loop_.post()([&] { told_before = told; });
    });
  }
  ASSERT_TRUE(loop_.run_until([&] { return told == 500; }));
  EXPECT_LT(told_before, 500);
}

TEST_F(SqliteStoreTest, GathersLazyWritesUntilSomethingIsUrgent) {
  const auto store = open();
  submit_and_wait(loop_, *store, creation(1, epoch_));
  const StoreCounts before = store->counts();
  for (int i = 1; i < 100; ++i) {
    RunWrite write = a_start(1, epoch_, i);
    write.barrier = Barrier::lazy;
    store->submit(std::move(write), [](Committed) {});
  }
  submit_and_wait(loop_, *store, a_start(1, epoch_, 100));
  EXPECT_LE(store->counts().commits - before.commits, 3);
}

TEST_F(SqliteStoreTest, WritesWhatWasSubmittedBeforeItEnds) {
  auto store = open();
  RunWrite write = creation(1, epoch_);
  write.barrier = Barrier::lazy;
  store->submit(std::move(write), [](Committed) { FAIL() << "nobody is there to be told"; });
  store.reset();
  loop_.drop_all();
  store = open();
  EXPECT_TRUE(load_and_wait(loop_, *store, RunId{1}));
}

TEST_F(SqliteStoreTest, KeepsTheLogBelowSixtyFourMebibytesUnderLoad) {
  const auto store = open();
  submit_and_wait(loop_, *store, creation(1, epoch_));
  const std::string text(60'000, 'x');
  int open = 0;
  std::uintmax_t largest = 0;
  for (int i = 1; i <= 2'500; ++i) {
    ++open;
    store->submit(next_event(1, epoch_, i, {time_at(i), "", RunNoted{.text = text}}),
                  [&](Committed) { --open; });
    if (i % 100 != 0) continue;
    ASSERT_TRUE(loop_.run_until([&] { return open == 0; }));
    largest = std::max(largest, std::filesystem::file_size(path_ + "-wal"));
  }
  std::cout << "[ MEASURE  ] largest log " << largest / 1'048'576 << " MiB\n";
  EXPECT_LE(largest, 64U * 1'048'576U);
  EXPECT_GE(store->counts().checkpoints, 1);
}

TEST_F(SqliteStoreTest, SetsItsFileUpAsThePromisesNeed) {
  const auto store = open();
  EXPECT_EQ(number("PRAGMA application_id"), 0x52554e47);
  EXPECT_EQ(number("PRAGMA user_version"), 4);
  EXPECT_EQ(number("PRAGMA auto_vacuum"), 2);
  EXPECT_EQ(run_sql(path_, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(run_sql(path_, "PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteStoreTest, FindsWhatIsDueByTheIndexOfUnfinishedRuns) {
  const auto store = open();
  EXPECT_THAT(run_sql(path_, "SELECT group_concat(sql) FROM sqlite_schema"),
              HasSubstr("run_unfinished ON run (status, wake_at) WHERE status < 7"));
}

}  // namespace
}  // namespace rung::state
