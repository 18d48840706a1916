// Every row of the recovery table once for real.
#include "tests/supervisor/attempt_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

namespace rung::engine::supervisor {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class RecoveryTest : public AttemptTest {
 protected:
  RecoveryTest() { ::unsetenv("RUNG_FAILPOINT"); }

  // Its witness is a line in the file `ran`.
  Job witnessed() { return shell("echo ran >> " + path("ran")); }
  Job waiting() {
    return shell("echo up > " + path("up") + "; while [ ! -e " + path("go") +
                 " ]; do sleep 0.01; done; exit 5");
  }
  int times_run() {
    const std::string lines = content(path("ran"));
    return static_cast<int>(std::ranges::count(lines, '\n'));
  }
  // A supervisor that stands still at `site`, and so holds what it holds there.
  Supervised stopped_at(const std::string& site, const Job& job) {
    const ScopedVariable failpoint("RUNG_FAILPOINT", site + "=stop");
    Supervised supervised = started(job);
    EXPECT_TRUE(comes_true([&] {
      const std::optional<SeenProcess> seen = look_at_process(supervised.pid());
      return seen && seen->state == 'T';
    }));
    return supervised;
  }
  Supervised killed_at(const std::string& site, const Job& job) {
    const ScopedVariable failpoint("RUNG_FAILPOINT", site + "=kill");
    Supervised supervised = started(job);
    EXPECT_TRUE(comes_true([&] { return supervised.reap(); }));
    return supervised;
  }
  void go_on(Supervised& supervised) { ::kill(supervised.pid(), SIGCONT); }
  Finding examined_after_restart(const Job& job) {
    const ScopedVariable boot("RUNG_TEST_BOOT_ID", "another-boot");
    return examined(job);
  }
};

TEST_F(RecoveryTest, VoidsWhatNoSupervisorClaimed) {
  const Job job = witnessed();
  EXPECT_EQ(examined(job).verdict, Verdict::not_done);
  EXPECT_EQ(state_of(read_record(DurableFile::open(job.folder + "/record").value()).value()),
            RecordState::voided);
}

TEST_F(RecoveryTest, LetsASupervisorThatComesLateLose) {
  const Job job = witnessed();
  Supervised late = stopped_at("step.claim", job);
  EXPECT_EQ(examined(job).verdict, Verdict::not_done);
  go_on(late);
  ASSERT_TRUE(comes_true([&] { return late.reap(); }));
  EXPECT_EQ(times_run(), 0);
  EXPECT_EQ(examined(job).verdict, Verdict::not_done);
}

TEST_F(RecoveryTest, VoidsAnEmptyRecordThatNobodyHolds) {
  const Job job = witnessed();
  std::filesystem::create_directories(job.folder);
  write(job.folder + "/record", "");
  const Finding finding = examined(job);
  EXPECT_EQ(finding.verdict, Verdict::not_done);
  EXPECT_TRUE(finding.record.voided);
}

TEST_F(RecoveryTest, AdoptsASupervisorThatHoldsAnEmptyRecord) {
  const Job job = witnessed();
  Supervised supervised = stopped_at("file.write/copy.1/record", job);
  const Finding finding = examined(job);
  EXPECT_EQ(finding.verdict, Verdict::running);
  EXPECT_EQ(Watch(job.folder, finding).pidfd(), -1);
  go_on(supervised);
  EXPECT_EQ(awaited(job).verdict, Verdict::ended);
}

TEST_F(RecoveryTest, VoidsAClaimWhoseSupervisorDied) {
  const Job job = witnessed();
  killed_at("step.claimed", job);
  const Finding finding = examined(job);
  EXPECT_EQ(finding.verdict, Verdict::not_done);
  EXPECT_TRUE(finding.record.claimed && finding.record.voided);
  EXPECT_EQ(times_run(), 0);
}

TEST_F(RecoveryTest, AdoptsASupervisorThatHasOnlyClaimed) {
  const Job job = witnessed();
  Supervised supervised = stopped_at("step.claimed", job);
  const Finding finding = examined(job);
  EXPECT_EQ(finding.verdict, Verdict::running);
  EXPECT_GE(Watch(job.folder, finding).pidfd(), 0);
  go_on(supervised);
  EXPECT_EQ(awaited(job).verdict, Verdict::ended);
  EXPECT_EQ(times_run(), 1);
}

TEST_F(RecoveryTest, AdoptsACommandWhoseEngineDiedAndLearnsItsEnd) {
  const Job job = waiting();
  OtherEngine engine(program_, job);
  engine.kill();
  wait_until_released(job);
  const Finding finding = examined(job);
  ASSERT_EQ(finding.verdict, Verdict::running);
  const Watch watch(job.folder, finding);
  EXPECT_FALSE(watch.has_ended());
  write(path("go"), "");
  ASSERT_TRUE(is_readable(watch.pidfd()));
  EXPECT_TRUE(comes_true([&] { return watch.has_ended(); }));
  const Finding end = examined(job);
  ASSERT_EQ(end.verdict, Verdict::ended);
  EXPECT_EQ(describe(*end.record.exited), "exit code 5");
}

TEST_F(RecoveryTest, CancelsAnAdoptedCommand) {
  const Job job = waiting();
  OtherEngine engine(program_, job);
  engine.kill();
  wait_until_released(job);
  ASSERT_TRUE(Watch(job.folder, examined(job)).cancel(milliseconds(50)));
  EXPECT_EQ(awaited(job).record.exited->reason, ExitReason::cancelled);
}

TEST_F(RecoveryTest, KnowsTheEndWhileTheSupervisorStillHoldsTheLock) {
  const Job job = witnessed();
  Supervised supervised = stopped_at("step.exited", job);
  EXPECT_EQ(examined(job).verdict, Verdict::ended);
  go_on(supervised);
  EXPECT_EQ(awaited(job).verdict, Verdict::ended);
}

TEST_F(RecoveryTest, CannotTellWhenTheSupervisorDiedAndNothingIsLeft) {
  const Job job = witnessed();
  killed_at("step.ended", job);
  EXPECT_EQ(examined(job).verdict, Verdict::unknown);
  EXPECT_EQ(times_run(), 1);
}

TEST_F(RecoveryTest, FindsTheProcessesOfADeadSupervisorFirst) {
  const Job job = waiting();
  Supervised supervised = started(job);
  ASSERT_TRUE(comes_true([&] { return exists(path("up")); }));
  ::kill(supervised.pid(), SIGKILL);
  ASSERT_TRUE(comes_true([&] { return supervised.reap(); }));
  const Finding finding = examined(job);
  ASSERT_EQ(finding.verdict, Verdict::orphaned);
  EXPECT_TRUE(std::ranges::any_of(finding.children, [&](const SeenProcess& seen) {
    return seen.id == finding.record.released->child;
  }));
  ASSERT_TRUE(comes_true([&] { return kill_remains(job.attempt_id) == 0; }));
  EXPECT_EQ(examined(job).verdict, Verdict::unknown);
}

TEST_F(RecoveryTest, TrustsAValidEndAfterARestartOfTheMachine) {
  const Job job = shell("echo a=1 > \"$RUNG_OUTPUT_FILE\"; exit 4");
  run(job);
  const Finding finding = examined_after_restart(job);
  EXPECT_EQ(finding.verdict, Verdict::ended);
  EXPECT_EQ(describe(*finding.record.exited), "exit code 4");
}

TEST_F(RecoveryTest, DoesNotTrustAnEndWhoseOutputsDidNotSurvive) {
  const Job job = shell("echo a=1 > \"$RUNG_OUTPUT_FILE\"");
  run(job);
  std::filesystem::resize_file(job.folder + "/output", 1);
  EXPECT_EQ(examined_after_restart(job).verdict, Verdict::unknown);
  ASSERT_FALSE(read_exit(job.folder));
  EXPECT_EQ(read_exit(job.folder).error().code(), ErrorCode::corrupt);
}

TEST_F(RecoveryTest, IsNotConfusedByADaemonThatStillWritesOutputs) {
  const Job job = shell("echo a=1 > \"$RUNG_OUTPUT_FILE\"");
  run(job);
  write(job.folder + "/output", "a=1\nlate=2\n");
  EXPECT_EQ(examined(job).verdict, Verdict::ended);
  EXPECT_EQ(read_exit(job.folder).value().output, "a=1\n");
}

TEST_F(RecoveryTest, ProvesNothingByAnAbsentRecordAfterARestart) {
  EXPECT_EQ(examined_after_restart(witnessed()).verdict, Verdict::unknown);
}

TEST_F(RecoveryTest, ProvesNothingByAClaimAfterARestart) {
  const Job job = witnessed();
  killed_at("step.claimed", job);
  const Finding finding = examined_after_restart(job);
  EXPECT_EQ(finding.verdict, Verdict::unknown);
  EXPECT_FALSE(finding.record.voided);
}

TEST_F(RecoveryTest, ProvesNothingByAVoidedRecordAfterARestart) {
  const Job job = witnessed();
  EXPECT_EQ(examined(job).verdict, Verdict::not_done);
  EXPECT_EQ(examined_after_restart(job).verdict, Verdict::unknown);
}

TEST_F(RecoveryTest, WatchesByTheLockWhatRunsInAnotherPidNamespace) {
  const Job job = waiting();
  Supervised supervised = started(job);
  wait_until_released(job);
  Host elsewhere = host_;
  elsewhere.pid_namespace = "pid:[1]";
  const Finding finding = examine(trace(job), elsewhere).value();
  EXPECT_EQ(finding.verdict, Verdict::running_beyond);
  const Watch watch(job.folder, finding);
  EXPECT_EQ(watch.pidfd(), -1);
  EXPECT_FALSE(watch.cancel(milliseconds(0)));
  EXPECT_FALSE(watch.has_ended());
  write(path("go"), "");
  EXPECT_TRUE(comes_true([&] { return watch.has_ended(); }));
  EXPECT_EQ(examine(trace(job), elsewhere).value().verdict, Verdict::ended);
}

TEST_F(RecoveryTest, CannotTellAboutADeadSupervisorOfAnotherPidNamespace) {
  const Job job = witnessed();
  killed_at("step.ended", job);
  Host elsewhere = host_;
  elsewhere.pid_namespace = "pid:[1]";
  EXPECT_EQ(examine(trace(job), elsewhere).value().verdict, Verdict::unknown);
}

TEST_F(RecoveryTest, CannotTellByADamagedRecord) {
  const Job job = witnessed();
  killed_at("step.claimed", job);
  DurableFile record = DurableFile::open(job.folder + "/record").value();
  const std::uint8_t wrong = 0xff;
  ASSERT_TRUE(record.write_at(20, {&wrong, 1}));
  record = {};
  EXPECT_EQ(examined(job).verdict, Verdict::unknown);
}

TEST_F(RecoveryTest, RemovesSecretFilesThatASupervisorLeft) {
  Job job = shell("echo \"$KEY\"; exit 0");
  job.files = {{"KEY", "key", "secret"}};
  killed_at("step.ended", job);
  const std::string key = [&] {
    std::string text = file(job, "stdout");
    return text.substr(0, text.find('\n'));
  }();
  // The supervisor removes them before; a crash in between is made here.
  std::filesystem::create_directories(std::filesystem::path(key).parent_path());
  std::filesystem::permissions(std::filesystem::path(key).parent_path(),
                               std::filesystem::perms::owner_all);
  write(key, "secret");
  std::filesystem::create_symlink(std::filesystem::path(key).parent_path(), job.folder + "/files");
  EXPECT_EQ(examined(job).verdict, Verdict::unknown);
  EXPECT_FALSE(exists(key));
  EXPECT_FALSE(exists(std::filesystem::path(key).parent_path()));
}

// What is durable, and when.

TEST_F(RecoveryTest, SyncsNothingWhileItsEngineLives) {
  const ScopedVariable record("RUNG_FAILPOINT_RECORD", path("reached"));
  run(shell("echo hi; echo a=1 > \"$RUNG_OUTPUT_FILE\""));
  EXPECT_THAT(content(path("reached")), Not(HasSubstr("file.sync")));
}

TEST_F(RecoveryTest, SyncsEverythingWhereItsEngineIsGone) {
  const ScopedVariable record("RUNG_FAILPOINT_RECORD", path("reached"));
  const Job job = shell("while [ ! -e " + path("go") +
                        " ]; do sleep 0.01; done; echo hi;"
                        "echo err >&2; echo a=1 > \"$RUNG_OUTPUT_FILE\"");
  OtherEngine engine(program_, job);
  wait_until_released(job);
  engine.kill();
  write(path("go"), "");
  ASSERT_EQ(awaited(job).verdict, Verdict::ended);
  ASSERT_TRUE(comes_true(
      [&] { return content(path("reached")).find("step.synced") != std::string::npos; }));
  for (const char* site : {"file.sync/copy.1/stdout#1", "file.sync/copy.1/stderr#1",
                           "file.sync/copy.1/output#1", "file.sync/copy.1/record#1",
                           "file.sync_folder/copy.1/.#1", "file.sync_folder/copy.1/..#"}) {
    EXPECT_THAT(content(path("reached")), HasSubstr(site));
  }
}

}  // namespace
}  // namespace rung::engine::supervisor
