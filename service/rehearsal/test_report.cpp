#include "service/rehearsal/test_report.h"

#include "base/utf8.h"

#include <cstdio>

namespace rung::service {
namespace {

std::string_view name_of(CoverageKind kind) {
  switch (kind) {
    case CoverageKind::step: return "step";
    case CoverageKind::branch: return "branch";
    case CoverageKind::handler: return "handler";
  }
  return "";
}

Value finding_value(const Difference& finding) {
  Value::Map map{{"line", finding.at.line}, {"column", finding.at.column}, {"what", finding.what}};
  if (!finding.expected.empty()) map.emplace("expected", finding.expected);
  if (!finding.got.empty()) map.emplace("got", finding.got);
  if (!finding.fix.empty()) map.emplace("fix", finding.fix);
  return map;
}

Value line_value(const TimelineLine& line) {
  return Value::Map{
      {"after", line.after}, {"step", line.step}, {"mark", line.mark}, {"text", line.text}};
}

template <class T, class F>
Value::List list_of(const std::vector<T>& items, F to) {
  Value::List list;
  for (const T& item : items) list.push_back(to(item));
  return list;
}

Value case_value(const CaseReport& one) {
  return Value::Map{{"name", one.name},
                    {"line", one.at.line},
                    {"passed", one.has_passed()},
                    {"status", one.status},
                    {"took", one.took},
                    {"events", static_cast<std::int64_t>(one.events)},
                    {"crashes", static_cast<std::int64_t>(one.crashes)},
                    {"findings", list_of(one.findings, finding_value)},
                    {"timeline", list_of(one.timeline, line_value)}};
}

Value mistake_value(const Diagnostic& d) {
  return Value::Map{{"file", d.file},        {"line", d.at.line},
                    {"column", d.at.column}, {"message", d.message},
                    {"fix", d.fix},          {"error", d.severity == Severity::error}};
}

Value file_value(const FileReport& file) {
  return Value::Map{{"file", file.file},
                    {"runbook", file.runbook},
                    {"mistakes", list_of(file.mistakes, mistake_value)},
                    {"cases", list_of(file.cases, case_value)}};
}

Value coverage_value(const RunbookCoverage& coverage) {
  std::int64_t covered = 0;
  Value::List missing;
  for (const CoverageItem& item : coverage.items) {
    covered += item.is_covered ? 1 : 0;
    if (item.is_covered) continue;
    missing.push_back(
        Value::Map{{"kind", name_of(item.kind)}, {"step", item.step}, {"what", item.what}});
  }
  return Value::Map{{"runbook", coverage.runbook},
                    {"covered", covered},
                    {"of", static_cast<std::int64_t>(coverage.items.size())},
                    {"missing", std::move(missing)}};
}

// --- JUnit

// Text and attributes of XML 1.0, which knows no control characters but three.
std::string xml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Character next = first_character(text);
    const char c = text.front();
    if (!next.is_valid)
      out += kReplacementCharacter;
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\n' || c == '\t' || c == '\r')
      out += "&#" + std::to_string(static_cast<int>(c)) + ";";
    else if (next.code_point < 0x20)
      out += '?';
    else
      out += text.substr(0, next.length);
    text.remove_prefix(next.length);
  }
  return out;
}

std::string seconds(Duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(time).count());
  return text;
}

std::string text_of(const FileReport& file, const Difference& finding) {
  std::string text = file.file + ":" + std::to_string(finding.at.line) + ":" +
                     std::to_string(finding.at.column) + " " + finding.what;
  if (!finding.expected.empty()) text += "\n  expected  " + finding.expected;
  if (!finding.got.empty()) text += "\n  got       " + finding.got;
  if (!finding.fix.empty()) text += "\n  " + finding.fix;
  return text + "\n";
}

std::string testcase(const FileReport& file, const CaseReport& one) {
  std::string out = "    <testcase classname=\"" + xml(file.file) + "\" name=\"" + xml(one.name) +
                    "\" time=\"" + seconds(one.took) + "\"";
  if (one.has_passed()) return out + "/>\n";
  std::string all;
  for (const Difference& finding : one.findings) all += text_of(file, finding);
  all += "\nthe virtual run:\n";
  for (const TimelineLine& line : one.timeline)
    all += "  " + to_string(line.after) + "  " + line.mark + "  " + line.step + "  " + line.text +
           "\n";
  return out + ">\n      <failure message=\"" + xml(one.findings.front().what) + "\">" + xml(all) +
         "</failure>\n    </testcase>\n";
}

std::string testsuite(const FileReport& file) {
  std::size_t failures = 0;
  std::string cases;
  Duration time{};
  for (const CaseReport& one : file.cases) {
    failures += one.has_passed() ? 0 : 1;
    time += one.took;
    cases += testcase(file, one);
  }
  const bool is_broken = !file.mistakes_text.empty();
  if (is_broken) {
    cases += "    <testcase classname=\"" + xml(file.file) +
             "\" name=\"is valid\" time=\"0.000\">\n" +
             "      <error message=\"the file or its runbook is wrong\">" +
             xml(file.mistakes_text) + "</error>\n    </testcase>\n";
  }
  return "  <testsuite name=\"" + xml(file.file) + "\" tests=\"" +
         std::to_string(file.cases.size() + (is_broken ? 1 : 0)) + "\" failures=\"" +
         std::to_string(failures) + "\" errors=\"" + (is_broken ? "1" : "0") + "\" time=\"" +
         seconds(time) + "\">\n" + cases + "  </testsuite>\n";
}

}  // namespace

Value to_value(const TestReport& report) {
  return Value::Map{{"passed", static_cast<std::int64_t>(report.passed())},
                    {"failed", static_cast<std::int64_t>(report.failed())},
                    {"broken_files", static_cast<std::int64_t>(report.broken_files())},
                    {"files", list_of(report.files, file_value)},
                    {"coverage", list_of(report.coverage, coverage_value)}};
}

std::string to_junit(const TestReport& report) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const FileReport& file : report.files) out += testsuite(file);
  return out + "</testsuites>\n";
}

}  // namespace rung::service
