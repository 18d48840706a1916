#include "state/store_owner.h"

#include "state/owner.h"
#include "state/upkeep.h"
#include "tests/state/sqlite_fixture.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace rung::state {
namespace {

using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;

class StoreOwner : public ::testing::Test {
 protected:
  void has(const std::string& ending) { std::ofstream(path_ + ending) << "x"; }
  std::string refusal() {
    const auto refused = refuse_foreign_store(path_);
    EXPECT_TRUE(refused || refused.error().code() == ErrorCode::denied);
    return refused ? "" : refused.error().message();
  }

  TempFolder folder_;
  std::string path_ = folder_ / "store.db";
};

TEST_F(StoreOwner, MayUseAFolderOfTheirOwn) {
  EXPECT_EQ(refusal(), "");
  has("");
  has(".lock");
  EXPECT_EQ(refusal(), "");
}

TEST_F(StoreOwner, MayUseAFolderOfEverybodyWhereNobodyCanExchangeTheirFiles) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 01777), 0);
  EXPECT_EQ(refusal(), "");
}

TEST_F(StoreOwner, IsWarnedOfAFolderInWhichEverybodyCanExchangeTheStore) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0777), 0);
  EXPECT_THAT(refusal(), HasSubstr("chmod o-w " + folder_.path()));
}

TEST_F(StoreOwner, IsWarnedOfAStoreThatEverybodyMayWrite) {
  has("");
  ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
  EXPECT_THAT(refusal(), HasSubstr("everybody may write the store"));
}

class ForeignStore : public StoreOwner {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files to another user";
  }
  void TearDown() override { ASSERT_EQ(::seteuid(::getuid()), 0); }
  static void give_to_nobody(const std::string& path) {
    ASSERT_EQ(::lchown(path.c_str(), kNobody, static_cast<gid_t>(-1)), 0);
  }
};

TEST_F(ForeignStore, IsRefusedToRootWithTheUserWhoMay) {
  has("");
  give_to_nobody(path_);
  EXPECT_THAT(refusal(), HasSubstr("belongs to nobody"));
  EXPECT_THAT(refusal(), HasSubstr("sudo -u nobody rung"));
}

TEST_F(ForeignStore, IsRefusedToAnybodyElse) {
  has("");
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(::seteuid(kNobody), 0);
  EXPECT_THAT(refusal(), HasSubstr("belongs to root, and you are nobody"));
}

TEST_F(ForeignStore, IsNotMadeInAFolderOfAnotherUser) {
  give_to_nobody(folder_.path());
  EXPECT_THAT(refusal(), HasSubstr("the folder " + folder_.path() + " belongs to nobody"));
  path_ = folder_ / "not/there/yet/store.db";
  EXPECT_THAT(refusal(), HasSubstr("the folder " + folder_.path() + " belongs to nobody"));
}

TEST_F(ForeignStore, IsNotTouchedByWhoeverWouldDriveIt) {
  has("");
  give_to_nobody(path_);
  EXPECT_EQ(OwnerLock::try_take(path_, {}).error().code(), ErrorCode::denied);
  EXPECT_NE(::access((path_ + ".lock").c_str(), F_OK), 0);
}

class ForeignFile : public ForeignStore, public ::testing::WithParamInterface<const char*> {};

TEST_P(ForeignFile, BesideAStoreIsRefused) {
  has("");
  has(GetParam());
  give_to_nobody(path_ + GetParam());
  EXPECT_THAT(refusal(), HasSubstr(path_ + GetParam() + " belongs to nobody"));
}

TEST_P(ForeignFile, IsRefusedAsALinkToAFileOfOnesOwn) {
  has("");
  has(".mine");
  ASSERT_EQ(::symlink((path_ + ".mine").c_str(), (path_ + GetParam()).c_str()), 0);
  give_to_nobody(path_ + GetParam());
  EXPECT_THAT(refusal(), HasSubstr(path_ + GetParam() + " belongs to nobody"));
}

INSTANTIATE_TEST_SUITE_P(, ForeignFile,
                         ::testing::Values("-journal", "-wal", "-shm", ".lock", ".wake", ".ballast",
                                           ".d"),
                         [](const auto& given) { return std::string(given.param).substr(1); });

// SQLite plays a rollback journal back for whoever opens the store, also to read.
TEST_F(ForeignStore, IsNotEvenReadBesideAJournalOfSomebodyElse) {
  EngineLoop loop;
  KeptLog log;
  { ASSERT_TRUE(open_sqlite_store(options_for(path_), loop.post(), log)); }
  ASSERT_TRUE(open_sqlite_reader(options_for(path_)));
  has("-journal");
  give_to_nobody(path_ + "-journal");
  const auto reader = open_sqlite_reader(options_for(path_));
  ASSERT_FALSE(reader);
  EXPECT_THAT(reader.error().message(), HasSubstr("played back"));
}

TEST_F(ForeignStore, IsNotCleaned) {
  EngineLoop loop;
  KeptLog log;
  { ASSERT_TRUE(open_sqlite_store(options_for(path_), loop.post(), log)); }
  for (const char* ending : {"", ".ballast"}) give_to_nobody(path_ + ending);
  const auto cleaned = collect_garbage(options_for(path_), {TimePoint{}, Duration{}, 0});
  ASSERT_FALSE(cleaned);
  EXPECT_EQ(cleaned.error().code(), ErrorCode::denied);
}

TEST_F(ForeignStore, IsReadByRootWithoutAnythingOfRootsInIt) {
  EngineLoop loop;
  KeptLog log;
  { ASSERT_TRUE(open_sqlite_store(options_for(path_), loop.post(), log)); }
  for (const char* ending : {"", ".ballast"}) give_to_nobody(path_ + ending);
  const auto reader = open_sqlite_reader(options_for(path_));
  ASSERT_TRUE(reader) << reader.error().message();
  EXPECT_TRUE(reader.value()->runs({}));
  EXPECT_EQ(reader.value()->send({}).error().code(), ErrorCode::denied);
  for (const char* ending : {"-wal", "-shm"}) {
    struct stat about {};
    const bool is_there = ::stat((path_ + ending).c_str(), &about) == 0;
    EXPECT_TRUE(!is_there || about.st_uid == kNobody) << ending;
  }
}

}  // namespace
}  // namespace rung::state
