#pragma once

#include "base/diagnostic.h"
#include "base/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::scripting {

// The names that one expression may use, looked up only when it does. Lives as long as the call.
class Scope {
 public:
  virtual ~Scope() = default;
  // `inputs`, `run`, `mode`, an output by its bare name, ...; empty: the name is undefined.
  virtual std::optional<Value> name(std::string_view name) const = 0;
  // `steps.<id>` as a map of the engine's own members (status, error, attempts, started_at,
  // finished_at, duration, outputs) with the step's outputs beside them; empty: no such step.
  virtual std::optional<Value> step(std::string_view id) const = 0;

  // What could have been meant, for the message about an undefined name or step. May be empty.
  virtual std::vector<std::string> known_names() const { return {}; }
  virtual std::vector<std::string> known_steps() const { return {}; }
};

class ScriptRunner;  // scripting/script.h

// Evaluates the runbook language's expressions (docs/language.md). A pure function of expression
// and scope: no clock, no randomness, no I/O, the same answer on every machine; bounded in
// instructions, memory and result size. What is computed from a secret is secret, and no message
// shows a value where a secret was read.
//
// Threads: one thread at a time.
class Evaluator {
 public:
  virtual ~Evaluator() = default;

  // invalid: it does not parse, or cannot be evaluated in this scope (undefined name, types that
  // do not go together, null where a value is needed); the message names the expression and the
  // fix. exhausted: over its budget.
  virtual Result<Value> evaluate(std::string_view expression, const Scope& scope) = 0;

  // Runs durable scripts; nullptr: it cannot.
  virtual ScriptRunner* scripts() { return nullptr; }
};

// A name that an expression reads, as far as it is constant: `steps.lag.outputs.bytes` is
// {"steps", {"lag", "outputs", "bytes"}}, `sites[inputs.to].db` gives {"sites", {}, {"db"}} and
// {"inputs", {"to"}}.
struct Reference {
  std::string root;
  std::vector<std::string> path;
  std::vector<std::string> behind_key{};  // what is read of that which a computed key chooses
  int offset = 0;                         // in the expression's text, bytes
  int length = 0;
};

// What can be known of an expression before any run.
struct Analysis {
  // Positions are relative to the expression: line 1 is its first line. Without errors it parses.
  Diagnostics diagnostics;
  std::vector<Reference> references;  // in the order of the text
  // Surely a bool: a comparison, `and`, `not`, true, contains(...), an `or` of such. Otherwise only
  // the evaluation tells.
  bool yields_bool = false;
};

// Checks the syntax, refuses what another language would have written (&&, ||, !x, ? :, lone =,
// in, #x) with the line rewritten, and collects the names read. Pure, and does not start Lua.
Analysis analyse(std::string_view expression);

}  // namespace rung::scripting
