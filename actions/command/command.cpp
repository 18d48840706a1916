#include "actions/command/command.h"

#include "actions/command/command_end.h"
#include "actions/command/command_inputs.h"
#include "base/ensure.h"

namespace rung::actions {
namespace {

ActionSpec make_spec() {
  ActionSpec spec;
  spec.name = "command";
  spec.doc =
      "Runs a program with its arguments, without a shell: a value in them stays one argument, "
      "whatever it contains.";
  spec.inputs = {{"argv", Type::list, FieldKind::data, true,
                  "The program and its arguments. A relative path (./x) starts at the runbook's "
                  "folder, a bare name is looked up in PATH. Secrets are refused: other users see "
                  "arguments."}};
  for (auto& field : command_fields()) spec.inputs.push_back(std::move(field));
  spec.outputs = command_outputs();
  spec.open_outputs = true;
  spec.is_supervised = true;
  return spec;
}

const Value::List* argv_of(const Value::Map& with) {
  const auto found = with.find("argv");
  return found == with.end() ? nullptr : found->second.list();
}

bool is_relative_path(const std::string& program) {
  return program.front() != '/' && program.find('/') != std::string::npos;
}

}  // namespace

const ActionSpec& Command::spec() const {
  static const ActionSpec kSpec = make_spec();
  return kSpec;
}

EffectClass Command::effect_class(const Value::Map&) const {
  return EffectClass::once;
}

std::vector<std::string> Command::check(const Value::Map& with, const Target*) const {
  auto wrong = check_command_fields(with);
  const auto* argv = argv_of(with);
  if (argv != nullptr && argv->empty()) wrong.push_back("argv is empty: it needs a program");
  if (argv == nullptr) return wrong;
  for (std::size_t i = 0; i < argv->size(); ++i) {
    const auto argument = argument_from((*argv)[i], "argv[" + std::to_string(i) + "]");
    if (!argument) wrong.push_back(argument.error().message());
  }
  return wrong;
}

awaitable<Outcome> Command::run(RunRequest) {
  ENSURE(false, "a command runs under the supervisor");
  co_return Unknown{};
}

Result<CommandLine> Command::command_line(const RunRequest& request) const {
  TRY(auto line, command_line_from(request));
  const auto* argv = argv_of(request.with);
  if (argv == nullptr || argv->empty()) {
    return Error(ErrorCode::invalid, "argv is empty: it needs a program");
  }
  for (std::size_t i = 0; i < argv->size(); ++i) {
    TRY(auto argument, argument_from((*argv)[i], "argv[" + std::to_string(i) + "]"));
    line.argv.push_back(std::move(argument));
  }
  auto& program = line.argv.front();
  if (program.empty()) return Error(ErrorCode::invalid, "argv[0] is empty: it needs a program");
  if (is_relative_path(program)) program = request.folder + "/" + program;
  return line;
}

Outcome Command::outcome(const RunRequest& request, const CommandEnd& end) const {
  return outcome_of(request, end);
}

ProbeAnswer Command::probe_answer(const RunRequest& request, const CommandEnd& end) const {
  return probe_answer_of(request, end);
}

}  // namespace rung::actions
