#include "state/owner.h"

#include "tests/state/temp_folder.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace rung::state {
namespace {

class OwnerTest : public ::testing::Test {
 protected:
  Result<std::optional<OwnerLock>> take() {
    return OwnerLock::try_take(path_, {.who = "mila",
                                       .pid = 4711,
                                       .host = "db1",
                                       .since = TimePoint{std::chrono::seconds{1'770'000'000}}});
  }

  TempFolder folder_;
  std::string path_ = folder_ / "store.db";
};

TEST_F(OwnerTest, GivesTheLockToOneAtATime) {
  auto first = take();
  ASSERT_TRUE(first.value());
  EXPECT_FALSE(take().value());
  first.value().reset();
  EXPECT_TRUE(take().value());
}

TEST_F(OwnerTest, SaysWhoHoldsTheLock) {
  const auto lock = take();
  const auto holder = OwnerLock::holder(path_).value();
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->who, "mila");
  EXPECT_EQ(holder->pid, 4711);
  EXPECT_EQ(holder->host, "db1");
  EXPECT_EQ(holder->since, TimePoint{std::chrono::seconds{1'770'000'000}});
}

TEST_F(OwnerTest, HasNoHolderWhereNobodyHoldsTheLock) {
  EXPECT_FALSE(OwnerLock::holder(path_).value());
  take().value().reset();
  EXPECT_FALSE(OwnerLock::holder(path_).value());
}

TEST_F(OwnerTest, LetsGoWhenTheHolderIsKilled) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = take();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(take().value());
}

TEST_F(OwnerTest, DoesNotPassTheLockToAProgramThatIsStarted) {
  auto lock = take();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[0], 0);
    ::close(ends[1]);
    ::execlp("cat", "cat", nullptr);
    ::_exit(127);
  }
  // The child is `cat` once it has closed what is close-on-exec; then it waits for our end.
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  lock.value().reset();
  std::optional<OwnerLock> again;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!again && std::chrono::steady_clock::now() < deadline) again = std::move(take().value());
  EXPECT_TRUE(again);
  ::close(ends[1]);
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
}

TEST_F(OwnerTest, SaysThatTheFolderCannotBeMade) {
  std::ofstream(folder_ / "file") << "x";
  path_ = folder_ / "file/store.db";
  const auto lock = take();
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().message().find("file"), std::string::npos);
}

bool is_readable(int fd) {
  struct pollfd asked {
    fd, POLLIN, 0
  };
  return ::poll(&asked, 1, 0) == 1;
}

TEST_F(OwnerTest, WakesTheOwnerThroughTheFifo) {
  auto pipe = WakePipe::open(path_);
  ASSERT_TRUE(pipe);
  EXPECT_FALSE(is_readable(pipe.value().fd()));
  EXPECT_TRUE(wake_owner(path_));
  EXPECT_TRUE(wake_owner(path_));
  EXPECT_TRUE(is_readable(pipe.value().fd()));
  pipe.value().drain();
  EXPECT_FALSE(is_readable(pipe.value().fd()));
}

TEST_F(OwnerTest, KnowsThatNoOwnerListens) {
  EXPECT_FALSE(wake_owner(path_));
  { const auto pipe = WakePipe::open(path_); }
  EXPECT_FALSE(wake_owner(path_));
}

TEST_F(OwnerTest, StillWakesWhenTheFifoIsFull) {
  const auto pipe = WakePipe::open(path_);
  for (int i = 0; i < 70'000; ++i) ASSERT_TRUE(wake_owner(path_)) << i;
}

TEST_F(OwnerTest, RefusesAFileInThePlaceOfTheFifo) {
  std::ofstream(path_ + ".wake") << "x";
  const auto pipe = WakePipe::open(path_);
  ASSERT_FALSE(pipe);
  EXPECT_NE(pipe.error().message().find("not a FIFO"), std::string::npos);
}

TEST_F(OwnerTest, FollowsNoLinkThatStandsWhereItsFilesShould) {
  const std::string other = folder_ / "precious";
  std::ofstream(other) << "precious";
  std::filesystem::create_symlink(other, path_ + ".lock");
  std::filesystem::create_symlink(other, path_ + ".wake");
  EXPECT_FALSE(take());
  EXPECT_FALSE(OwnerLock::holder(path_));
  EXPECT_FALSE(WakePipe::open(path_));
  EXPECT_FALSE(wake_owner(path_));
  EXPECT_EQ(std::filesystem::file_size(other), 8U);
}

TEST_F(OwnerTest, WritesNothingIntoAFileThatStandsWhereTheFifoShould) {
  std::ofstream(path_ + ".wake") << "precious";
  EXPECT_FALSE(wake_owner(path_));
  EXPECT_EQ(std::filesystem::file_size(path_ + ".wake"), 8U);
}

}  // namespace
}  // namespace rung::state
