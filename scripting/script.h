#pragma once

#include "base/diagnostic.h"
#include "base/value.h"
#include "scripting/evaluator.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rung::scripting {

// Durable scripts: Lua whose calls of the world are recorded. A script never acts itself. It runs
// until it asks for something; whoever drives it records the question, has it answered, records the
// answer and lets the script go on. After a crash the script is run again from its beginning, the
// functions of its step()s too, and what it asks is answered from the record.

enum class ScriptCallKind : std::uint8_t { step, action, sleep, signal, now, random };
std::string_view name_of(ScriptCallKind kind);
std::optional<ScriptCallKind> parse_script_call_kind(std::string_view name);

// What a script asks for. `name` is unique within the step() around it. `arguments` by kind:
//   action  uses, with, options (each where given); `with` and the options' `undo` hold secrets as
//           {"$expr": "secrets.NAME"}, in the form of stored templates
//   sleep   duration
//   signal  signal, options
struct ScriptCall {
  ScriptCallKind kind = ScriptCallKind::step;
  std::string name;
  Value::Map arguments;
  int line = 0;  // of the file
};
// The function of the innermost open step() returned.
struct ScriptLeft {
  Value value;
};
// The script ended: the outputs of its step.
struct ScriptReturned {
  Value::Map outputs;
};
enum class ScriptFault : std::uint8_t {
  by_author,  // fail("...")
  mistake,    // an error of Lua's, or a call that cannot be
  budget      // too long, too large, too many calls
};
struct ScriptFailed {
  ScriptFault fault = ScriptFault::mistake;
  std::string message;
};
// Run again, the script does something else than its record says. It must not go on by itself.
struct ScriptStrayed {
  std::string message;
};
using ScriptTurn =
    std::variant<ScriptCall, ScriptLeft, ScriptReturned, ScriptFailed, ScriptStrayed>;

// One recorded call. A step() holds the calls up to `next`.
struct ScriptMemory {
  ScriptCallKind kind = ScriptCallKind::step;
  std::string name;
  Value::Map arguments;
  bool is_answered = false;
  Value value;  // what the call gives
  Value error;  // in its place: null unless it failed and was tolerated
  std::size_t next = 0;
};

// What is recorded of a script's calls, in the order in which they were made.
class ScriptHistory {
 public:
  virtual ~ScriptHistory() = default;
  virtual std::size_t size() const = 0;
  virtual ScriptMemory call(std::size_t n) const = 0;
};

// A script and where its record stands. `digest` names the contents of the record, `previous` what
// they were before the latest answer: a script that is kept alive between two turns goes on only
// where it surely stands at the same place, else it is run again from its beginning. Without an
// answer yet `previous` is 0.
struct Script {
  std::string id;  // of this use of it, within the runner
  std::string_view text;
  std::string_view file;  // for messages
  int line = 1;           // where the text begins there
  std::uint64_t digest = 0;
  std::uint64_t previous = 0;
};

// Runs durable scripts, each in a Lua state of its own, in a sandbox: no load, io, os, coroutines,
// metatables or anything else that could reach the world or see time. A pure function of script,
// scope and history; what it keeps between calls only saves work.
//
// Threads: one thread at a time.
class ScriptRunner {
 public:
  virtual ~ScriptRunner() = default;
  // The next thing that the script does after all that is recorded.
  virtual ScriptTurn go_on(const Script& script, const Scope& scope,
                           const ScriptHistory& history) = 0;
  // Nobody will ask for it again.
  virtual void forget(const std::string& id) = 0;
};

// What one script may use from its beginning to its end, each time that it is run.
struct ScriptBudget {
  std::int64_t instructions = 5'000'000;
  std::size_t memory_bytes = 16u << 20;
  std::size_t allocated_bytes = 512u << 20;  // in all, freed or not: so much is copied at most
  std::size_t calls = 1000;
  std::size_t asked_bytes = 32u << 20;  // that its calls are given, all in all
  // Of the thread's own time. For what no instruction counts: all else is spent long before.
  std::chrono::nanoseconds between_calls = std::chrono::seconds(2);
};

std::unique_ptr<ScriptRunner> make_script_runner(ScriptBudget budget = {});

// A text that stands in a script.
struct ScriptText {
  std::string content;
  int offset = 0;
  int length = 0;
};

// What can be known of a script before any run.
struct ScriptAnalysis {
  // Positions are relative to the text: line 1 is its first line. Without errors it compiles.
  Diagnostics diagnostics;
  // Names of the language and what is read of them, and names that nobody declared.
  std::vector<Reference> references;
  std::vector<ScriptText> actions;   // the first argument of action(), where it is written out
  std::vector<ScriptText> texts;     // every text
  std::vector<std::string> outputs;  // the names in `return {name = ...}`
  bool are_all_outputs = true;       // each `return` names its outputs so
};
ScriptAnalysis analyse_script(std::string_view text);

// What a script can use without declaring it: step, action, pairs, first, ...; not inputs and the
// other names of the language.
std::vector<std::string_view> script_names();

}  // namespace rung::scripting
