#include "runbooks/load.h"

#include "base/durable_file.h"
#include "runbooks/check_policy.h"
#include "runbooks/check_references.h"
#include "runbooks/check_targets.h"
#include "runbooks/pinning.h"
#include "runbooks/runbook_reader.h"
#include "runbooks/unfold.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace rung::runbooks {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxFoldersUp = 64;

struct ProjectText {
  std::string file;  // as diagnostics name it
  std::string text;
  std::string folder;  // absolute; "": there is none
};

void refuse_file(Loaded& loaded, const std::string& file, const Error& error) {
  const bool is_large = error.code() == ErrorCode::exhausted;
  const bool is_missing = error.code() == ErrorCode::not_found;
  loaded.diagnostics.push_back(
      {Severity::error,
       file,
       {},
       1,
       is_large     ? "the file is larger than 1 MiB"
       : is_missing ? "there is no such file"
                    : error.message(),
       is_large     ? "keep data in files of its own and name them in the steps"
       : is_missing ? "check the path; `rung init` writes a runbook to start from"
                    : "make it a readable file"});
}

void be_strict(Diagnostics& diagnostics) {
  for (auto& diagnostic : diagnostics) diagnostic.severity = Severity::error;
}

void sort_by_place(Diagnostics& diagnostics) {
  std::stable_sort(
      diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.file, a.at.line, a.at.column) < std::tie(b.file, b.at.line, b.at.column);
      });
}

// One loading, from texts to plan.
class Loading {
 public:
  Loading(const Catalog& catalog, LoadOptions options) : catalog_(catalog), options_(options) {}

  void load(const RunbookText& runbook, const std::optional<ProjectText>& project) {
    const Project read = project ? load_project(*project) : Project{};
    if (!project && !options_.environment.empty()) refuse_environment(runbook.file);
    load_plan(runbook, read);
    finish(runbook, project);
  }

  Loaded take() { return std::move(loaded_); }
  Loaded& loaded() { return loaded_; }

 private:
  Project load_project(const ProjectText& project) {
    loaded_.texts.add(project.file, project.text);
    const Source source(project.file, project.text);
    Report report(source, loaded_.diagnostics);
    return read_project({report, catalog_, project.folder, options_.environment});
  }

  void refuse_environment(const std::string& file) {
    loaded_.diagnostics.push_back(
        {Severity::error,
         file,
         {},
         1,
         "there is no rung.yaml here or above, so --env " + options_.environment + " means nothing",
         "leave it out, or make a rung.yaml with  environments: {" + options_.environment +
             ": {...}}"});
  }

  void load_plan(const RunbookText& runbook, const Project& project) {
    loaded_.texts.add(runbook.file, runbook.text);
    const Source source(runbook.file, runbook.text);
    Report report(source, loaded_.diagnostics);
    const auto root = parse_yaml(report);
    if (!root || root->is_broken) return;
    if (root->kind != Node::Kind::map) {
      report.error({root->at}, "a runbook must be a map of keys", "begin with  rung: v1");
      return;
    }
    const Reading reading{report, catalog_, project};
    Draft draft = read_runbook(*root, reading);
    Unfolded unfolded = unfold(draft, report);
    check_references(draft, unfolded, {report, catalog_});
    check_targets(draft, unfolded, {report, catalog_}, project);
    check_policy(draft, unfolded, {report, catalog_});
    if (!runbook.folder.empty()) pin_files(unfolded, runbook.folder, report);
    plan_ = std::move(draft.plan);
    plan_.steps = std::move(unfolded.steps);
  }

  void finish(const RunbookText& runbook, const std::optional<ProjectText>& project) {
    if (options_.is_strict) be_strict(loaded_.diagnostics);
    sort_by_place(loaded_.diagnostics);
    if (has_errors(loaded_.diagnostics)) return;
    plan_.folder = runbook.folder;
    plan_.file = fs::path(runbook.file).filename().string();
    plan_.sources.emplace(plan_.file, to_hex(sha256({runbook.text})));
    if (project) plan_.sources.emplace("rung.yaml", to_hex(sha256({project->text})));
    loaded_.plan = std::make_shared<const Plan>(std::move(plan_));
  }

  const Catalog& catalog_;
  LoadOptions options_;
  Loaded loaded_;
  Plan plan_;
};

// The path of the nearest rung.yaml at or above `folder`; empty where there is none.
std::string find_project(const fs::path& folder) {
  fs::path at = folder;
  for (int i = 0; i < kMaxFoldersUp; ++i) {
    std::error_code none;
    const auto candidate = at / "rung.yaml";
    if (fs::is_regular_file(candidate, none)) return candidate.string();
    if (at == at.parent_path()) break;
    at = at.parent_path();
  }
  return "";
}

// A path as the person at the terminal would write it: relative where it lies below or beside.
std::string as_written(const std::string& path, const std::string& runbook) {
  const fs::path given(runbook);
  if (given.is_absolute()) return path;
  std::error_code none;
  const auto relative = fs::proximate(path, none);
  return none ? path : relative.string();
}

}  // namespace

std::string_view Sources::text_of(const std::string& file) const {
  const auto found = texts_.find(file);
  return found == texts_.end() ? std::string_view() : std::string_view(found->second);
}

TextOf Sources::lookup() const {
  return [this](const std::string& file) { return text_of(file); };
}

Loaded load_text(const RunbookText& runbook, const Catalog& catalog, LoadOptions options) {
  Loading loading(catalog, options);
  std::optional<ProjectText> project;
  if (!runbook.project.empty()) project = ProjectText{"rung.yaml", runbook.project, runbook.folder};
  loading.load(runbook, project);
  return loading.take();
}

Loaded load_runbook(const std::string& path, const Catalog& catalog, LoadOptions options) {
  Loading loading(catalog, options);
  std::error_code failed;
  const auto full = fs::weakly_canonical(fs::absolute(path, failed), failed);
  auto text = read_file(path, kMaxSourceBytes);
  if (!text) {
    refuse_file(loading.loaded(), path, text.error());
    return loading.take();
  }
  std::optional<ProjectText> project;
  const auto project_path = find_project(full.parent_path());
  if (!project_path.empty() && project_path != full.string()) {
    auto content = read_file(project_path, kMaxSourceBytes);
    const auto name = as_written(project_path, path);
    if (content)
      project = ProjectText{name, std::move(content).value(),
                            fs::path(project_path).parent_path().string()};
    else
      refuse_file(loading.loaded(), name, content.error());
  }
  loading.load({path, std::move(text).value(), "", full.parent_path().string()}, project);
  return loading.take();
}

}  // namespace rung::runbooks
