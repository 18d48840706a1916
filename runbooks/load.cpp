#include "runbooks/load.h"

#include "base/durable_file.h"
#include "runbooks/check_policy.h"
#include "runbooks/check_references.h"
#include "runbooks/check_targets.h"
#include "runbooks/children.h"
#include "runbooks/graft.h"
#include "runbooks/lock_reader.h"
#include "runbooks/lua_tree.h"
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
constexpr std::size_t kMaxDepth = 8;  // of runbooks that use each other

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
  // A runbook that is used twice is read twice.
  const auto is_same = [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.file, a.at.line, a.at.column, a.message) ==
           std::tie(b.file, b.at.line, b.at.column, b.message);
  };
  diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end(), is_same),
                    diagnostics.end());
}

// One loading, from texts to plan.
class Loading {
 public:
  Loading(const Catalog& catalog, LoadOptions options) : catalog_(catalog), options_(options) {}

  void load(const RunbookText& runbook, const std::optional<ProjectText>& project) {
    const Project read = project ? load_project(*project) : Project{};
    top_ = runbook.folder + "/" + fs::path(runbook.file).filename().string();
    if (!project && !options_.environment.empty()) refuse_environment(runbook.file);
    auto plan = load_plan(runbook, read);
    finish(std::move(plan), project);
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

  // Empty where it was refused; errors that leave a plan are told by the diagnostics.
  std::optional<Plan> load_plan(const RunbookText& runbook, const Project& project) {
    loaded_.texts.add(runbook.file, runbook.text);
    const Source source(runbook.file, runbook.text);
    Report report(source, loaded_.diagnostics);
    const auto root = is_lua_file(runbook.file) ? parse_lua(report) : parse_yaml(report);
    if (!root || root->is_broken) return std::nullopt;
    if (root->kind != Node::Kind::map) {
      report.error({root->at}, "a runbook must be a map of keys", "begin with  rung: v1");
      return std::nullopt;
    }
    const Reading reading{report, catalog_, project};
    Draft draft = read_runbook(*root, reading);
    Unfolded unfolded = unfold(draft, report);
    const auto children = load_children(unfolded, {runbook, project, report});
    check_references(draft, unfolded, {report, catalog_});
    check_targets(draft, unfolded, {report, catalog_}, project);
    check_policy(draft, unfolded, {report, catalog_});
    if (!runbook.folder.empty()) pin_files(unfolded, runbook.folder, report);
    Plan plan = std::move(draft.plan);
    plan.steps = unfolded.steps;
    plan.folder = runbook.folder;
    plan.file = fs::path(runbook.file).filename().string();
    plan.sources.emplace(plan.file, to_hex(sha256({runbook.text})));
    has_own_policy_ = draft.has_on_failure;
    graft(plan, children);
    check_lock_order(plan, unfolded, report);
    return plan;
  }

  struct Parent {
    const RunbookText& runbook;
    const Project& project;
    Report& report;
  };

  std::map<StepIndex, Plan> load_children(Unfolded& unfolded, const Parent& parent) {
    std::map<StepIndex, Plan> children;
    for (std::uint32_t n = 0; n < unfolded.steps.size(); ++n) {
      if (unfolded.drafts[n] == nullptr || unfolded.drafts[n]->child.text.empty()) continue;
      if (auto child = load_child(*unfolded.drafts[n], unfolded.steps[n], parent))
        children.emplace(StepIndex{n}, std::move(*child));
    }
    return children;
  }

  std::optional<Plan> load_child(const DraftStep& draft, Step& step, const Parent& parent) {
    auto text = child_text(draft.child, parent);
    if (!text) return std::nullopt;
    const std::string path = text->folder + "/" + fs::path(text->file).filename().string();
    open_.push_back(path);
    auto plan = load_plan(*text, parent.project);
    open_.pop_back();
    if (!plan) return std::nullopt;
    check_child(draft, *step.child, *plan, parent.report);
    for (const auto& [name, value] : plan->outputs) step.action.gives.push_back(name);
    if (!step.on_failure && !step.tolerate && has_own_policy_) step.on_failure = plan->on_failure;
    auto source = plan->sources.extract(plan->file);
    source.key() = plan->file = draft.child.text;
    plan->sources.insert(std::move(source));
    return plan;
  }

  // The child's file, unless it holds this one or cannot be read.
  std::optional<RunbookText> child_text(const Word& child, const Parent& parent) {
    Report& report = parent.report;
    if (parent.runbook.folder.empty() || fs::path(child.text).is_absolute()) {
      report.error(child.place, "a runbook is used by its path from here, not " + child.text,
                   "write  runbook: ./fence.yaml");
      return std::nullopt;
    }
    std::error_code failed;
    const auto full = fs::weakly_canonical(parent.runbook.folder + "/" + child.text, failed);
    if (open_.empty()) open_.push_back(top_);
    if (std::find(open_.begin(), open_.end(), full.string()) != open_.end()) {
      report.error(child.place, child.text + " holds this runbook: it would never end",
                   "use a runbook that does not come back to this one");
      return std::nullopt;
    }
    if (open_.size() > kMaxDepth) {
      report.error(child.place,
                   "runbooks use each other more than " + std::to_string(kMaxDepth) + " deep",
                   "put the steps of one of them here");
      return std::nullopt;
    }
    auto text = read_file(full.string(), kMaxSourceBytes);
    if (!text) {
      report.error(child.place,
                   "cannot read the runbook " + child.text + ": " + text.error().message(),
                   "correct the path: it begins at this runbook's folder");
      return std::nullopt;
    }
    const auto beside = fs::path(parent.runbook.file).parent_path() / child.text;
    return RunbookText{beside.lexically_normal().string(), std::move(text).value(), "",
                       full.parent_path().string()};
  }

  void finish(std::optional<Plan> plan, const std::optional<ProjectText>& project) {
    if (options_.is_strict) be_strict(loaded_.diagnostics);
    sort_by_place(loaded_.diagnostics);
    if (has_errors(loaded_.diagnostics) || !plan) return;
    if (project) plan->sources.emplace("rung.yaml", to_hex(sha256({project->text})));
    loaded_.plan = std::make_shared<const Plan>(std::move(*plan));
  }

  const Catalog& catalog_;
  LoadOptions options_;
  Loaded loaded_;
  std::string top_;                // the path of the runbook itself
  std::vector<std::string> open_;  // paths of runbooks that are being read, the outermost first
  bool has_own_policy_ = false;    // of the one that was read last
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
