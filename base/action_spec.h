#pragma once

#include "base/action_error.h"
#include "base/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung {

// The types of the runbook language, for inputs, action parameters and outputs.
enum class Type : unsigned char {
  any,
  string,
  integer,
  number,
  boolean,
  duration,
  size,
  percent,
  time,
  list,
  map,
  enumeration,
  site  // of an input: the name of one of the project's sites
};
std::string_view name_of(Type type);  // as written in YAML: "int", "bool", "enum", ...
std::optional<Type> parse_type(std::string_view name);

// Turns what a person wrote (YAML scalar text, a command line's `-i k=v`, JSON) into a value of
// `type`. invalid: the message says what was expected and shows an example.
Result<Value> coerce(Type type, const Value& written);

// What a field of an action means to the language.
enum class FieldKind : unsigned char {
  data,       // a value; expressions allowed, quoting is the action's business
  code,       // a program in some language: `{{ }}` in it is refused
  secretive,  // a value that may hold secrets (env, stdin, files, headers)
  url,        // may hold secrets; text with expressions in it is joined by `join_url` (base/url.h)
  file        // of a connection: a path; a relative one begins at the folder of rung.yaml
};

struct FieldSpec {
  std::string name;
  Type type = Type::any;
  FieldKind kind = FieldKind::data;
  bool required = false;
  std::string doc{};                   // one line
  std::vector<std::string> choices{};  // of an enumeration
};

struct OutputSpec {
  std::string name;
  Type type = Type::any;
  std::string doc{};
};

// A kind of connection that rung.yaml may define (`uses: http`), as a value: what `target:` names.
struct ConnectionSpec {
  std::string name;  // "http", "postgres"
  std::string doc;   // one line
  std::vector<FieldSpec> fields;

  const FieldSpec* field(std::string_view wanted) const;
};

// The connections that `target:` of an action may name.
struct TargetSpec {
  std::vector<std::string> kinds{};  // names of ConnectionSpecs; empty: the action takes no target
  bool required = false;
};

// A connection as it is at one moment. Before a run `fields` holds what is constant.
struct Target {
  std::string name;  // in rung.yaml
  std::string kind;  // of ConnectionSpec
  Value::Map fields;
};

// What an action is, as a value: runbooks are checked against it without the action.
struct ActionSpec {
  std::string name;  // "http.request"
  std::string version = "1";
  std::string doc;  // one line
  std::vector<FieldSpec> inputs;
  std::vector<OutputSpec> outputs;
  // A required input that every one of these kinds has as a field may be left to the connection.
  TargetSpec target{};
  bool open_outputs = false;  // a step may declare outputs of its own (shell, http)
  bool has_probe = false;     // can look whether its effect happened
  bool has_undo = false;
  bool is_supervised = false;   // runs as a command that outlives the engine
  bool is_participant = false;  // a part of a two_phase step, and nothing else

  const FieldSpec* input(std::string_view field) const;
  const OutputSpec* output(std::string_view field) const;
};

}  // namespace rung
