#pragma once

#include "runbooks/load.h"

#include <memory>
#include <string>
#include <vector>

namespace rung::service {

// FILE as a person gave it; "" is the one runbook of this folder: runbook.yaml, else the only
// *.yaml that is no project file. not_found, conflict (several; the message names them).
Result<std::string> find_runbook(const std::string& given);

// Reads and checks a runbook against the actions that this program ships.
runbooks::Loaded load_runbook(const std::string& path, runbooks::LoadOptions options = {});

// The specifications of those actions, by name.
std::vector<ActionSpec> action_specs();

// The kinds of connection that rung.yaml may define, by name.
std::vector<ConnectionSpec> connection_specs();

// The JSON Schema of runbooks, for editors, with what these actions take; or of rung.yaml, or of
// test.yaml.
enum class SchemaOf : unsigned char { runbook, project, test };
std::string schema_text(SchemaOf of);

// "k=v" as written, "k=@FILE" as the JSON in that file, coerced to the plan's inputs. All that is
// wrong is in one message.
Result<Value::Map> read_inputs(const runbooks::Plan& plan, const std::vector<std::string>& given);
// `given`, or the plan's first mode; "" where it has none. invalid.
Result<std::string> choose_mode(const runbooks::Plan& plan, const std::string& given);
// "k=v" as text, for whoever knows the types: what `-s` gives to done, skip and resolve.
Result<Value::Map> read_outputs(const std::vector<std::string>& given);

}  // namespace rung::service
