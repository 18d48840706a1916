#include "base/random.h"
#include "tests/state/power_cut_vfs.h"
#include "tests/state/sqlite_fixture.h"
#include "tests/state/writes.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>

namespace rung::state {
namespace {

class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};

// An engine that writes a few runs, and knows what it was told before the power failed.
class PoweredEngine {
 public:
  PoweredEngine(PowerCutDisk& disk, const std::string& path) : disk_(&disk), path_(path) {}

  struct Journal {
    std::vector<Event> submitted;
    std::size_t acknowledged = 0;
  };
  const std::map<std::int64_t, Journal>& journals() const { return journals_; }

  // A store is opened, written in batches, closed (which takes the log over), and again.
  void work() {
    for (int session = 0; session < 2 && !disk_->is_cut(); ++session) {
      if (!open()) return;
      for (int batch = 0; batch < 4 && !disk_->is_cut(); ++batch) write_batch(session * 4 + batch);
      close();
    }
  }

  // After the cut: everything acknowledged is there, nothing that was never submitted is, and the
  // store goes on. `cut_again`: the power fails once more meanwhile.
  void check() {
    ASSERT_TRUE(open()) << error_;
    for (auto& [run, journal] : journals_) check_run(run, journal);
    write_batch(100);
    close();
  }

  bool open() {
    auto store = open_sqlite_store(options(), post(), log_);
    if (!store) {
      error_ = store.error().message();
      return false;
    }
    store_ = std::move(store).value();
    std::optional<Result<Claimed>> claimed;
    store_->claim([&](Result<Claimed> answer) { claimed.emplace(std::move(answer)); });
    wait([&] { return claimed.has_value(); });
    if (!claimed || !*claimed) {
      error_ = claimed ? claimed->error().message() : "the power failed";
      close();
      return false;
    }
    epoch_ = claimed->value().epoch;
    return true;
  }

  void close() {
    store_.reset();
    loop_.drop_all();
  }

 private:
  SqliteOptions options() const {
    return {.path = path_, .host = test_host(), .vfs = disk_->vfs()};
  }

  // What the writer says after the cut, nobody hears.
  Post post() {
    return [this, to_loop = loop_.post()](std::function<void()> task) {
      if (!disk_->is_cut()) to_loop(std::move(task));
      to_loop([] {});  // so that who waits looks at the power again
    };
  }
  void wait(const std::function<bool()>& is_done) {
    ASSERT_TRUE(loop_.run_until([&] { return is_done() || disk_->is_cut(); }));
    loop_.run_ready();
  }

  void write_batch(int batch) {
    std::size_t open = 0;
    for (std::int64_t run = 1; run <= 4; ++run) {
      for (int i = 0; i < 1 + batch % 3; ++i) submit_next(run, batch, open);
    }
    wait([&] { return open == 0; });
  }

  void submit_next(std::int64_t run, int batch, std::size_t& open) {
    Journal& journal = journals_[run];
    const auto length = static_cast<std::int64_t>(journal.submitted.size());
    RunWrite write = length == 0 ? creation(run, epoch_) : a_start(run, epoch_, length);
    if (length % 5 == 4) write.events[0].payload = RunNoted{.text = std::string(70'000, 'n')};
    if (length % 3 == 2) write = with_status(std::move(write), RunStatus::waiting, time_at(batch));
    if (length > 0 && run == 2) write.barrier = Barrier::lazy;
    journal.submitted.push_back(write.events[0]);
    const std::size_t position = journal.submitted.size();
    ++open;
    store_->submit(std::move(write), [&journal, &open, position](Committed answer) {
      if (answer == Committed::committed) journal.acknowledged = position;
      --open;
    });
  }

  void check_run(std::int64_t run, Journal& journal) {
    std::optional<Result<state::Journal>> loaded;
    store_->load(RunId{run}, [&](Result<state::Journal> answer) { loaded.emplace(answer); });
    wait([&] { return loaded.has_value(); });
    ASSERT_TRUE(loaded);
    if (!*loaded) {
      ASSERT_EQ(loaded->error().code(), ErrorCode::not_found) << loaded->error().message();
      ASSERT_EQ(journal.acknowledged, 0U) << "run " << run << " is lost";
      journal.submitted.clear();
      return;
    }
    const std::vector<Event>& events = loaded->value().events;
    ASSERT_GE(events.size(), journal.acknowledged) << "run " << run;
    ASSERT_LE(events.size(), journal.submitted.size()) << "run " << run;
    journal.submitted.resize(events.size());
    ASSERT_EQ(events, journal.submitted) << "run " << run;
    journal.acknowledged = events.size();
  }

  PowerCutDisk* disk_;
  std::string path_;
  SilentLog log_;
  EngineLoop loop_;
  std::unique_ptr<SqliteStore> store_;
  Epoch epoch_;
  std::string error_;
  std::map<std::int64_t, Journal> journals_;
};

struct Totals {
  std::int64_t cuts = 0, kept = 0, lost = 0, files_lost = 0, files_back = 0, acknowledged = 0;
  void add(const PowerCutDisk::Sums& sums, const PoweredEngine& engine) {
    cuts += sums.cuts;
    kept += sums.sectors_kept;
    lost += sums.sectors_lost;
    files_lost += sums.files_lost;
    files_back += sums.files_back;
    for (const auto& [run, journal] : engine.journals()) {
      acknowledged += static_cast<std::int64_t>(journal.acknowledged);
    }
  }
  void print(const char* what) const {
    std::cout << "[ MEASURE  ] " << what << ": " << cuts << " cuts, " << acknowledged
              << " acknowledged events found, 0 lost; sectors kept " << kept << ", lost " << lost
              << "; files lost " << files_lost << ", back " << files_back << "\n";
  }
};

class PowerCut : public ::testing::Test {
 protected:
  std::int64_t operations_of_all_work() {
    PowerCutDisk disk;
    PoweredEngine engine(disk, path_);
    engine.work();
    return disk.operations();
  }
  TempFolder folder_;
  std::string path_ = folder_ / "store.db";
};

TEST_F(PowerCut, LosesNothingThatWasAcknowledgedAtAnyOperation) {
  const std::int64_t operations = operations_of_all_work();
  ASSERT_GT(operations, 100);
  constexpr std::int64_t kPoints = 150;
  Totals totals;
  for (std::int64_t point = 0; point < kPoints && !HasFatalFailure(); ++point) {
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      SCOPED_TRACE("point " + std::to_string(point) + " seed " + std::to_string(seed));
      PowerCutDisk disk;
      PoweredEngine engine(disk, path_);
      disk.cut_at(1 + point * operations / kPoints);
      engine.work();
      engine.close();
      disk.power_on(seed * 1000 + static_cast<std::uint64_t>(point));
      engine.check();
      totals.add(disk.sums(), engine);
    }
  }
  totals.print("one cut each");
}

TEST_F(PowerCut, LosesNothingWhereThePowerFailsAgainDuringRecovery) {
  const std::int64_t operations = operations_of_all_work();
  Totals totals;
  for (std::uint64_t seed = 0; seed < 120 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    PowerCutDisk disk;
    PoweredEngine engine(disk, path_);
    disk.cut_at(1 +
                static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(operations)));
    engine.work();
    engine.close();
    for (int again = 0; again < 3; ++again) {
      disk.power_on(random.next());
      disk.cut_at(1 + static_cast<std::int64_t>(random.next() % 12));
      if (engine.open()) engine.close();
      disk.cut_now();
    }
    disk.power_on(random.next());
    engine.check();
    totals.add(disk.sums(), engine);
  }
  totals.print("four cuts each");
}

}  // namespace
}  // namespace rung::state
