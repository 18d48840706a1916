#pragma once

#include "base/value.h"
#include "service/rehearsal/coverage.h"
#include "service/rehearsal/timeline.h"

#include <optional>
#include <string>
#include <vector>

namespace rung::service {

// What `rung test` found, as values for screens, JSON and JUnit.
struct CaseReport {
  std::string name;
  Position at;
  std::string status;  // of the run; "refused" where there was none
  Duration took{};     // virtual
  std::size_t events = 0;
  std::size_t crashes = 0;
  std::vector<Difference> findings;  // none: it passed
  std::vector<TimelineLine> timeline;

  bool has_passed() const { return findings.empty(); }
};

struct FileReport {
  std::string file;
  std::string runbook;        // its path
  Diagnostics mistakes;       // of the test file or the runbook: then there are no cases
  std::string mistakes_text;  // as `validate` shows them
  std::vector<CaseReport> cases;
};

struct RunbookCoverage {
  std::string runbook;  // path
  std::vector<CoverageItem> items;
};

struct TestReport {
  std::vector<FileReport> files;
  std::vector<RunbookCoverage> coverage;  // of each runbook that had a case, over all its files

  std::size_t passed() const;
  std::size_t failed() const;
  std::size_t broken_files() const;
};

struct TestOptions {
  std::string only_case;  // those whose name contains it; "" for all
};

// Runs the cases of these test files, one after another. Touches nothing but the files it reads.
TestReport run_tests(const std::vector<std::string>& files, const TestOptions& options);

// Test files as a person names them: a test file, a runbook (its own test files), a folder (all
// below it); nothing is the folder "." . Sorted, each once. not_found: there is none.
Result<std::vector<std::string>> find_tests(const std::vector<std::string>& given);

Value to_value(const TestReport& report);
// The form that build servers read: a testsuite for each file, a testcase for each case.
std::string to_junit(const TestReport& report);

}  // namespace rung::service
