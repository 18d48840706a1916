#include "cli/screen/step_line.h"

#include "cli/screen/times.h"

#include <algorithm>

namespace rung::cli {
namespace {

using service::NeedKind;
using service::RunStatus;
using service::RunView;
using service::StepKind;
using service::StepStatus;
using service::StepView;

struct Mark {
  std::string_view text;
  Tone tone;
};

bool is_open(const StepView& step) {
  return step.kind == StepKind::approve || step.kind == StepKind::manual ||
         step.kind == StepKind::decide || step.kind == StepKind::wait;
}

bool ended_the_run(const StepView& step) {
  return step.status == StepStatus::succeeded && step.address.starts_with("abort_if/");
}

Mark plain_mark(const StepView& step) {
  if (ended_the_run(step)) return {" HELD ", Tone::bad};
  switch (step.status) {
    case StepStatus::waiting: return {" ..   ", Tone::dim};
    case StepStatus::running:
      return {is_open(step) ? " ?    " : " >>   ", is_open(step) ? Tone::asks : Tone::busy};
    case StepStatus::backing_off: return {" ..>> ", Tone::busy};
    case StepStatus::in_doubt: return {" ??   ", Tone::bad};
    case StepStatus::succeeded: return {" ok   ", Tone::good};
    case StepStatus::failed:
      return {step.is_tolerated ? " fail " : " FAIL ", step.is_tolerated ? Tone::asks : Tone::bad};
    case StepStatus::skipped: return {" --   ", Tone::dim};
    case StepStatus::undone: return {" <-   ", Tone::plain};
  }
  return {"      ", Tone::plain};
}

// What the step yielded, the author's own outputs first; what every command has is told where it
// says something.
std::string outputs_text(const Value::Map& outputs) {
  std::string own;
  std::string common;
  for (const auto& [name, value] : outputs) {
    if (service::holds_looks(name, value)) continue;
    const std::string text = one_line(service::spoken(value));
    const bool is_stream = name == "stdout" || name == "stderr";
    const bool is_common = is_stream || name == "exit_code";
    if ((is_stream && text.empty()) || (name == "exit_code" && text == "0")) continue;
    std::string& into = is_common ? common : own;
    into += (into.empty() ? "" : "  ") + (is_stream ? text : name + "=" + text);
  }
  return own.empty() ? common : own;
}

std::string skipped_text(const StepView& step) {
  if (step.skipped_because == "when") return "not needed (when)";
  if (step.skipped_because == "mode") return "not in this mode";
  if (step.skipped_because == "choose") return "another branch was taken";
  if (step.skipped_because == "branch") return "not reached";
  if (!step.who.empty()) return "skipped by " + step.who;
  if (step.skipped_because == "point_of_no_return") return "it did not hold until no return";
  if (step.skipped_because == "run_ends") return "it did not hold";
  return step.skipped_because;
}

std::string doing_text(const StepView& step, TimePoint now) {
  std::string text = step.attempts > 1 ? "try " + std::to_string(step.attempts) : "";
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  const bool is_guard = step.address.starts_with("abort_if/");
  if (is_guard && !step.cannot_look.empty()) add("CANNOT LOOK: " + one_line(step.cannot_look));
  if (is_guard && step.cannot_look.empty()) add("ends the run when it holds");
  if (!step.progress.empty()) add(one_line(step.progress));
  if (step.due) add(brief(*step.due - now) + " left");
  return text;
}

}  // namespace

std::string mark_of(const Style& style, const StepView& step) {
  const Mark mark = plain_mark(step);
  return paint(style, mark.tone, mark.text);
}

Tone tone_of(RunStatus status) {
  switch (status) {
    case RunStatus::queued: return Tone::dim;
    case RunStatus::running: return Tone::busy;
    case RunStatus::waiting:
    case RunStatus::paused: return Tone::asks;
    case RunStatus::in_doubt:
    case RunStatus::stuck:
    case RunStatus::failed: return Tone::bad;
    case RunStatus::undoing: return Tone::busy;
    case RunStatus::succeeded: return Tone::good;
    case RunStatus::undone:
    case RunStatus::cancelled: return Tone::strong;
  }
  return Tone::plain;
}

std::string headline_of(const RunView& run) {
  if (run.status == RunStatus::in_doubt) return "IN DOUBT";
  if (run.status == RunStatus::waiting) {
    const bool person = run.has_need(NeedKind::approval) || run.has_need(NeedKind::task) ||
                        run.has_need(NeedKind::decision);
    return person ? "WAITING FOR A PERSON" : "WAITING";
  }
  std::string text(state::name_of(run.status));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  const bool should_move = run.status == RunStatus::queued || run.status == RunStatus::running ||
                           run.status == RunStatus::undoing;
  return should_move && run.has_need(NeedKind::engine) ? text + " (no engine)" : text;
}

std::string time_of(const StepView& step, TimePoint now) {
  if (!step.started_at || step.status == StepStatus::skipped) return "";
  const TimePoint end =
      step.finished_at.value_or(step.status == StepStatus::in_doubt ? *step.started_at : now);
  return brief(end - *step.started_at);
}

std::string remark_of(const StepView& step, TimePoint now) {
  switch (step.status) {
    case StepStatus::waiting: return "";
    case StepStatus::running: return doing_text(step, now);
    case StepStatus::backing_off: {
      const std::string when =
          step.due ? "try " + std::to_string(step.attempts + 1) + " in " + brief(*step.due - now)
                   : "";
      return when + (step.error ? "; " + one_line(step.error->message) : "");
    }
    case StepStatus::in_doubt:
    case StepStatus::failed:
      return (step.error ? one_line(step.error->message) : "") +
             (step.place.empty() ? "" : "   " + step.place);
    case StepStatus::succeeded: {
      const std::string outputs = outputs_text(step.outputs);
      const std::string adopted = step.is_adopted ? "adopted" : "";
      return adopted + (adopted.empty() || outputs.empty() ? "" : "  ") + outputs;
    }
    case StepStatus::skipped: return skipped_text(step);
    case StepStatus::undone: return "undone";
  }
  return "";
}

std::string step_line(const Style& style, const StepView& step, std::size_t address_width,
                      TimePoint now) {
  const std::string left = fitted_end(step.address, address_width) + "  ";
  std::string time = time_of(step, now);
  time.insert(0, time.size() < 6 ? 6 - time.size() : 0, ' ');
  const std::size_t used = 6 + address_width + 2 + 6 + 3;
  const std::size_t room = style.width > used + 20 ? style.width - used : 20;
  std::string remark = remark_of(step, now);
  const bool is_trouble = step.status == StepStatus::failed || step.status == StepStatus::in_doubt;
  if (style.is_terminal || !is_trouble) remark = cut(remark, room);
  std::string line = mark_of(style, step) + left + time;
  if (!remark.empty()) line += "   " + remark;
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::size_t address_width(const RunView& run) {
  std::size_t width = 12;
  for (const StepView& step : run.steps) width = std::max(width, columns(step.address));
  return std::min<std::size_t>(width, 40);
}

bool is_shown(const StepView& step) {
  // The steps in it tell more than it does, but for what a script or another runbook gives itself.
  const bool gives = step.kind == StepKind::group && !step.outputs.empty();
  return gives || (step.kind != StepKind::group && step.kind != StepKind::two_phase);
}

}  // namespace rung::cli
