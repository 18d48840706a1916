#pragma once

#include "actions/action.h"

#include <string>
#include <vector>

namespace rung::actions {

// The inputs that every command line has: env, stdin, files, cwd.
std::vector<FieldSpec> command_fields();
// exit_code, stdout, stderr.
std::vector<OutputSpec> command_outputs();

// What is wrong with env, stdin, files and cwd, without I/O.
std::vector<std::string> check_command_fields(const Value::Map& with);

// Everything of a command line but its argv.
// invalid: NUL bytes, or a value over 128 KiB in the environment.
Result<CommandLine> command_line_from(const RunRequest& request);

// One argument. invalid: a secret, null, NUL bytes, or over 128 KiB; `what` names it.
Result<std::string> argument_from(const Value& value, const std::string& what);

// What commands inherit from the engine: where programs, home, language and time zone are, how
// to reach the network, SSH's agent and the user's session. Nothing else, so that a secret in
// the engine's environment reaches a command only where its runbook says so.
std::map<std::string, std::string> inherited_environment();

}  // namespace rung::actions
