#include "service/rehearsal/test_report.h"

#include "tests/service/rehearsal_fixture.h"

namespace rung::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> uncovered(const std::vector<CoverageItem>& items) {
  std::vector<std::string> out;
  for (const CoverageItem& item : items) {
    if (!item.is_covered) out.push_back(item.step + ": " + item.what);
  }
  return out;
}

constexpr const char* kBranchy =
    "  - {id: way, decide: {ask: which, options: {left: l, right: r}, default: left, after: 3m}}\n"
    "  - id: which\n"
    "    choose:\n"
    "      - {when: steps.way.choice == 'left', steps: [{id: lefty, command: ['true'], in_doubt: "
    "retry, undo: {command: ['true']}}]}\n"
    "      - {otherwise: true, steps: [{id: righty, set: {x: 1}}]}\n"
    "  - {id: extra, when: steps.way.choice == 'left', tolerate: fine, command: ['true'], "
    "in_doubt: "
    "retry}\n"
    "  - {id: go, approve: {ask: go, timeout: 1m, on_timeout: approve}}\n";

TEST_F(RehearsalTest, CoverageNamesWhatNoCaseHasShown) {
  given(kBranchy);
  auto items = coverage_items(*loaded_.plan);
  differences("unstubbed: succeed");
  cover(items, ended_);
  EXPECT_THAT(
      uncovered(items),
      ::testing::ElementsAre("way: right was never chosen", "which/1/lefty: never undone",
                             "which/otherwise: never taken", "which/otherwise/righty: never ran",
                             "extra: never skipped: its `when` always held",
                             "extra: never failed (tolerated)", "go: never rejected"));
}

TEST_F(RehearsalTest, CoverageAddsUpOverCases) {
  given(kBranchy);
  auto items = coverage_items(*loaded_.plan);
  for (const char* keys :
       {"unstubbed: succeed", "people: [{decide: way, option: right}, {reject: go}]",
        "unstubbed: succeed, stubs: {extra: {error: refused}}",
        "unstubbed: succeed, people: [{cancel: drain, at: 3m1s}, {undo: true, at: 3m}]"}) {
    differences(keys);
    cover(items, ended_);
  }
  EXPECT_THAT(uncovered(items), ::testing::IsEmpty());
}

TEST_F(RehearsalTest, TheTimelineTellsTheRunInItsOrder) {
  given("  - {id: a, command: ['true'], how_to_tell: look}\n  - {id: b, wait: 5m}\n");
  differences("stubs: {a: {takes: 10s}}, crash_during: a");
  std::string text;
  for (const TimelineLine& line : timeline_of(ended_.events, *loaded_.plan))
    text += to_string(line.after) + " " + line.mark + " " + line.step + " " + line.text + "\n";
  EXPECT_EQ(text,
            "0s   created by tester, mode planned\n0s >> a \n5s   the engine was killed; the next "
            "one takes over\n"
            "10s ok a \n10s ? b for 5m\n5m10s ok b \n5m10s   succeeded\n");
}

TEST(JUnit, EscapesWhatXmlDoesNotTake) {
  TestReport report;
  report.files.push_back({"a&b.yaml", "runbook.yaml", {}, "", {}});
  CaseReport failed;
  failed.name = "a < b \"c\"\x01\xff";
  failed.findings.push_back({{3, 5}, "outputs.x", "<1>", "2\n3", ""});
  report.files.front().cases = {failed};
  const std::string junit = to_junit(report);
  EXPECT_THAT(junit, HasSubstr("name=\"a &lt; b &quot;c&quot;?\xEF\xBF\xBD\""));
  EXPECT_THAT(junit, HasSubstr("classname=\"a&amp;b.yaml\""));
  EXPECT_THAT(junit, HasSubstr("expected  &lt;1&gt;"));
  EXPECT_THAT(junit, Not(HasSubstr("\x01")));
}

}  // namespace
}  // namespace rung::service
