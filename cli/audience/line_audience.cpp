#include "cli/audience/line_audience.h"

#include "cli/screen/report_screen.h"
#include "cli/screen/run_screen.h"
#include "cli/screen/step_line.h"

namespace rung::cli {

using service::Joined;
using service::RunView;
using service::Wish;

namespace {

// What was over before this terminal came is not news; what is going on is.
std::optional<RunView> before_this_terminal(const RunView& run) {
  if (run.engines.size() <= 1) return std::nullopt;
  RunView before = run;
  for (service::StepView& step : before.steps) {
    const bool is_over = step.finished_at || step.status == service::StepStatus::skipped;
    if (!is_over) step.status = service::StepStatus::waiting;
    if (!is_over) step.attempts = 0;
  }
  return before;
}

}  // namespace

std::string joined_text(const Style& style, const Joined& joined, const RunView* run) {
  if (joined.as == Joined::As::client && joined.holder) {
    return "driven by the engine of " + joined.holder->who + ", pid " +
           std::to_string(joined.holder->pid) + " on " + joined.holder->host +
           "; this terminal looks on\n";
  }
  if (joined.as != Joined::As::owner || run == nullptr) return "";
  std::string text =
      joined.is_takeover ? "the engine that drove this run is gone; this terminal goes on\n" : "";
  if (joined.recovered_in) text += takeover_screen(style, *run, *joined.recovered_in);
  return text;
}

std::string store_text(const std::string& why) {
  return why.empty() ? "the store can be written again: the run goes on" : why;
}

void LineAudience::joined(const Joined& joined, const RunView* run) {
  console_.hint(joined_text(console_.err_style(), joined, run));
}

void LineAudience::changed(const RunView& run) {
  const auto before = shown_.find(run.id);
  const bool is_new = before == shown_.end();
  const bool is_many = shown_.size() + (is_new ? 1 : 0) > 1;
  std::string text;
  if (is_new) text += title_line(console_.err_style(), run) + "\n";
  const std::optional<RunView> news_since = is_new ? before_this_terminal(run) : std::nullopt;
  const RunView* since = !is_new ? &before->second : news_since ? &*news_since : nullptr;
  for (const std::string& line : change_lines(console_.err_style(), since, run)) {
    text += (is_many ? run.name + "  " : "") + line + "\n";
  }
  console_.hint(text);
  shown_.insert_or_assign(run.id, run);
}

void LineAudience::say(const std::string& line) {
  console_.err(line + "\n");
}

Wish LineAudience::interrupted(bool) {
  return {Wish::For::stop};
}

}  // namespace rung::cli
