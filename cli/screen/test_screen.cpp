#include "cli/screen/test_screen.h"

#include <algorithm>

namespace rung::cli {
namespace {

using service::CaseReport;
using service::CoverageItem;
using service::CoverageKind;
using service::Difference;
using service::FileReport;
using service::TimelineLine;

constexpr std::size_t kMostMissing = 12;  // of one runbook

std::string plural(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

// To the millisecond: a retry's delay is jittered to the nanosecond.
std::string shown(Duration time) {
  return to_string(Duration(std::chrono::round<std::chrono::milliseconds>(time)));
}

std::string facts_of(const CaseReport& one) {
  std::string out = one.status + " in " + shown(one.took);
  if (one.crashes > 0)
    out += ", " + std::to_string(one.crashes) + (one.crashes == 1 ? " crash" : " crashes");
  return out;
}

std::string finding_text(const Style& style, const FileReport& file, const Difference& finding) {
  std::string out = "        " + file.file + ":" + std::to_string(finding.at.line) + ":" +
                    std::to_string(finding.at.column) + "  " +
                    paint(style, Tone::strong, harmless(finding.what)) + "\n";
  if (!finding.expected.empty())
    out += "              expected  " + paint(style, Tone::good, one_line(finding.expected)) + "\n";
  if (!finding.got.empty())
    out += "              got       " + paint(style, Tone::bad, one_line(finding.got)) + "\n";
  if (!finding.fix.empty()) out += "              " + one_line(finding.fix) + "\n";
  return out;
}

std::string timeline_text(const Style& style, const std::vector<TimelineLine>& lines) {
  if (lines.empty()) return "";
  std::size_t time_width = 4;
  std::size_t step_width = 8;
  for (const TimelineLine& line : lines) {
    time_width = std::max(time_width, shown(line.after).size() + 2);
    step_width = std::max(step_width, std::min<std::size_t>(40, line.step.size() + 2));
  }
  std::string out = "        the virtual run:\n";
  for (const TimelineLine& line : lines) {
    std::string row = "          " + padded(shown(line.after), time_width);
    if (line.step.empty())
      row += line.text;
    else
      row += padded(line.mark, 6) + padded(line.step, step_width) + line.text;
    while (row.ends_with(' ')) row.pop_back();
    const std::string shown = cut(one_line(row), std::max<std::size_t>(style.width, 80));
    out += (line.mark == "FAIL" ? paint(style, Tone::bad, shown) : shown) + "\n";
  }
  return out;
}

std::string case_text(const Style& style, const FileReport& file, const CaseReport& one,
                      bool is_quiet) {
  if (one.has_passed() && is_quiet) return "";
  const std::string mark =
      one.has_passed() ? paint(style, Tone::good, "  ok    ") : paint(style, Tone::bad, "  FAIL  ");
  std::string out =
      mark + harmless(one.name) + "   " + paint(style, Tone::dim, facts_of(one)) + "\n";
  if (one.has_passed()) return out;
  for (const Difference& finding : one.findings) out += finding_text(style, file, finding);
  return out + timeline_text(style, one.timeline);
}

std::string file_text(const Style& style, const FileReport& file, bool is_quiet) {
  std::string out;
  for (const CaseReport& one : file.cases) out += case_text(style, file, one, is_quiet);
  if (out.empty()) return "";
  return file.file + "   " + paint(style, Tone::dim, file.runbook) + "\n" + out;
}

std::string share_of(const std::vector<CoverageItem>& items, CoverageKind kind,
                     const std::string& word) {
  std::size_t all = 0;
  std::size_t covered = 0;
  for (const CoverageItem& item : items) {
    if (item.kind != kind) continue;
    all += 1;
    covered += item.is_covered ? 1 : 0;
  }
  return all == 0 ? "" : word + " " + std::to_string(covered) + " of " + std::to_string(all);
}

std::string coverage_text(const Style& style, const service::RunbookCoverage& coverage) {
  std::string shares;
  for (const std::string& share :
       {share_of(coverage.items, CoverageKind::step, "steps"),
        share_of(coverage.items, CoverageKind::branch, "branches"),
        share_of(coverage.items, CoverageKind::handler, "error handlers")}) {
    if (!share.empty()) shares += (shares.empty() ? "" : ", ") + share;
  }
  std::string out = "shown of " + coverage.runbook + ": " + shares + "\n";
  std::size_t missing = 0;
  std::size_t width = 0;
  for (const CoverageItem& item : coverage.items) {
    if (!item.is_covered) width = std::max(width, item.step.size() + 2);
  }
  for (const CoverageItem& item : coverage.items) {
    if (item.is_covered || ++missing > kMostMissing) continue;
    out += paint(style, Tone::dim, "  " + padded(item.step, width) + item.what) + "\n";
  }
  if (missing > kMostMissing)
    out += "  and " + std::to_string(missing - kMostMissing) + " more: rung test -o json\n";
  return out;
}

}  // namespace

std::string test_screen(const Style& style, const service::TestReport& report, bool is_quiet) {
  std::string out;
  for (const FileReport& file : report.files) out += file_text(style, file, is_quiet);
  if (!is_quiet) {
    for (const auto& coverage : report.coverage) out += coverage_text(style, coverage);
  }
  const std::size_t passed = report.passed();
  const std::size_t failed = report.failed();
  out += plural(passed + failed, "case") + ": " + std::to_string(passed) + " passed";
  if (failed > 0) out += ", " + paint(style, Tone::bad, std::to_string(failed) + " failed");
  if (report.broken_files() > 0)
    out += ", " + plural(report.broken_files(), "file") + " with mistakes";
  return out + "\n";
}

}  // namespace rung::cli
