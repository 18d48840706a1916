// SIGKILL at every named place: of the supervisor, of the engine, of both.
#include "tests/supervisor/attempt_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace rung::engine::supervisor {
namespace {

using testing::HasSubstr;

struct CrashPoint {
  const char* site;
  Verdict verdict;  // what recovery concludes, once nothing of it runs
  int least, most;  // how often the command ran
};

class CrashTest : public AttemptTest, public testing::WithParamInterface<CrashPoint> {
 protected:
  Job witnessed() { return shell("echo ran >> " + path("ran")); }
  int times_run() {
    const std::string lines = content(path("ran"));
    return static_cast<int>(std::ranges::count(lines, '\n'));
  }
  // As the engine does: what still runs, also without its supervisor, is awaited.
  Finding concluded(const Job& job) {
    Finding finding;
    EXPECT_TRUE(comes_true([&] {
      finding = awaited(job);
      return finding.verdict != Verdict::orphaned;
    }));
    return finding;
  }
  void expect_recovery(const Job& job) {
    const CrashPoint& point = GetParam();
    EXPECT_THAT(content(path("reached")), HasSubstr(point.site)) << "the place was not reached";
    EXPECT_EQ(concluded(job).verdict, point.verdict);
    // The child of a dead supervisor ends by itself: it must never begin afterwards.
    EXPECT_TRUE(comes_true([&] { return remains(job.attempt_id).empty(); }));
    EXPECT_GE(times_run(), point.least);
    EXPECT_LE(times_run(), point.most);
    EXPECT_EQ(examined(job).verdict, point.verdict);
    ASSERT_TRUE(remove_attempt(job.folder));
    EXPECT_FALSE(exists(job.folder));
  }
};

std::string name_of_point(const testing::TestParamInfo<CrashPoint>& each) {
  std::string name = each.param.site;
  std::ranges::replace(name, '.', '_');
  return name;
}

class SupervisorCrash : public CrashTest {};

TEST_P(SupervisorCrash, AloneLeavesWhatRecoveryUnderstands) {
  const ScopedVariable record("RUNG_FAILPOINT_RECORD", path("reached"));
  const ScopedVariable failpoint("RUNG_FAILPOINT", std::string(GetParam().site) + "/copy.1=kill");
  const Job job = witnessed();
  Supervised supervised = started(job);
  ASSERT_TRUE(is_readable(supervised.link()));
  ASSERT_TRUE(comes_true([&] { return supervised.reap(); }));
  expect_recovery(job);
}

INSTANTIATE_TEST_SUITE_P(Sites, SupervisorCrash,
                         testing::Values(CrashPoint{"step.session", Verdict::not_done, 0, 0},
                                         CrashPoint{"step.claim", Verdict::not_done, 0, 0},
                                         CrashPoint{"step.claimed", Verdict::not_done, 0, 0},
                                         CrashPoint{"step.fork", Verdict::not_done, 0, 0},
                                         CrashPoint{"step.released", Verdict::unknown, 0, 0},
                                         CrashPoint{"step.exec", Verdict::unknown, 1, 1},
                                         CrashPoint{"step.ended", Verdict::unknown, 1, 1},
                                         CrashPoint{"step.exited", Verdict::ended, 1, 1},
                                         CrashPoint{"step.notified", Verdict::ended, 1, 1}),
                         name_of_point);

class CrashOfBoth : public CrashTest {};

TEST_P(CrashOfBoth, LeavesWhatRecoveryUnderstands) {
  const ScopedVariable record("RUNG_FAILPOINT_RECORD", path("reached"));
  const Job job = shell("while [ ! -e " + path("engine-is-dead") + " ]; do sleep 0.01; done;" +
                        "echo ran >> " + path("ran"));
  OtherEngine engine(program_, job,
                     "supervisor.sent=kill;" + std::string(GetParam().site) + "=kill");
  engine.wait_for_death();
  write(path("engine-is-dead"), "");
  ASSERT_TRUE(comes_true(
      [&] { return content(path("reached")).find(GetParam().site) != std::string::npos; }));
  expect_recovery(job);
}

INSTANTIATE_TEST_SUITE_P(Sites, CrashOfBoth,
                         testing::Values(CrashPoint{"step.session", Verdict::not_done, 0, 0},
                                         CrashPoint{"step.claim", Verdict::not_done, 0, 0},
                                         CrashPoint{"step.claimed", Verdict::not_done, 0, 0},
                                         CrashPoint{"step.fork", Verdict::not_done, 0, 0},
                                         CrashPoint{"step.released", Verdict::unknown, 0, 0},
                                         CrashPoint{"step.exec", Verdict::unknown, 1, 1},
                                         CrashPoint{"step.ended", Verdict::unknown, 1, 1},
                                         CrashPoint{"step.exited", Verdict::ended, 1, 1},
                                         CrashPoint{"step.synced", Verdict::ended, 1, 1}),
                         name_of_point);

class EngineCrash : public CrashTest {};

TEST_P(EngineCrash, AloneLeavesWhatRecoveryUnderstands) {
  const ScopedVariable record("RUNG_FAILPOINT_RECORD", path("reached"));
  const Job job = witnessed();
  OtherEngine engine(program_, job, std::string(GetParam().site) + "=kill");
  engine.wait_for_death();
  // A supervisor that it had started may be adopted or come too late: never both.
  if (GetParam().verdict == Verdict::ended) {
    ASSERT_TRUE(comes_true([&] { return times_run() == 1; }));
  }
  expect_recovery(job);
}

INSTANTIATE_TEST_SUITE_P(Sites, EngineCrash,
                         testing::Values(CrashPoint{"supervisor.folder", Verdict::not_done, 0, 0},
                                         CrashPoint{"supervisor.spawn", Verdict::not_done, 0, 0},
                                         CrashPoint{"supervisor.sent", Verdict::ended, 1, 1}),
                         name_of_point);

}  // namespace
}  // namespace rung::engine::supervisor
