#include "actions/builtin.h"
#include "scripting/lua_evaluator.h"
#include "service/catalog.h"
#include "service/rehearsal/judge.h"
#include "service/rehearsal/test_report.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace rung::service {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 16;
constexpr std::size_t kMostFiles = 10'000;

// --- finding the files

bool can_be_runbook(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml" || path.extension() == ".lua";
}

void add_folder(const fs::path& folder, std::vector<std::string>& files) {
  std::error_code none;
  auto at =
      fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, none);
  for (; at != fs::recursive_directory_iterator() && files.size() < kMostFiles;
       at.increment(none)) {
    const std::string name = at->path().filename().string();
    const bool is_folder = at->is_directory(none);
    if (is_folder && (name.starts_with('.') || at.depth() >= kDeepest))
      at.disable_recursion_pending();
    if (!is_folder && runbooks::is_test_file(name))
      files.push_back(at->path().lexically_normal().string());
  }
}

// The test files of a runbook: NAME.test.yaml, and test.yaml of a runbook.yaml or runbook.lua.
void add_tests_of(const fs::path& runbook, std::vector<std::string>& files) {
  std::vector<fs::path> names{runbook.stem().string() + ".test.yaml",
                              runbook.stem().string() + ".test.yml"};
  if (runbook.stem() == "runbook") names.insert(names.end(), {"test.yaml", "test.yml"});
  std::error_code none;
  for (const fs::path& name : names) {
    const fs::path path = runbook.parent_path() / name;
    if (fs::is_regular_file(path, none)) files.push_back(path.lexically_normal().string());
  }
}

Error no_tests(const std::string& given) {
  const std::string where = given.empty() || given == "." ? "in this folder" : "for " + given;
  return {ErrorCode::not_found, "there is no test.yaml or NAME.test.yaml " + where};
}

// --- running them

struct Actors {
  actions::Registry registry;
  ActionCatalog catalog{registry};
  std::unique_ptr<scripting::Evaluator> evaluator = scripting::make_lua_evaluator();
};

CaseReport report_of(const runbooks::TestCase& test, Rehearsed ended, const Stage& stage) {
  CaseReport report;
  report.name = test.name;
  report.at = test.at;
  report.events = ended.events.size();
  report.crashes = ended.crashes;
  report.status = "refused";
  if (ended.run) {
    const engine::RunState& run = *ended.run;
    report.status = state::name_of(engine::status_of(run));
    const bool is_over = run.phase == engine::RunPhase::finished;
    report.took = (is_over ? run.finished_at : run.last_at) - run.created_at;
  }
  report.findings = std::move(ended.findings);
  if (!ended.is_cut_short) {
    for (Difference& finding : judge(test, ended, stage))
      report.findings.push_back(std::move(finding));
  }
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const Difference& a, const Difference& b) { return a.at.line < b.at.line; });
  report.timeline = timeline_of(ended.events, *stage.plan);
  return report;
}

std::vector<CoverageItem>& coverage_of(TestReport& report, const runbooks::LoadedTests& tests) {
  const auto found =
      std::find_if(report.coverage.begin(), report.coverage.end(),
                   [&](const RunbookCoverage& c) { return c.runbook == tests.runbook; });
  if (found != report.coverage.end()) return found->items;
  report.coverage.push_back({tests.runbook, coverage_items(*tests.loaded.plan)});
  return report.coverage.back().items;
}

// Mistakes of the runbook first: until they are mended nothing can be said about its tests.
void report_mistakes(const runbooks::LoadedTests& tests, FileReport& file) {
  if (tests.loaded.plan == nullptr) {
    file.mistakes = tests.loaded.diagnostics;
    file.mistakes_text = render(tests.loaded.diagnostics, tests.loaded.texts.lookup());
  }
  if (!has_errors(tests.diagnostics)) return;
  file.mistakes.insert(file.mistakes.end(), tests.diagnostics.begin(), tests.diagnostics.end());
  file.mistakes_text += render(tests.diagnostics, tests.texts.lookup());
}

void run_file(const std::string& path, const TestOptions& options, const Actors& actors,
              TestReport& report) {
  const auto tests = runbooks::load_tests(path, actors.catalog);
  FileReport file;
  file.file = path;
  file.runbook = tests.runbook;
  report_mistakes(tests, file);
  if (file.mistakes_text.empty()) {
    // A calendar is not the business of a test.
    runbooks::Plan plan = *tests.loaded.plan;
    plan.freezes.clear();
    const auto thawed = std::make_shared<const runbooks::Plan>(std::move(plan));
    Stage stage{thawed, std::make_shared<const engine::Graph>(*thawed), &actors.registry,
                actors.evaluator.get()};
    for (const runbooks::TestCase& test : tests.cases) {
      if (test.name.find(options.only_case) == std::string::npos) continue;
      Rehearsed ended = rehearse(test, stage);
      cover(coverage_of(report, tests), ended);
      file.cases.push_back(report_of(test, std::move(ended), stage));
    }
  }
  report.files.push_back(std::move(file));
}

}  // namespace

std::size_t TestReport::passed() const {
  std::size_t count = 0;
  for (const FileReport& file : files) {
    for (const CaseReport& one : file.cases) count += one.has_passed() ? 1 : 0;
  }
  return count;
}

std::size_t TestReport::failed() const {
  std::size_t count = 0;
  for (const FileReport& file : files) {
    for (const CaseReport& one : file.cases) count += one.has_passed() ? 0 : 1;
  }
  return count;
}

std::size_t TestReport::broken_files() const {
  return static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(),
                    [](const FileReport& file) { return !file.mistakes_text.empty(); }));
}

Result<std::vector<std::string>> find_tests(const std::vector<std::string>& given) {
  std::vector<std::string> files;
  const std::vector<std::string> here{"."};
  for (const std::string& one : given.empty() ? here : given) {
    const std::size_t before = files.size();
    std::error_code none;
    const fs::path path(one);
    if (!fs::exists(path, none))
      return Error(ErrorCode::not_found, "there is no file " + one + " here");
    if (fs::is_directory(path, none))
      add_folder(path, files);
    else if (runbooks::is_test_file(path.filename().string()))
      files.push_back(path.lexically_normal().string());
    else if (can_be_runbook(path))
      add_tests_of(path, files);
    if (files.size() == before) return no_tests(one);
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

TestReport run_tests(const std::vector<std::string>& files, const TestOptions& options) {
  TestReport report;
  Actors actors;
  if (const auto registered = actions::register_builtin_actions(actors.registry); !registered) {
    FileReport broken;
    broken.mistakes_text = registered.error().message() + "\n";
    report.files.push_back(std::move(broken));
    return report;
  }
  for (const std::string& file : files) run_file(file, options, actors, report);
  return report;
}

}  // namespace rung::service
