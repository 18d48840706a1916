#include "cli/command.h"
#include "cli/commands/look.h"
#include "cli/commands/runbook_file.h"
#include "service/plan_graph.h"

#include <unistd.h>

namespace rung::cli {
namespace {

// What is drawn: a runbook, or a run with its plan.
struct Subject {
  std::shared_ptr<const runbooks::Plan> plan;
  service::StepStatuses statuses;
};

bool names_run(const std::string& word) {
  const bool is_file =
      word.ends_with(".yaml") || word.ends_with(".yml") || ::access(word.c_str(), F_OK) == 0;
  return !word.empty() && !is_file;
}

std::optional<Subject> subject_of_run(Arguments arguments, const Console& console, ExitCode& code) {
  arguments.run = arguments.file;
  auto look = open_run(arguments, console, service::Archive::Fits::any, code);
  if (!look) return std::nullopt;
  const auto run = look->archive.view(look->run, viewer(look->archive.place()));
  auto json =
      run ? look->archive.reader().plan(run.value().plan) : Result<std::string>(run.error());
  auto plan = json ? runbooks::plan_from_json(json.value()) : Result<runbooks::Plan>(json.error());
  if (!plan) {
    code = console.refuse(plan.error());
    return std::nullopt;
  }
  Subject subject;
  subject.plan = std::make_shared<const runbooks::Plan>(std::move(plan).value());
  for (const service::StepView& step : run.value().steps)
    subject.statuses.emplace(step.address, step.status);
  return subject;
}

std::optional<Subject> subject_of_file(const Arguments& arguments, const Console& console,
                                       ExitCode& code) {
  auto plan = load_for(arguments, console, code);
  if (!plan) return std::nullopt;
  return Subject{std::move(plan), {}};
}

}  // namespace

ExitCode graph(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  const auto subject = names_run(arguments.file) ? subject_of_run(arguments, console, code)
                                                 : subject_of_file(arguments, console, code);
  if (!subject) return code;
  const bool is_mermaid = arguments.format == "mermaid" || arguments.format.empty();
  std::string text =
      service::draw_graph(*subject->plan, subject->statuses,
                          is_mermaid ? service::GraphFormat::mermaid : service::GraphFormat::dot);
  if (arguments.format == "svg") {
    auto svg = service::render_svg(text);
    if (!svg) return console.refuse(svg.error());
    text = std::move(svg).value();
  }
  console.out(text);
  return ExitCode::succeeded;
}

}  // namespace rung::cli
