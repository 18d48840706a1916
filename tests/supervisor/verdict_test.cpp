#include "engine/supervisor/verdict.h"

#include "base/durable_file.h"

#include <gtest/gtest.h>

namespace rung::engine::supervisor {
namespace {

// The law once more, as a reader of the design would say it, independent of the table's rows.
Verdict expected(const Sight& s) {
  using enum RecordState;
  if (s.boot == Boot::other) return s.record == exited ? Verdict::ended : Verdict::unknown;
  switch (s.record) {
    case absent: return Verdict::voids_first;
    case voided: return Verdict::not_done;
    case exited: return Verdict::ended;
    case empty:
    case claimed:
    case released:
    case damaged: break;
  }
  if (s.lock == Lock::held) {
    return s.pid_namespace == Namespace::same ? Verdict::running : Verdict::running_beyond;
  }
  if (s.record == empty || s.record == claimed) return Verdict::voids_first;
  const bool sees_children =
      s.record == released && s.pid_namespace == Namespace::same && s.children == Children::alive;
  return sees_children ? Verdict::orphaned : Verdict::unknown;
}

std::string say(const Sight& s) {
  return "boot " + std::string(name_of(s.boot)) + ", record " + std::string(name_of(s.record)) +
         ", lock " + std::string(name_of(s.lock)) + ", namespace " +
         std::string(name_of(s.pid_namespace)) + ", children " + std::string(name_of(s.children));
}

TEST(RecoveryTable, GivesEverySightTheVerdictOfTheLaw) {
  for (const Sight& sight : every_sight()) {
    EXPECT_EQ(judge(sight).verdict, expected(sight)) << say(sight);
  }
}

TEST(RecoveryTable, NeverSaysNotDoneOnceTheCommandMayHaveBegun) {
  for (const Sight& sight : every_sight()) {
    const bool may_have_begun =
        sight.boot == Boot::other || sight.record == RecordState::released ||
        sight.record == RecordState::exited || sight.record == RecordState::damaged;
    const Verdict verdict = judge(sight).verdict;
    EXPECT_FALSE(may_have_begun &&
                 (verdict == Verdict::not_done || verdict == Verdict::voids_first))
        << say(sight);
  }
}

TEST(RecoveryTable, HasNoRowThatNothingReaches) {
  for (const Row& row : kRecoveryTable) {
    int reached = 0;
    for (const Sight& sight : every_sight()) reached += answers(row, sight) ? 1 : 0;
    EXPECT_GT(reached, 0) << row.reason;
  }
}

TEST(RecoveryTable, IsTheOneThatTheDocumentationShows) {
  const Result<std::string> page = read_file(RUNG_SOURCE_FOLDER "/docs/supervisor.md", 1U << 20U);
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_NE(page.value().find(recovery_table_as_markdown()), std::string::npos)
      << "docs/supervisor.md must hold this table:\n"
      << recovery_table_as_markdown();
}

}  // namespace
}  // namespace rung::engine::supervisor
