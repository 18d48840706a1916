#include "base/failpoint.h"
#include "tests/state/sqlite_fixture.h"
#include "tests/state/writes.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace rung::state {
namespace {

constexpr int kEvents = 6;

struct Crash {
  const char* name;
  const char* failpoint;
  int signal;           // that ends the engine, or 0: it gets through
  std::int64_t length;  // of the journal afterwards
  int acknowledged;
};

// An engine in a process of its own, which is killed where the failpoint says.
class CrashAt : public ::testing::TestWithParam<Crash> {
 protected:
  // Writes the number of acknowledged events into `out` as it grows.
  [[noreturn]] void run_engine(int out) {
    ::setenv("RUNG_FAILPOINT", GetParam().failpoint, 1);
    failpoint::configure_from_environment();
    EngineLoop loop;
    auto store = open_sqlite_store(options_for(path_), loop.post(), log_).value();
    const Epoch epoch = claim_and_wait(loop, *store).value().epoch;
    for (int i = 0; i < kEvents; ++i) {
      RunWrite write = i == 0 ? creation(1, epoch) : a_start(1, epoch, i);
      if (submit_and_wait(loop, *store, std::move(write)) != Committed::committed) ::_exit(1);
      if (::write(out, "!", 1) != 1) ::_exit(2);
    }
    store.reset();
    ::_exit(0);
  }

  // How the engine ended, and how many events it was told of.
  std::pair<int, int> engine_ends() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      run_engine(ends[1]);
    }
    ::close(ends[1]);
    int told = 0;
    for (char byte = 0; ::read(ends[0], &byte, 1) == 1;) ++told;
    ::close(ends[0]);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return {status, told};
  }

  TempFolder folder_;
  std::string path_ = folder_ / "store.db";
  KeptLog log_;
};

TEST_P(CrashAt, LeavesWhatWasCommittedAndNothingElse) {
  const auto [status, told] = engine_ends();
  EXPECT_EQ(WIFSIGNALED(status) ? WTERMSIG(status) : 0, GetParam().signal);
  EXPECT_EQ(told, GetParam().acknowledged);
  EngineLoop loop;
  const auto store = open_sqlite_store(options_for(path_), loop.post(), log_).value();
  const Epoch epoch = claim_and_wait(loop, *store).value().epoch;
  const auto journal = load_and_wait(loop, *store, RunId{1});
  ASSERT_TRUE(journal) << journal.error().message();
  const auto length = static_cast<std::int64_t>(journal.value().events.size());
  EXPECT_EQ(length, GetParam().length);
  EXPECT_EQ(submit_and_wait(loop, *store, a_start(1, epoch, length)), Committed::committed);
}

INSTANTIATE_TEST_SUITE_P(
    , CrashAt,
    ::testing::Values(
        Crash{"BeforeTheCommit", "store.commit/step3/step.started=kill", SIGKILL, 3, 3},
        Crash{"AtTheFirstWriteOfTheCommit", "store.write/step3/step.started=kill", SIGKILL, 3, 3},
        // The log is in the system's memory: only a power cut would take it away.
        Crash{"BeforeTheSync", "store.sync/step3/step.started=kill", SIGKILL, 4, 3},
        Crash{"BetweenTheCommitAndItsAnswer", "store.committed/step3/step.started=kill", SIGKILL, 4,
              3},
        Crash{"NowhereWhenTheWriteFailsOnce", "store.write/step3/step.started=eio", 0, kEvents,
              kEvents},
        Crash{"NowhereWhenTheSyncFailsOnce", "store.sync/step3/step.started=eio", 0, kEvents,
              kEvents},
        Crash{"NowhereWhenTheDiskIsFullOnce", "store.write/step3/step.started=enospc", 0, kEvents,
              kEvents},
        Crash{"NowhereWhenTheAnswerOfTheCommitIsLost", "store.committed/step3/step.started=eio", 0,
              kEvents, kEvents}),
    [](const auto& given) { return given.param.name; });

// In a process of its own, since failpoints are for a whole process.
[[noreturn]] void decide_with_a_lost_answer(const std::string& path, Log& log) {
  ::setenv("RUNG_FAILPOINT", "store.committed/commands=eio", 1);
  failpoint::configure_from_environment();
  EngineLoop loop;
  auto store = open_sqlite_store(options_for(path), loop.post(), log).value();
  const Epoch epoch = claim_and_wait(loop, *store).value().epoch;
  const Committed created = submit_and_wait(loop, *store, creation(1, epoch));
  const Command asked{.id = parse_uuid("00000000-0000-4000-8000-000000000001"), .at = time_at(0)};
  const bool is_sent = bool(open_sqlite_reader(options_for(path)).value()->send(asked));
  if (created != Committed::committed || !is_sent) ::_exit(99);
  RunWrite decision{.run = RunId{1}, .epoch = epoch, .expected = Seq{1}};
  decision.consumed.push_back({asked.id, true, {}});
  ::_exit(static_cast<int>(submit_and_wait(loop, *store, std::move(decision))));
}

TEST(LostAnswer, OfADecisionThatChangedNothingIsKnownAgain) {
  const TempFolder folder;
  KeptLog log;
  const pid_t child = ::fork();
  if (child == 0) decide_with_a_lost_answer(folder / "store.db", log);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(Committed::committed));
}

}  // namespace
}  // namespace rung::state
