#include "cli/screen/undo_screen.h"

namespace rung::cli {
namespace {

std::string list_line(const Style& style, Tone tone, std::string_view title,
                      const std::vector<std::string>& steps) {
  if (steps.empty()) return "";
  std::string names;
  for (const std::string& step : steps) names += (names.empty() ? "" : ", ") + step;
  return "  " + paint(style, tone, title) + "  " + names + "\n";
}

}  // namespace

std::string undo_screen(const Style& style, const service::UndoView& undo, std::string_view rung) {
  const std::string id = std::to_string(undo.id.number);
  if (!undo.refused.empty()) {
    return undo.run + " cannot be undone: " + undo.refused +
           "\nNothing was done.\nnext: " + std::string(rung) + " show " + id + "\n";
  }
  std::string out = "undo of " + undo.run + ", newest first, one after another:\n";
  std::size_t number = 0;
  for (const service::UndoStepView& step : undo.steps) {
    out += "  " + std::to_string(++number) + ". " + padded(step.step, 24) +
           paint(style, Tone::dim, step.state) + "   by " + step.uses + "\n";
    for (const auto& [name, text] : step.inputs)
      out += "       " + name + ": " + cut(one_line(text), 80) + "\n";
  }
  if (undo.steps.empty()) out += "  nothing: no step that has an undo has acted\n";
  out += list_line(style, Tone::bad, "stays as it is (no undo):", undo.left_as_is);
  out += list_line(style, Tone::dim, "nothing to undo:", undo.nothing_to_undo);
  const std::string next = undo.steps.empty() ? " cancel " + id : " undo " + id + " --say \"why\"";
  return out + "Nothing was done.\nnext: " + std::string(rung) + next + "\n";
}

}  // namespace rung::cli
