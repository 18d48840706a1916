#include "cli/screen/plan_screen.h"

#include "base/words.h"
#include "cli/screen/times.h"

#include <algorithm>

namespace rung::cli {
namespace {

using service::PlannedStep;
using service::PlanView;

// A script keeps its lines, as far as they help to recognise it.
std::string input_text(const std::string& name, const std::string& text, const std::string& margin,
                       std::size_t room) {
  constexpr std::size_t kLines = 6;
  if (text.find('\n') == std::string::npos)
    return margin + cut(one_line(name + ": " + text), room) + "\n";
  std::string out = margin + name + ":\n";
  std::size_t at = 0;
  for (std::size_t line = 0; at < text.size(); ++line) {
    if (line == kLines) return out + margin + "  ...\n";
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += margin + "  " + cut(one_line(text.substr(at, end - at)), room) + "\n";
    at = end + 1;
  }
  return out;
}

std::string step_text(const Style& style, const PlannedStep& step, std::size_t width) {
  const std::string indent(step.depth * 2, ' ');
  std::string kind = step.kind;
  if (step.effect_class) kind += " (" + std::string(name_of(*step.effect_class)) + ")";
  std::string out = "  " + padded(indent + (step.is_undo ? "undo: " : "") + step.address, width) +
                    paint(style, step.is_undo ? Tone::dim : Tone::strong, kind) + "\n";
  const std::string margin = "    " + indent;
  const std::size_t room = style.width > margin.size() + 30 ? style.width - margin.size() - 2 : 60;
  for (const auto& [name, text] : step.inputs) out += input_text(name, text, margin, room);
  if (!step.needs.empty()) out += margin + "after " + joined(step.needs, ", ") + "\n";
  if (!step.notes.empty())
    out += margin + paint(style, Tone::dim, joined(step.notes, " | ")) + "\n";
  return out;
}

}  // namespace

std::string plan_screen(const Style& style, const PlanView& plan) {
  std::string out = paint(style, Tone::strong, plan.runbook + " @ " + plan.hash.substr(0, 6));
  if (!plan.mode.empty()) out += "   mode " + plan.mode;
  if (!plan.environment.empty()) out += "   ENVIRONMENT " + plan.environment;
  if (plan.rto > Duration::zero()) out += "   RTO " + brief(plan.rto);
  if (plan.rpo > Duration::zero()) out += "   RPO " + brief(plan.rpo);
  out += "\n";
  if (!plan.title.empty()) out += plan.title + "\n";
  for (const auto& [name, value] : plan.inputs)
    out += "  input " + padded(name, 12) + one_line(to_text(value)) + "\n";
  for (const auto& [name, text] : plan.vars)
    out += "  var   " + padded(name, 12) + one_line(text) + "\n";
  for (const std::string& lock : plan.locks) out += "  lock  " + one_line(lock) + "\n";
  std::size_t width = 20;
  for (const PlannedStep& step : plan.steps)
    width = std::max(width, step.address.size() + step.depth * 2 + 8);
  width = std::min<std::size_t>(width, 48);
  bool is_finally = false;
  for (const PlannedStep& step : plan.steps) {
    if (step.is_finally && !is_finally) out += "finally, in any case:\n";
    is_finally = step.is_finally;
    out += step_text(style, step, width);
  }
  for (const std::string& remark : plan.remarks) out += remark + "\n";
  if (!plan.sources.empty()) out += "pinned: " + joined(plan.sources, ", ") + "\n";
  return out + "Nothing was run.\n";
}

}  // namespace rung::cli
