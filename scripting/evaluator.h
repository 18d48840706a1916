#pragma once

#include "base/diagnostic.h"
#include "base/value.h"

#include <optional>
#include <string>
#include <string_view>

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
};

// Evaluates the runbook language's expressions (docs/language.md). A pure function of expression
// and scope: no clock, no randomness, no I/O, the same answer on every machine; bounded in
// instructions, memory and result size. What is computed from a secret is secret.
//
// Threads: one thread at a time.
class Evaluator {
 public:
  virtual ~Evaluator() = default;

  // invalid: it cannot be evaluated in this scope (undefined name, types that do not go together,
  // null where a value is needed); the message names the expression and the fix.
  // exhausted: over its budget.
  virtual Result<Value> evaluate(std::string_view expression, const Scope& scope) = 0;
};

// What can be known of an expression before any run: whether it parses, and which names it reads.
struct Reference {
  std::string root;                // "steps", "inputs", "tier", ...
  std::vector<std::string> path;   // ["lag", "outputs", "bytes"], as far as it is constant
  int offset = 0;                  // in the expression's text, bytes
};
struct Analysis {
  // Positions are relative to the expression: line 1 is its first line.
  Diagnostics diagnostics;
  std::vector<Reference> references;
  // Written as one literal or one comparison etc.: the type if it is plain, else any.
  bool yields_bool = false;   // surely a bool: a comparison, and/or/not of such, true/false
};

// Checks the syntax, refuses what another language would have written (&&, ||, !x, ? :, lone =,
// in, #x) with the line rewritten, and collects the names read. Pure.
Analysis analyse(std::string_view expression);

}  // namespace rung::scripting
