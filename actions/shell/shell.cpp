#include "actions/shell/shell.h"

#include "actions/command/command_end.h"
#include "actions/command/command_inputs.h"
#include "base/ensure.h"

#include <algorithm>

namespace rung::actions {
namespace {

// The script travels as a private file: other users see arguments, and one argument ends at
// 128 KiB. `source` reads it whole before the first command runs.
constexpr const char* kScriptVariable = "RUNG_SCRIPT";

ActionSpec make_spec() {
  ActionSpec spec;
  spec.name = "shell";
  spec.doc =
      "Runs a script with bash --noprofile --norc -euo pipefail. Values reach it by `env`, never "
      "by text substitution.";
  spec.inputs = {
      {"script", Type::string, FieldKind::code, true, "The script."},
      {"interpreter", Type::any, FieldKind::code, false,
       "Another interpreter: a program, or a list with its arguments. It gets the path of the "
       "script as its last argument."}};
  for (auto& field : command_fields()) spec.inputs.push_back(std::move(field));
  spec.outputs = command_outputs();
  spec.open_outputs = true;
  spec.is_supervised = true;
  return spec;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(' ', at);
    if (begin == std::string::npos) break;
    const auto end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    at = end;
  }
  return words;
}

// The words before the script's path; none where the step names no interpreter.
Result<std::vector<std::string>> interpreter_of(const Value::Map& with) {
  const auto found = with.find("interpreter");
  if (found == with.end() || found->second.is_null()) return std::vector<std::string>{};
  std::vector<std::string> words;
  if (const auto* list = found->second.list()) {
    for (const auto& item : *list) {
      TRY(auto word, argument_from(item, "interpreter"));
      words.push_back(std::move(word));
    }
  } else {
    TRY(const auto text, argument_from(found->second, "interpreter"));
    words = words_of(text);
  }
  if (words.empty() || words.front().empty()) {
    return Error(ErrorCode::invalid, "interpreter is empty: name a program, such as python3");
  }
  return words;
}

// "/run/user/0/rung-1f/RUNG_SCRIPT: line 3: ..." is for nobody's eyes: "script: line 3: ...".
std::string with_script_named(const std::string& text) {
  const std::string name = std::string("/") + kScriptVariable + ": ";
  std::string out;
  std::size_t at = 0;
  for (auto found = text.find(name); found != std::string::npos; found = text.find(name, at)) {
    const auto space = text.find_last_of(" \n\t'\"", found);
    const auto begin = space == std::string::npos || space < at ? at : space + 1;
    out += text.substr(at, begin - at) + "script: ";
    at = found + name.size();
  }
  return out + text.substr(at);
}

std::vector<std::string> argv_for(std::vector<std::string> interpreter) {
  if (interpreter.empty()) {
    return {"bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", "source \"$RUNG_SCRIPT\""};
  }
  std::vector<std::string> argv = {"sh", "-c", "exec \"$@\" \"$RUNG_SCRIPT\"", "sh"};
  for (auto& word : interpreter) argv.push_back(std::move(word));
  return argv;
}

}  // namespace

const ActionSpec& Shell::spec() const {
  static const ActionSpec kSpec = make_spec();
  return kSpec;
}

EffectClass Shell::effect_class(const Value::Map&) const {
  return EffectClass::once;
}

std::vector<std::string> Shell::check(const Value::Map& with, const Target*) const {
  auto wrong = check_command_fields(with);
  const auto interpreter = interpreter_of(with);
  if (!interpreter) wrong.push_back(interpreter.error().message());
  const auto script = with.find("script");
  const auto* text = script == with.end() ? nullptr : script->second.string();
  if (text == nullptr) return wrong;
  if (text->find('\0') != std::string::npos) wrong.emplace_back("script holds a NUL byte");
  if (text->find_first_not_of(" \t\n") == std::string::npos) {
    wrong.emplace_back("script is empty: it would succeed without doing anything");
  }
  return wrong;
}

awaitable<Outcome> Shell::run(RunRequest) {
  ENSURE(false, "a script runs under the supervisor");
  co_return Unknown{};
}

Result<CommandLine> Shell::command_line(const RunRequest& request) const {
  const auto script = request.with.find("script");
  if (script == request.with.end() || script->second.string() == nullptr) {
    return Error(ErrorCode::invalid, "script is missing");
  }
  TRY(auto line, command_line_from(request));
  TRY(auto interpreter, interpreter_of(request.with));
  line.argv = argv_for(std::move(interpreter));
  line.files.push_back({kScriptVariable, *script->second.string()});
  return line;
}

Outcome Shell::outcome(const RunRequest& request, const CommandEnd& end) const {
  CommandEnd shown = end;
  shown.stderr_text = with_script_named(end.stderr_text);
  return outcome_of(request, shown);
}

ProbeAnswer Shell::probe_answer(const RunRequest& request, const CommandEnd& end) const {
  return probe_answer_of(request, end);
}

}  // namespace rung::actions
