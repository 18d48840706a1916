#include "cli/screen/run_screen.h"

#include "cli/screen/need_screen.h"
#include "cli/screen/step_line.h"
#include "cli/screen/times.h"

#include <algorithm>
#include <cmath>

namespace rung::cli {
namespace {

using service::RunView;
using service::StepStatus;
using service::StepView;

constexpr std::size_t kBarWidth = 30;

std::string bar(const Style& style, double part) {
  const double bounded = std::clamp(part, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(std::lround(bounded * static_cast<double>(kBarWidth)));
  std::string text = "[";
  for (std::size_t i = 0; i < kBarWidth; ++i) {
    if (style.has_unicode)
      text += i < full ? "\xE2\x96\x88" : "\xE2\x96\x91";
    else
      text += i < full ? '#' : '-';
  }
  return text + "]";
}

std::vector<const StepView*> shown_steps(const RunView& run) {
  std::vector<const StepView*> steps;
  for (const StepView& step : run.steps) {
    if (is_shown(step)) steps.push_back(&step);
  }
  return steps;
}

// Which steps to show where not all have room: around the first one that is not over.
std::pair<std::size_t, std::size_t> window(const std::vector<const StepView*>& steps,
                                           std::size_t room) {
  if (steps.size() <= room) return {0, steps.size()};
  const auto busy = std::find_if(steps.begin(), steps.end(), [](const StepView* s) {
    return s->status == StepStatus::running || s->status == StepStatus::backing_off ||
           s->status == StepStatus::in_doubt || s->status == StepStatus::failed;
  });
  const auto at = static_cast<std::size_t>(busy - steps.begin());
  const std::size_t before = room / 2;
  const std::size_t first = std::min(at > before ? at - before : 0, steps.size() - room);
  return {first, first + room};
}

// How many steps from `first` on end, or have not begun, in the same way.
std::size_t alike(const std::vector<const StepView*>& steps, std::size_t first) {
  const StepStatus status = steps[first]->status;
  const bool is_quiet = status == StepStatus::succeeded || status == StepStatus::skipped ||
                        status == StepStatus::undone || status == StepStatus::waiting;
  std::size_t end = first + 1;
  while (is_quiet && end < steps.size() && steps[end]->status == status) ++end;
  return end - first;
}

// On a terminal a long row of steps that are alike is shown by its ends: what matters to people is
// between such rows. A pipe gets every line.
std::string steps_text(const Style& style, const RunView& run, TimePoint now) {
  constexpr std::size_t kLongRow = 40;
  constexpr std::size_t kEnds = 3;
  const std::size_t width = address_width(run);
  const auto steps = shown_steps(run);
  const auto line = [&](std::size_t i) { return step_line(style, *steps[i], width, now) + "\n"; };
  std::string out;
  for (std::size_t i = 0; i < steps.size();) {
    const std::size_t count = alike(steps, i);
    const bool is_long = style.is_terminal && count > kLongRow;
    for (std::size_t n = 0; n < (is_long ? kEnds : count); ++n) out += line(i + n);
    if (is_long) {
      out += "      ... " + std::to_string(count - 2 * kEnds) + " more " +
             std::string(name_of(steps[i]->status)) + "; all of them: rung show " +
             std::to_string(run.id.number) + " | less\n";
      for (std::size_t n = count - kEnds; n < count; ++n) out += line(i + n);
    }
    i += count;
  }
  return out;
}

std::string fact_line(std::string_view name, const std::string& text) {
  return padded(name, 10) + text + "\n";
}

std::string inputs_text(const Value::Map& inputs) {
  std::string text;
  for (const auto& [name, value] : inputs)
    text += (text.empty() ? "" : "  ") + name + "=" + one_line(to_text(value));
  return text;
}

// " (git 8e1b2c3, clean)"
std::string origin_text(const RunView& run) {
  if (run.commit.empty()) return "";
  return " (git " + run.commit.substr(0, 7) + (run.is_modified ? ", modified)" : ", clean)");
}

std::string files_text(const RunView& run) {
  std::string text;
  for (const auto& [file, hash] : run.files)
    text += (text.empty() ? "" : ", ") + one_line(file) + " @ " + hash.substr(0, 6);
  return text;
}

// Of the run, or of one of its groups; a line for each of them.
std::string locks_text(const RunView& run) {
  std::string out;
  for (auto lock = run.locks.begin(); lock != run.locks.end();) {
    const service::LockView& first = *lock;
    std::string text = first.step.empty() ? "" : first.step + ": ";
    for (; lock != run.locks.end() && lock->step == first.step; ++lock)
      text += (&*lock == &first ? "" : ", ") + one_line(lock->name) +
              (lock->is_shared ? " (shared)" : "");
    if (!first.taken_at)
      text += run.is_over() ? "   never held" : "   waits for them";
    else if (run.is_over())
      text += "   held for " + brief(*run.finished_at - *first.taken_at);
    else
      text += "   held since " + clock_time(*first.taken_at);
    out += fact_line(out.empty() ? "locks" : "", text);
  }
  return out;
}

std::string deeds_text(const RunView& run) {
  std::string out;
  for (const service::Deed& deed : run.deeds) {
    out += padded(out.empty() ? "people" : "", 10) + clock_time(deed.at) + "  " + deed.who + " " +
           deed.what + (deed.step.empty() ? "" : " " + deed.step) +
           (deed.say.empty() ? "" : ": " + one_line(deed.say)) + "\n";
  }
  return out;
}

std::string change_line(const Style& style, const StepView& step, TimePoint now) {
  return clock_time(now) + " " + step_line(style, step, 24, now);
}

bool has_changed(const StepView* before, const StepView& after) {
  if (before == nullptr) return after.status != StepStatus::waiting;
  return before->status != after.status || before->attempts != after.attempts;
}

// It began and ended between two looks: the beginning is told all the same.
bool began_unseen(const StepView* before, const StepView& after) {
  const bool is_new = before == nullptr || before->status == StepStatus::waiting;
  return is_new && after.started_at && after.finished_at;
}

// "12:00:03Z waits for lock pg:orders: held by web-1 ..."
std::string waiting_line(const RunView& run) {
  const auto need = std::find_if(run.needs.begin(), run.needs.end(), [](const service::Need& n) {
    return n.kind == service::NeedKind::lock;
  });
  std::string line = (need->since ? clock_time(*need->since) + "  " : "") +
                     (need->step.empty() ? "" : need->step + " ") + "waits for " +
                     one_line(need->text);
  if (!need->facts.empty())
    line += ": " + one_line(need->facts.front().first + " is " + need->facts.front().second);
  return line;
}

StepView beginning_of(StepView step) {
  step.status = StepStatus::running;
  step.attempts = std::min<std::int64_t>(step.attempts, 1);
  step.finished_at.reset();
  return step;
}

TimePoint moment_of(const StepView& step, TimePoint otherwise) {
  // Its own end is long past when it has been undone.
  if (step.status == StepStatus::undone) return otherwise;
  if (step.finished_at) return *step.finished_at;
  if (step.status == StepStatus::running && step.attempt_started_at)
    return *step.attempt_started_at;
  return otherwise;
}

}  // namespace

std::string title_line(const Style& style, const RunView& run) {
  std::string line = paint(style, Tone::strong, run.name);
  if (!run.mode.empty()) line += "   " + run.mode;
  if (!run.environment.empty())
    line += "   " + paint(style, Tone::asks, "ENVIRONMENT " + run.environment);
  line += "   " + paint(style, tone_of(run.status), headline_of(run)) + "    by " + run.who;
  if (!run.commander.empty() && run.commander != run.who) line += "    commander: " + run.commander;
  if (!run.say.empty()) line += "    reason: " + one_line(run.say);
  return line;
}

std::string rto_line(const Style& style, const RunView& run, TimePoint now) {
  if (run.rto <= Duration::zero()) return "";
  const Duration used = run.finished_at.value_or(now) - run.created_at;
  const double part = static_cast<double>(used.count()) / static_cast<double>(run.rto.count());
  const Tone tone = part >= 1 ? Tone::bad : part >= 0.8 ? Tone::asks : Tone::good;
  const std::string left =
      used <= run.rto ? brief(run.rto - used) + " left"
                      : paint(style, Tone::bad, "missed by " + service::measured(used - run.rto));
  return "RTO " + brief(run.rto) + "  " + paint(style, tone, bar(style, part)) + "  " +
         brief(used) + " used  " + left;
}

std::string no_return_line(const Style& style, const RunView& run) {
  if (!run.no_return) return "";
  return paint(style, Tone::asks, "NO RETURN since " + clock_time(run.no_return->at)) + ": " +
         one_line(run.no_return->text);
}

std::string show_screen(const Style& style, const RunView& run, TimePoint now) {
  std::string out = title_line(style, run) + "\n";
  if (!run.title.empty()) out += run.title + "\n";
  out += fact_line("created", full_time(run.created_at));
  if (run.finished_at) {
    out += fact_line("finished", full_time(*run.finished_at) + "   after " +
                                     brief(*run.finished_at - run.created_at));
  }
  out += fact_line("plan", run.runbook + " @ " + run.plan.substr(0, 6) + origin_text(run));
  if (!run.files.empty()) out += fact_line("files", files_text(run));
  if (!run.inputs.empty()) out += fact_line("inputs", inputs_text(run.inputs));
  if (!run.reason.empty()) out += fact_line("reason", one_line(run.reason));
  out += locks_text(run);
  if (const std::string rto = rto_line(style, run, now); !rto.empty()) out += rto + "\n";
  out += steps_text(style, run, now);
  if (const std::string line = no_return_line(style, run); !line.empty()) out += line + "\n";
  if (!run.outputs.empty()) out += fact_line("outputs", inputs_text(run.outputs));
  out += deeds_text(run);
  for (const service::Need& need : run.needs) {
    if (need.is_for_person) out += "\n" + need_block(style, need, now);
  }
  return out;
}

std::vector<std::string> live_screen(const Style& style, const RunView& run, TimePoint now,
                                     std::size_t height, const std::string& keys) {
  std::vector<std::string> top = {title_line(style, run)};
  if (std::string line = rto_line(style, run, now); !line.empty()) top.push_back(std::move(line));
  std::vector<std::string> bottom;
  if (std::string line = no_return_line(style, run); !line.empty())
    bottom.push_back(std::move(line));
  for (const service::Need& need : run.needs) {
    if (!need.is_for_person) continue;
    const std::string block = need_block(style, need, now);
    for (std::size_t at = 0; at < block.size();) {
      const std::size_t end = block.find('\n', at);
      bottom.push_back(block.substr(at, end - at));
      at = end + 1;
    }
  }
  bottom.push_back(keys);
  const std::size_t taken = top.size() + bottom.size() + 2;
  const std::size_t room = height > taken + 3 ? height - taken : 3;
  const auto steps = shown_steps(run);
  const auto [first, last] = window(steps, room);
  std::vector<std::string> lines = std::move(top);
  const std::size_t width = address_width(run);
  if (first > 0) lines.push_back("       " + std::to_string(first) + " more above");
  for (std::size_t i = first; i < last; ++i)
    lines.push_back(step_line(style, *steps[i], width, now));
  if (last < steps.size())
    lines.push_back("       " + std::to_string(steps.size() - last) + " more below");
  lines.insert(lines.end(), bottom.begin(), bottom.end());
  return lines;
}

std::vector<std::string> change_lines(const Style& style, const RunView* before,
                                      const RunView& after) {
  std::vector<std::pair<TimePoint, std::string>> changes;
  for (const StepView& step : after.steps) {
    if (!is_shown(step)) continue;
    const StepView* was = before == nullptr ? nullptr : before->step(step.address);
    if (!has_changed(was, step)) continue;
    if (began_unseen(was, step))
      changes.emplace_back(*step.started_at,
                           change_line(style, beginning_of(step), *step.started_at));
    const TimePoint at = moment_of(step, after.last_at);
    changes.emplace_back(at, change_line(style, step, at));
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> lines;
  for (auto& [at, line] : changes) lines.push_back(std::move(line));
  const bool is_queued = after.has_need(service::NeedKind::lock);
  if (is_queued && (before == nullptr || !before->has_need(service::NeedKind::lock)))
    lines.push_back(waiting_line(after));
  if (before != nullptr && !before->no_return && after.no_return)
    lines.push_back(no_return_line(style, after));
  return lines;
}

}  // namespace rung::cli
