#include "runbooks/test_file.h"

#include "base/durable_file.h"
#include "runbooks/test_reader.h"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

namespace rung::runbooks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEndings[] = {".test.yaml", ".test.yml"};

// The `runbook:` of a file whose keys nobody has looked at yet.
std::string named_runbook(const Node& root) {
  const Member* member = root.member("runbook");
  return member == nullptr ? "" : member->value.text;
}

// In the language in which it is written.
std::string runbook_called(const fs::path& path) {
  std::error_code none;
  const std::string lua = path.string() + ".lua";
  const std::string yaml = path.string() + ".yaml";
  return !fs::exists(yaml, none) && fs::exists(lua, none) ? lua : yaml;
}

std::string runbook_path(const std::string& file, const std::string& named) {
  const fs::path folder = fs::path(file).parent_path();
  if (!named.empty()) return (folder / named).lexically_normal().string();
  const std::string name = fs::path(file).filename().string();
  for (const std::string_view ending : kEndings) {
    if (name.size() > ending.size() && name.ends_with(ending))
      return runbook_called(folder / name.substr(0, name.size() - ending.size()));
  }
  return runbook_called(folder / "runbook");
}

void sort_by_place(Diagnostics& diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
                   });
}

std::optional<Node> parse(LoadedTests& tests, const Source& source) {
  Report report(source, tests.diagnostics);
  auto root = parse_yaml(report);
  if (!root || root->is_broken) return std::nullopt;
  if (root->kind == Node::Kind::map) return root;
  report.error({root->at}, "a test file must be a map of keys", "begin with  rung: v1");
  return std::nullopt;
}

void read_cases(LoadedTests& tests, const Source& source, const Node& root,
                const Catalog& catalog) {
  Report report(source, tests.diagnostics);
  tests.cases = TestReader(report, *tests.loaded.plan, catalog).read(root);
  sort_by_place(tests.diagnostics);
  if (has_errors(tests.diagnostics)) tests.cases.clear();
}

void refuse(LoadedTests& tests, Position at, std::string message, std::string fix) {
  tests.diagnostics.push_back(
      {Severity::error, tests.file, at, 1, std::move(message), std::move(fix)});
}

}  // namespace

bool is_test_file(std::string_view name) {
  if (name == "test.yaml" || name == "test.yml") return true;
  return std::any_of(std::begin(kEndings), std::end(kEndings), [&](std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  });
}

LoadedTests tests_from(const std::string& file, std::string text, const Loaded& runbook,
                       const Catalog& catalog) {
  LoadedTests tests;
  tests.file = file;
  tests.loaded = runbook;
  tests.texts.add(file, text);
  const Source source(file, std::move(text));
  if (const auto root = parse(tests, source)) read_cases(tests, source, *root, catalog);
  return tests;
}

LoadedTests load_tests(const std::string& path, const Catalog& catalog) {
  LoadedTests tests;
  tests.file = path;
  auto text = read_file(path, kMaxSourceBytes);
  if (!text) {
    const bool is_large = text.error().code() == ErrorCode::exhausted;
    refuse(tests, {}, is_large ? "the file is larger than 1 MiB" : text.error().message(),
           is_large ? "split the cases over several files NAME.test.yaml, each with `runbook:`"
                    : "check the path; `rung init` writes a test to start from");
    return tests;
  }
  tests.texts.add(path, text.value());
  const Source source(path, std::move(text).value());
  const auto root = parse(tests, source);
  if (!root) return tests;
  const std::string named = named_runbook(*root);
  tests.runbook = runbook_path(path, named);
  std::error_code none;
  if (!fs::is_regular_file(tests.runbook, none)) {
    const Member* member = root->member("runbook");
    refuse(tests, member == nullptr ? Position{1, 1} : member->value.at,
           "there is no runbook " + tests.runbook,
           "write  runbook: FILE  with its path from this folder");
    return tests;
  }
  tests.loaded = load_runbook(tests.runbook, catalog);
  if (tests.loaded.plan) read_cases(tests, source, *root, catalog);
  return tests;
}

}  // namespace rung::runbooks
