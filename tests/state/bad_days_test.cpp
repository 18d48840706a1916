#include "state/sqlite_schema.h"
#include "state/upkeep.h"
#include "tests/state/power_cut_vfs.h"
#include "tests/state/sqlite_fixture.h"
#include "tests/state/writes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace rung::state {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

mode_t rights_of(const std::string& path) {
  struct stat file {};
  return ::stat(path.c_str(), &file) == 0 ? file.st_mode & 0777 : 0;
}

class BadDay : public ::testing::Test {
 protected:
  Result<std::unique_ptr<SqliteStore>> try_open() {
    return open_sqlite_store(options_, loop_.post(), log_);
  }
  void open() {
    auto store = try_open();
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(store).value();
    store_->on_state([this](StoreState state, const std::string& reason) {
      states_.push_back(state);
      reasons_.push_back(reason);
    });
    epoch_ = claim_and_wait(loop_, *store_).value().epoch;
  }
  void make_store() {
    open();
    ASSERT_EQ(submit(creation(1, epoch_)), Committed::committed);
    ASSERT_EQ(submit(a_start(1, epoch_, 1)), Committed::committed);
    store_.reset();
  }
  Committed submit(RunWrite write) { return submit_and_wait(loop_, *store_, std::move(write)); }
  void wait_for(StoreState state) {
    ASSERT_TRUE(loop_.run_until([&] { return !states_.empty() && states_.back() == state; }));
  }
  Error refusal() {
    const auto store = try_open();
    EXPECT_FALSE(store);
    return store ? Error{ErrorCode::invalid, "it opened"} : store.error();
  }

  TempFolder folder_;
  SqliteOptions options_ = options_for(folder_ / "store.db");
  KeptLog log_;
  EngineLoop loop_;
  std::unique_ptr<SqliteStore> store_;
  Epoch epoch_;
  std::vector<StoreState> states_;
  std::vector<std::string> reasons_;
};

// Files that are no store of ours, or not any more.

TEST_F(BadDay, RefusesAStoreOfANewerRungWithoutTouchingIt) {
  make_store();
  run_sql(options_.path, "PRAGMA user_version = 99");
  const auto before = std::filesystem::last_write_time(options_.path);
  const Error error = refusal();
  EXPECT_EQ(error.code(), ErrorCode::conflict);
  EXPECT_THAT(error.message(), HasSubstr("format 99"));
  EXPECT_THAT(error.message(), HasSubstr("a newer rung wrote it"));
  EXPECT_EQ(std::filesystem::last_write_time(options_.path), before);
  EXPECT_EQ(open_sqlite_reader(options_).error().code(), ErrorCode::conflict);
}

TEST_F(BadDay, RefusesAFileThatIsNoDatabase) {
  std::ofstream(options_.path) << std::string(10'000, 'x');
  const Error error = refusal();
  EXPECT_EQ(error.code(), ErrorCode::corrupt);
  EXPECT_THAT(error.message(), HasSubstr(options_.path));
  EXPECT_EQ(open_sqlite_reader(options_).error().code(), ErrorCode::corrupt);
}

TEST_F(BadDay, RefusesADatabaseOfAnotherProgram) {
  run_sql(options_.path, "CREATE TABLE customers (name TEXT)");
  const Error error = refusal();
  EXPECT_EQ(error.code(), ErrorCode::corrupt);
  EXPECT_THAT(error.message(), HasSubstr("another program"));
  EXPECT_EQ(run_sql(options_.path, "SELECT count(*) FROM sqlite_schema"), "1");
}

TEST_F(BadDay, TakesAnEmptyFileForANewStore) {
  std::ofstream(options_.path) << "";
  open();
  EXPECT_EQ(submit(creation(1, epoch_)), Committed::committed);
}

TEST_F(BadDay, LetsNobodyButItsOwnerReadAnyFileOfTheStore) {
  const mode_t before = ::umask(022);
  open();
  ASSERT_EQ(submit(creation(1, epoch_)), Committed::committed);
  ::umask(before);
  for (const char* ending : {"", "-wal", "-shm"}) {
    EXPECT_EQ(rights_of(options_.path + ending), 0600u) << ending;
  }
}

TEST_F(BadDay, SaysThatATruncatedStoreIsDamaged) {
  make_store();
  std::filesystem::resize_file(options_.path, 3 * 4096);
  const auto verified = verify_chains(options_);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code(), ErrorCode::corrupt);
}

TEST_F(BadDay, NamesTheRunThatADamagedPageHit) {
  make_store();
  std::fstream file(options_.path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t step = bytes.find("step1");
  ASSERT_NE(step, std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(step));
  file << "stepX";
  file.close();
  open();
  const auto journal = load_and_wait(loop_, *store_, RunId{1});
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(journal.error().message(), HasSubstr("run 1, event 2"));
  EXPECT_EQ(submit(creation(2, epoch_)), Committed::committed) << "other runs go on";
}

TEST_F(BadDay, SaysToReadersThatThereIsNoStoreYet) {
  const auto reader = open_sqlite_reader(options_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code(), ErrorCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(options_.path));
}

// Folders and files that cannot be written.

class WithoutRights {
 public:
  WithoutRights() {
    if (::geteuid() == 0) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  ~WithoutRights() {
    if (::getuid() == 0) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
  WithoutRights(const WithoutRights&) = delete;
  WithoutRights& operator=(const WithoutRights&) = delete;
};

TEST_F(BadDay, SaysThatTheFolderCannotBeWritten) {
  ::chmod(folder_.path().c_str(), 0555);
  const WithoutRights nobody;
  const Error error = refusal();
  EXPECT_EQ(error.code(), ErrorCode::unavailable);
  EXPECT_THAT(error.message(), HasSubstr("cannot be written"));
  EXPECT_THAT(error.message(), HasSubstr("--store"));
}

// To whoever `WithoutRights` is: the store is their own.
void give_away(const std::string& folder) {
  if (::geteuid() != 0) return;
  EXPECT_EQ(::chown(folder.c_str(), 65534, 65534), 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    EXPECT_EQ(::lchown(entry.path().c_str(), 65534, 65534), 0);
}

TEST_F(BadDay, SaysThatTheStoreIsReadOnly) {
  make_store();
  ::chmod(options_.path.c_str(), 0444);
  give_away(folder_.path());
  const WithoutRights nobody;
  const Error error = refusal();
  EXPECT_EQ(error.code(), ErrorCode::denied);
  EXPECT_THAT(error.message(), HasSubstr("read-only"));
}

// Disks that fail under a running store.

class FailingDisk : public BadDay {
 protected:
  void SetUp() override {
    options_.vfs = disk_.vfs();
    open();
    ASSERT_EQ(submit(creation(1, epoch_)), Committed::committed);
  }
  void TearDown() override { store_.reset(); }
  PowerCutDisk disk_;
};

TEST_F(FailingDisk, WritesAgainAfterOneFailedSync) {
  disk_.fail(PowerCutDisk::Fault::sync_error, 1);
  EXPECT_EQ(submit(a_start(1, epoch_, 1)), Committed::committed);
  wait_for(StoreState::up);
  EXPECT_THAT(states_, ElementsAre(StoreState::down, StoreState::up));
  EXPECT_THAT(load_and_wait(loop_, *store_, RunId{1}).value().events, SizeIs(2));
  EXPECT_EQ(submit(a_success(1, epoch_, 2)), Committed::committed);
}

TEST_F(FailingDisk, WritesAgainAfterOneFailedWrite) {
  disk_.fail(PowerCutDisk::Fault::write_error, 1);
  EXPECT_EQ(submit(a_start(1, epoch_, 1)), Committed::committed);
  wait_for(StoreState::up);
  EXPECT_EQ(submit(a_success(1, epoch_, 2)), Committed::committed);
}

TEST_F(FailingDisk, MissesNoRunThatWasDeletedAfterItsEnd) {
  ASSERT_EQ(submit(with_status(a_success(1, epoch_, 1), RunStatus::succeeded)),
            Committed::committed);
  ASSERT_EQ(submit(next_event(1, epoch_, 2, {time_at(3), "", RunNoted{.text = "well done"}})),
            Committed::committed);
  ASSERT_TRUE(collect_garbage(options_, {.now = time_at(1'000'000)}));
  disk_.fail(PowerCutDisk::Fault::sync_error, 1);
  EXPECT_EQ(submit(creation(2, epoch_)), Committed::committed);
}

TEST_F(FailingDisk, AnswersNothingItDoesNotKnowAndComesBack) {
  disk_.fail(PowerCutDisk::Fault::sync_error, -1);
  std::optional<Committed> answer;
  store_->submit(a_start(1, epoch_, 1), [&](Committed given) { answer = given; });
  wait_for(StoreState::down);
  EXPECT_FALSE(answer);
  EXPECT_THAT(reasons_.back(), HasSubstr("disk I/O error"));
  disk_.fail(PowerCutDisk::Fault::sync_error, 0);
  wait_for(StoreState::up);
  ASSERT_TRUE(answer);
  const std::size_t expected = *answer == Committed::committed ? 2 : 1;
  EXPECT_THAT(load_and_wait(loop_, *store_, RunId{1}).value().events, SizeIs(expected));
  if (expected == 1) {
    EXPECT_EQ(submit(a_start(1, epoch_, 1)), Committed::committed);
  }
  EXPECT_EQ(submit(a_success(1, epoch_, 2)), Committed::committed);
}

TEST_F(FailingDisk, RefusesBehindWhatItRefused) {
  disk_.fail(PowerCutDisk::Fault::write_error, -1);
  std::vector<Committed> answers;
  const auto keep = [&](Committed given) { answers.push_back(given); };
  store_->submit(a_start(1, epoch_, 1), keep);
  // By then it tried again at once, in vain, and then each second.
  ASSERT_TRUE(disk_.wait_for_faults(8));
  store_->submit(a_success(1, epoch_, 2), keep);
  disk_.fail(PowerCutDisk::Fault::write_error, 0);
  wait_for(StoreState::up);
  ASSERT_TRUE(loop_.run_until([&] { return answers.size() == 2; }));
  EXPECT_THAT(answers, ElementsAre(Committed::store_down, Committed::store_down));
  EXPECT_EQ(submit(a_start(1, epoch_, 1)), Committed::committed);
}

TEST_F(FailingDisk, FreesItsReserveOnAFullDiskAndRecordsTheOutcome) {
  const std::string ballast = options_.path + ".ballast";
  ASSERT_EQ(std::filesystem::file_size(ballast), 4U * 1024 * 1024);
  disk_.fail(PowerCutDisk::Fault::write_full, 1);
  EXPECT_EQ(submit(a_success(1, epoch_, 1)), Committed::committed);
  ASSERT_FALSE(states_.empty());
  EXPECT_EQ(states_.front(), StoreState::low_space);
  EXPECT_THAT(reasons_.front(), HasSubstr("free some space"));
  wait_for(StoreState::up);
  EXPECT_EQ(std::filesystem::file_size(ballast), 4U * 1024 * 1024);
}

TEST_F(FailingDisk, IsDownWhileTheDiskStaysFull) {
  disk_.fail(PowerCutDisk::Fault::write_full, -1);
  std::optional<Committed> answer;
  store_->submit(a_start(1, epoch_, 1), [&](Committed given) { answer = given; });
  wait_for(StoreState::down);
  disk_.fail(PowerCutDisk::Fault::write_full, 0);
  wait_for(StoreState::up);
  EXPECT_EQ(answer, Committed::store_down);
  EXPECT_EQ(submit(a_start(1, epoch_, 1)), Committed::committed);
}

TEST_F(FailingDisk, EndsWhileItIsDown) {
  disk_.fail(PowerCutDisk::Fault::sync_error, -1);
  store_->submit(a_start(1, epoch_, 1), [](Committed) {});
  wait_for(StoreState::down);
  store_.reset();
}

TEST_F(FailingDisk, IsLostWhereAnAcknowledgedEventIsGone) {
  {
    Database other = Database::open(options_.path, Database::Mode::existing, options_.vfs).value();
    ASSERT_TRUE(other.execute("DELETE FROM event"));
  }
  disk_.fail(PowerCutDisk::Fault::sync_error, 1);
  EXPECT_EQ(submit(a_start(1, epoch_, 1)), Committed::store_down);
  wait_for(StoreState::lost);
  EXPECT_THAT(reasons_.back(), HasSubstr("lost event 1 of run 1, which it had acknowledged"));
  EXPECT_EQ(submit(a_start(1, epoch_, 1)), Committed::store_down);
}

// A real full disk, where this user may mount one.
class TinyDisk : public BadDay {
 protected:
  void SetUp() override {
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=6m") != 0) {
      GTEST_SKIP() << "needs the right to mount";
    }
    is_mounted_ = true;
  }
  void TearDown() override {
    store_.reset();
    if (is_mounted_) ::umount(folder_.path().c_str());
  }
  bool is_mounted_ = false;
};

TEST_F(TinyDisk, KeepsEverythingAcknowledgedAndGoesOnWhenThereIsRoom) {
  open();
  ASSERT_EQ(submit(creation(1, epoch_)), Committed::committed);
  std::int64_t length = 1;
  Committed answer = Committed::committed;
  while (answer == Committed::committed && length < 1000) {
    answer = submit(next_event(1, epoch_, length,
                               {time_at(length), "", RunNoted{.text = std::string(50'000, 'x')}}));
    if (answer == Committed::committed) ++length;
  }
  EXPECT_EQ(answer, Committed::store_down);
  EXPECT_THAT(states_, Contains(StoreState::low_space));
  std::cout << "[ MEASURE  ] full after " << length << " events of 50 kB\n";
  ::mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT, "size=64m");
  wait_for(StoreState::up);
  EXPECT_EQ(submit(a_start(1, epoch_, length)), Committed::committed);
  const auto journal = load_and_wait(loop_, *store_, RunId{1});
  ASSERT_TRUE(journal) << journal.error().message();
  EXPECT_EQ(static_cast<std::int64_t>(journal.value().events.size()), length + 1);
}

// Changes of the format.

constexpr const char* kOld = "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)";
Result<void> nothing(Database&) {
  return success();
}

class MigrationTest : public BadDay {
 protected:
  Database database() {
    return Database::open(options_.path, Database::Mode::create, nullptr).value();
  }
};

TEST_F(MigrationTest, CopiesTheStoreBeforeItChangesTheFormat) {
  constexpr std::array old{Migration{1, kOld}};
  constexpr std::array grown{Migration{1, kOld}, Migration{2, "ALTER TABLE a ADD COLUMN y"}};
  {
    Database first = database();
    ASSERT_TRUE(bring_up_to_date(first, nothing, old));
  }
  Database again = database();
  ASSERT_TRUE(bring_up_to_date(again, nothing, grown));
  EXPECT_EQ(again.integer("PRAGMA user_version").value(), 2);
  EXPECT_EQ(run_sql(options_.path + ".before-v1", "PRAGMA user_version"), "1");
  EXPECT_EQ(run_sql(options_.path + ".before-v1", "SELECT x FROM a"), "1");
  EXPECT_EQ(rights_of(options_.path + ".before-v1"), 0600u);
}

TEST_F(MigrationTest, KeepsTheLocksOfRunsWhenGroupsCanHaveSomeToo) {
  {
    Database first = database();
    ASSERT_TRUE(bring_up_to_date(first, nothing, migrations().first(3)));
    ASSERT_TRUE(
        first.execute("INSERT INTO lock VALUES (7, 'pg:orders', 0, 11, NULL), "
                      "(8, 'site:east', 1, 12, 13)"));
  }
  Database again = database();
  ASSERT_TRUE(bring_up_to_date(again, nothing));
  EXPECT_EQ(again.integer("PRAGMA user_version").value(), 4);
  EXPECT_EQ(run_sql(options_.path,
                    "SELECT group_concat(run || step || name || shared || asked_at || "
                    "ifnull(taken_at, '-')) FROM lock"),
            "7pg:orders011-,8site:east11213");
  EXPECT_EQ(run_sql(options_.path + ".before-v3", "PRAGMA user_version"), "3");
}

TEST_F(MigrationTest, LeavesTheStoreAsItWasWhenAStepFails) {
  constexpr std::array old{Migration{1, kOld}};
  constexpr std::array broken{Migration{1, kOld}, Migration{2, "ALTER TABLE a ADD COLUMN y"},
                              Migration{3, "ALTER TABLE none ADD COLUMN y"}};
  Database database = this->database();
  ASSERT_TRUE(bring_up_to_date(database, nothing, old));
  EXPECT_FALSE(bring_up_to_date(database, nothing, broken));
  EXPECT_EQ(database.integer("PRAGMA user_version").value(), 1);
  EXPECT_FALSE(database.prepare("SELECT y FROM a"));
}

TEST_F(MigrationTest, RefusesToOverwriteAnOlderCopy) {
  constexpr std::array old{Migration{1, kOld}};
  constexpr std::array grown{Migration{1, kOld}, Migration{2, "ALTER TABLE a ADD COLUMN y"}};
  std::ofstream(options_.path + ".before-v1") << "precious";
  Database database = this->database();
  ASSERT_TRUE(bring_up_to_date(database, nothing, old));
  const auto changed = bring_up_to_date(database, nothing, grown);
  ASSERT_FALSE(changed);
  EXPECT_THAT(changed.error().message(), HasSubstr("move an older copy of that name away"));
}

}  // namespace
}  // namespace rung::state
