// Deadlines, cancelling, and what a command leaves running.
#include "tests/supervisor/attempt_fixture.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

namespace rung::engine::supervisor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

std::int64_t boot_in(milliseconds from_now) {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec + Duration(from_now).count();
}

class KillingTest : public AttemptTest {
 protected:
  // The process that wrote its pid into the file `name`.
  Process process_in(const std::string& name) {
    EXPECT_TRUE(comes_true([&] { return content(path(name)).ends_with('\n'); }));
    const std::optional<SeenProcess> seen = look_at_process(std::stoi(content(path(name))));
    return seen ? seen->id : Process{};
  }
  bool dies(const Process& process) {
    return comes_true([&] { return !is_alive(process); });
  }
  std::string ready() const { return "echo up > " + path("ready") + "; "; }
  void wait_until_ready() {
    ASSERT_TRUE(comes_true([&] { return exists(path("ready")); }));
  }
};

TEST_F(KillingTest, EndsACommandAtItsDeadline) {
  Job job = shell("trap 'echo asked; exit 3' TERM; while :; do sleep 0.01; done");
  job.deadline_boot_ns = boot_in(milliseconds(100));
  job.grace_ns = Duration(seconds(30)).count();
  const Exited exited = run(job);
  EXPECT_EQ(exited.reason, ExitReason::deadline);
  EXPECT_EQ(describe(exited), "stopped at its deadline");
  EXPECT_EQ(attempt_end(exited), AttemptEnd::unknown);
  EXPECT_EQ(file(job, "stdout"), "asked\n");
}

TEST_F(KillingTest, KillsACommandThatOutsitsItsGrace) {
  Job job = shell("trap '' TERM; while :; do sleep 0.01; done");
  job.deadline_boot_ns = boot_in(milliseconds(50));
  job.grace_ns = Duration(milliseconds(50)).count();
  EXPECT_EQ(run(job).status & 0x7f, SIGKILL);
}

TEST_F(KillingTest, EnforcesTheDeadlineWithNoEngineAlive) {
  Job job = command({"sleep", "300"});
  job.deadline_boot_ns = boot_in(milliseconds(300));
  OtherEngine engine(program_, job);
  wait_until_released(job);
  engine.kill();
  const Finding finding = awaited(job);
  ASSERT_EQ(finding.verdict, Verdict::ended);
  EXPECT_EQ(finding.record.exited->reason, ExitReason::deadline);
}

TEST_F(KillingTest, CancelsOnRequestWithTheGraceThatWasAskedFor) {
  Job job = shell("trap '' TERM; " + ready() + "while :; do sleep 0.01; done");
  job.grace_ns = Duration(seconds(3600)).count();
  Supervised supervised = started(job);
  wait_until_ready();
  ASSERT_TRUE(supervised.cancel(milliseconds(20)));
  const Exited exited = end_of(supervised, job);
  EXPECT_EQ(describe(exited), "stopped on request");
  EXPECT_EQ(attempt_end(exited), AttemptEnd::unknown);
}

TEST_F(KillingTest, TakesASecondRequestForLessPatience) {
  const Job job = shell("trap '' TERM; " + ready() + "while :; do sleep 0.01; done");
  Supervised supervised = started(job);
  wait_until_ready();
  ASSERT_TRUE(supervised.cancel(seconds(3600)));
  ASSERT_TRUE(supervised.cancel(seconds(0)));
  EXPECT_EQ(end_of(supervised, job).reason, ExitReason::cancelled);
}

TEST_F(KillingTest, TakesAPlainTermForARequestWithTheGraceOfTheJob) {
  const Job job = shell(ready() + "exec sleep 300");
  Supervised supervised = started(job);
  wait_until_ready();
  ASSERT_EQ(::kill(supervised.pid(), SIGTERM), 0);
  EXPECT_EQ(end_of(supervised, job).reason, ExitReason::cancelled);
}

TEST_F(KillingTest, SaysThatItCannotCancelWhatIsGone) {
  const Job job = command({"true"});
  Supervised supervised = started(job);
  end_of(supervised, job);
  EXPECT_FALSE(supervised.cancel(seconds(0)));
}

TEST_F(KillingTest, KillsDaemonsThatForkedAway) {
  const Job job = shell(
      "(setsid bash -c 'trap \"\" TERM HUP; (echo $BASHPID > deep; exec sleep 300) & exit 0' &) ;"
      "env -i setsid bash -c 'trap \"\" TERM; echo $BASHPID > clean; exec sleep 300' & sleep 300");
  Supervised supervised = started(job);
  const Process deep = process_in("deep");
  const Process clean = process_in("clean");
  ASSERT_TRUE(is_alive(deep) && is_alive(clean));
  ASSERT_TRUE(supervised.cancel(milliseconds(50)));
  const Exited exited = end_of(supervised, job);
  EXPECT_FALSE(is_alive(deep));
  EXPECT_FALSE(is_alive(clean));
  EXPECT_EQ(exited.survived, 0U);
  EXPECT_TRUE(remains(job.attempt_id).empty());
}

TEST_F(KillingTest, KillsACommandThatKeepsForking) {
  const Job job =
      shell("trap '' TERM; " + ready() +
            "for i in {1..500}; do (trap '' TERM; setsid sleep 300 &); done; sleep 300");
  Supervised supervised = started(job);
  wait_until_ready();
  ASSERT_TRUE(supervised.cancel(milliseconds(10)));
  end_of(supervised, job);
  EXPECT_TRUE(remains(job.attempt_id).empty());
}

TEST_F(KillingTest, KillsAStoppedCommand) {
  const Job job = shell(ready() + "kill -STOP $$; sleep 300");
  Supervised supervised = started(job);
  wait_until_ready();
  ASSERT_TRUE(supervised.cancel(milliseconds(100)));
  EXPECT_EQ(end_of(supervised, job).reason, ExitReason::cancelled);
}

TEST_F(KillingTest, LetsLeftoversLiveAndListsThem) {
  const Job job = shell("sleep 300 >/dev/null 2>&1 & echo $! > daemon; exit 0");
  const Exited exited = run(job);
  EXPECT_EQ(attempt_end(exited), AttemptEnd::done);
  EXPECT_EQ(exited.left, 1U);
  const std::string pid = std::to_string(process_in("daemon").pid);
  EXPECT_THAT(read_leftovers(job.folder), testing::ElementsAre(testing::StartsWith(pid + " ")));
  EXPECT_TRUE(is_alive(process_in("daemon")));
}

TEST_F(KillingTest, KillsLeftoversWhereThatIsAskedFor) {
  Job job = shell("setsid sleep 300 & echo $! > daemon; exit 0");
  job.leftovers = Leftovers::kill;
  const Exited exited = run(job);
  EXPECT_EQ(attempt_end(exited), AttemptEnd::done);
  EXPECT_EQ(exited.left, 0U);
  EXPECT_TRUE(remains(job.attempt_id).empty());
}

TEST_F(KillingTest, FailsForLeftoversWhereTheyAreForbidden) {
  Job job = shell("setsid sleep 300 & exit 0");
  job.leftovers = Leftovers::fail;
  const Exited exited = run(job);
  EXPECT_EQ(attempt_end(exited), AttemptEnd::failed);
  EXPECT_THAT(describe(exited), HasSubstr("left processes running"));
  EXPECT_TRUE(remains(job.attempt_id).empty());
}

TEST_F(KillingTest, DoesNotTakeAnEndedCommandForACancelledOne) {
  const Job job = shell("sleep 300 & echo over; exit 0");
  Supervised supervised = started(job);
  ASSERT_TRUE(comes_true([&] {
    const std::vector<SeenProcess> tree = descendants_of(supervised.pid());
    return tree.size() == 1 && tree.front().name == "sleep";
  }));
  ASSERT_TRUE(supervised.cancel(seconds(0)));
  const Exited exited = end_of(supervised, job);
  EXPECT_EQ(attempt_end(exited), AttemptEnd::done);
  EXPECT_EQ(exited.left, 0U);
}

TEST_F(KillingTest, KillsByCgroupWhereThereIsOne) {
  const std::string root = "/sys/fs/cgroup/unified";
  const std::string mounted = exists(root + "/cgroup.procs") ? root : "/sys/fs/cgroup";
  if (::access((mounted + "/cgroup.procs").c_str(), W_OK) != 0) {
    GTEST_SKIP() << "no cgroup v2 that this user may write to";
  }
  Job job = shell("(setsid sleep 300 &); cat /proc/self/cgroup; " + ready() + "sleep 300");
  job.cgroup = cgroup_for(mounted, job.attempt_id);
  Supervised supervised = started(job);
  wait_until_ready();
  EXPECT_TRUE(
      comes_true([&] { return file(job, "stdout").find("0::/rung-") != std::string::npos; }));
  ASSERT_TRUE(supervised.cancel(milliseconds(0)));
  end_of(supervised, job);
  EXPECT_TRUE(remains(job.attempt_id).empty());
  EXPECT_FALSE(exists(job.cgroup));
}

TEST_F(KillingTest, EndsTheRemainsOfADeadSupervisor) {
  const Job job = shell("(setsid sleep 300 &); " + ready() + "sleep 300");
  Supervised supervised = started(job);
  wait_until_ready();
  ::kill(supervised.pid(), SIGKILL);
  ASSERT_TRUE(comes_true([&] { return supervised.reap(); }));
  EXPECT_GE(remains(job.attempt_id).size(), 2U);
  EXPECT_TRUE(comes_true([&] { return kill_remains(job.attempt_id) == 0; }));
}

}  // namespace
}  // namespace rung::engine::supervisor
