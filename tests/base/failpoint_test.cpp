#include "base/failpoint.h"

#include "base/durable_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace rung::failpoint {
namespace {

class FailpointTest : public testing::Test {
 protected:
  FailpointTest() {
    std::string name = testing::TempDir() + "failpoint-XXXXXX";
    const int fd = mkstemp(name.data());
    close(fd);
    record_ = name;
  }

  ~FailpointTest() override {
    unsetenv("RUNG_FAILPOINT");
    unsetenv("RUNG_FAILPOINT_RECORD");
    configure_from_environment();
    unlink(record_.c_str());
  }

  void configure(const char* rules) {
    setenv("RUNG_FAILPOINT", rules, 1);
    configure_from_environment();
  }

  void record() {
    setenv("RUNG_FAILPOINT_RECORD", record_.c_str(), 1);
    configure_from_environment();
  }

  std::string recorded() const { return read_file(record_, 1 << 20).value(); }

  std::string record_;
};

TEST_F(FailpointTest, IsOffWithoutTheEnvironment) {
  configure_from_environment();
  EXPECT_FALSE(enabled.load());
  EXPECT_EQ(reach("store.commit"), Fault::none);
}

TEST_F(FailpointTest, KillsOnceForAllThatShareAFile) {
  const std::string once = record_ + ".once";
  setenv("RUNG_FAILPOINT_ONCE", once.c_str(), 1);
  configure("store.commit=kill");
  EXPECT_EXIT(reach("store.commit"), testing::KilledBySignal(SIGKILL), "");
  configure("store.commit=kill");
  EXPECT_EQ(reach("store.commit"), Fault::none);
  unsetenv("RUNG_FAILPOINT_ONCE");
  unlink(once.c_str());
}

TEST_F(FailpointTest, ActsAtTheFirstHitOnly) {
  configure("store.commit=eio");
  EXPECT_EQ(reach("store.sync"), Fault::none);
  EXPECT_EQ(reach("store.commit"), Fault::eio);
  EXPECT_EQ(reach("store.commit"), Fault::none);
}

TEST_F(FailpointTest, CountsHitsOverAllDetailsWhereNoneIsNamed) {
  configure("executor.before#3=enospc");
  EXPECT_EQ(reach("executor.before", "a"), Fault::none);
  EXPECT_EQ(reach("executor.before", "b"), Fault::none);
  EXPECT_EQ(reach("executor.before", "a"), Fault::enospc);
}

TEST_F(FailpointTest, BeginsEachDetailWithTheScopeOfTheProcess) {
  record();
  set_scope("copy.1");
  reach("step.claim");
  reach("file.write", "record");
  EXPECT_EQ(recorded(), "step.claim/copy.1#1\nfile.write/copy.1/record#1\n");
}

TEST_F(FailpointTest, CountsHitsOfTheNamedDetailOnly) {
  configure("executor.before/failover/copy.1#2=eio");
  EXPECT_EQ(reach("executor.before", "failover/copy.1"), Fault::none);
  EXPECT_EQ(reach("executor.before", "failover/copy.2"), Fault::none);
  EXPECT_EQ(reach("executor.before", "failover/copy.1"), Fault::eio);
}

TEST_F(FailpointTest, TakesSeveralRules) {
  configure("a=eio;b/x#1=enospc;");
  EXPECT_EQ(reach("b", "x"), Fault::enospc);
  EXPECT_EQ(reach("a"), Fault::eio);
}

TEST_F(FailpointTest, RecordsEachPlaceWithItsOwnCount) {
  record();
  reach("a");
  reach("b", "x/y.1");
  reach("b", "z");
  reach("a");
  EXPECT_EQ(recorded(), "a#1\nb/x/y.1#1\nb/z#1\na#2\n");
}

TEST_F(FailpointTest, RecordsWholeLinesAndEachHitOnceFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kHits = 200;
  record();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < kHits; ++j) reach("a", "b");
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string expected;
  for (int i = 1; i <= kThreads * kHits; ++i) expected += "a/b#" + std::to_string(i) + "\n";
  EXPECT_EQ(recorded(), expected);
}

TEST_F(FailpointTest, DelaysWithoutAFault) {
  configure("a=delay");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(reach("a"), Fault::none);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
}

// Ends the child at `reach` and gives how.
int status_of_child_that_reaches(const char* rules, int wait_options) {
  const pid_t child = fork();
  if (child == 0) {
    setenv("RUNG_FAILPOINT", rules, 1);
    configure_from_environment();
    reach("a");
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, wait_options);
  if (WIFSTOPPED(status)) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  return status;
}

TEST_F(FailpointTest, KillsTheProcess) {
  const int status = status_of_child_that_reaches("a=kill", 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(FailpointTest, StopsTheProcess) {
  EXPECT_TRUE(WIFSTOPPED(status_of_child_that_reaches("a=stop", WUNTRACED)));
}

class BrokenRule : public FailpointTest, public testing::WithParamInterface<const char*> {};

TEST_P(BrokenRule, EndsTheProcessInsteadOfTestingNothing) {
  const int status = status_of_child_that_reaches(GetParam(), 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 2);
}

INSTANTIATE_TEST_SUITE_P(All, BrokenRule,
                         testing::Values("a", "a=explode", "=kill", "a#0=kill", "a#x=kill",
                                         "a#=kill"));

}  // namespace
}  // namespace rung::failpoint
