#include "cli/screen/list_screen.h"

#include "cli/screen/step_line.h"
#include "cli/screen/times.h"

#include <algorithm>

namespace rung::cli {

namespace {

// Of a run that goes on only when somebody does something: others may wait for it.
std::string held_text(const state::RunSummary& run, const std::vector<service::LockView>& locks) {
  using state::RunStatus;
  const bool is_stopped = run.status == RunStatus::paused || run.status == RunStatus::in_doubt ||
                          run.status == RunStatus::stuck;
  std::string text;
  for (const service::LockView& lock : locks) {
    if (is_stopped && lock.taken_at) text += (text.empty() ? "" : ", ") + one_line(lock.name);
  }
  return text.empty() ? "" : "; holds " + text;
}

}  // namespace

std::string list_screen(const Style& style, const std::vector<service::ListedRun>& runs,
                        TimePoint now) {
  std::size_t width = 12;
  const auto name_of = [](const state::RunSummary& run) {
    return run.runbook + "-" + std::to_string(run.run.number);
  };
  for (const auto& run : runs) width = std::max(width, columns(name_of(run.summary)) + 2);
  std::string out;
  for (const auto& [run, environment, locks] : runs) {
    const std::string status(state::name_of(run.status));
    const std::string took = brief(run.finished_at.value_or(now) - run.created_at);
    std::string line =
        padded(name_of(run), width) + paint(style, tone_of(run.status), padded(status, 11)) +
        padded(took, 9) +
        padded(to_string(std::chrono::floor<std::chrono::seconds>(run.created_at)), 22) + run.who;
    if (!environment.empty()) line += "  ENVIRONMENT " + environment;
    if (!run.reason.empty()) line += "  " + one_line(run.reason);
    line += held_text(run, locks);
    out += (style.is_terminal && style.width > 60 ? cut(line, style.width) : line) + "\n";
  }
  return out;
}

std::string freezes_screen(const Style& style, const std::vector<state::Freeze>& freezes) {
  std::string out;
  for (const state::Freeze& freeze : freezes)
    out += paint(style, Tone::asks, one_line(state::told(freeze))) + "\n";
  return out;
}

}  // namespace rung::cli
