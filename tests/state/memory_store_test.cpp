#include "state/memory_store.h"

#include "tests/state/engine_loop.h"
#include "tests/state/writes.h"

#include <gtest/gtest.h>

namespace rung::state {
namespace {

class MemoryStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<MemoryStore> open(MemoryFaults faults = {}) {
    auto store = open_memory_store(disk_, loop_.post(), std::move(faults));
    epoch_ = claim_and_wait(loop_, *store).value().epoch;
    return store;
  }
  // The engine dies before it hears of anything that it did not wait for.
  void die(std::unique_ptr<MemoryStore> store) {
    store.reset();
    loop_.drop_all();
  }

  EngineLoop loop_;
  std::shared_ptr<MemoryDisk> disk_ = make_memory_disk({});
  Epoch epoch_;
};

TEST_F(MemoryStoreTest, LosesAWriteWhoseCompletionNeverRan) {
  auto store = open();
  store->submit(creation(1, epoch_), [](Committed) {});
  die(std::move(store));
  EXPECT_EQ(event_count(*disk_), 0U);
}

TEST_F(MemoryStoreTest, KeepsAWriteThatReachedTheDiskThoughNobodyWasTold) {
  auto store = open({.answer = {}, .reach = [](const RunWrite&) { return Reach::at_submit; }});
  bool was_told = false;
  store->submit(creation(1, epoch_), [&](Committed) { was_told = true; });
  die(std::move(store));
  EXPECT_EQ(event_count(*disk_), 1U);
  EXPECT_FALSE(was_told);
}

TEST_F(MemoryStoreTest, NeverReachesTheDiskOutOfOrder) {
  auto store = open({.answer = {}, .reach = [](const RunWrite& write) {
                       return write.expected.number == 1 ? Reach::at_submit : Reach::at_completion;
                     }});
  store->submit(creation(1, epoch_), [](Committed) {});
  store->submit(a_start(1, epoch_, 1), [](Committed) {});
  store->submit(a_success(1, epoch_, 2), [](Committed) {});
  die(std::move(store));
  EXPECT_EQ(event_count(*disk_), 2U);
}

TEST_F(MemoryStoreTest, DoesNothingInTheNameOfADeadEngine) {
  auto store = open();
  bool was_told = false;
  store->submit(creation(1, epoch_), [&](Committed) { was_told = true; });
  store.reset();
  auto next = open();
  EXPECT_FALSE(was_told);
  EXPECT_EQ(event_count(*disk_), 0U);
}

TEST_F(MemoryStoreTest, AnswersAsTheSimulatorWants) {
  Committed answer = Committed::store_down;
  auto store = open({.answer = [&](const RunWrite&) { return answer; }, .reach = {}});
  EXPECT_EQ(submit_and_wait(loop_, *store, creation(1, epoch_)), Committed::store_down);
  EXPECT_EQ(event_count(*disk_), 0U);
  answer = Committed::committed;
  EXPECT_EQ(submit_and_wait(loop_, *store, creation(1, epoch_)), Committed::committed);
}

TEST_F(MemoryStoreTest, RefusesEverythingWhileItIsDown) {
  auto store = open();
  std::vector<StoreState> states;
  store->on_state([&](StoreState state, const std::string&) { states.push_back(state); });
  store->enter(StoreState::down, "the disk is away");
  EXPECT_EQ(submit_and_wait(loop_, *store, creation(1, epoch_)), Committed::store_down);
  EXPECT_EQ(load_and_wait(loop_, *store, RunId{1}).error().code(), ErrorCode::unavailable);
  store->enter(StoreState::up, "");
  EXPECT_EQ(submit_and_wait(loop_, *store, creation(1, epoch_)), Committed::committed);
  EXPECT_EQ(states, (std::vector{StoreState::down, StoreState::up}));
}

}  // namespace
}  // namespace rung::state
