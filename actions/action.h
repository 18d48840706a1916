#pragma once

#include "base/action_spec.h"
#include "base/async.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/outcome.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::actions {

// Everything about one attempt that an action may know. By value: a coroutine owns its request.
struct RunRequest {
  std::string run;      // "orders-db-failover-42"
  std::string address;  // of the step
  std::int64_t attempt = 1;
  Uuid key;  // the same for every repetition of the same effect
  std::string mode;
  std::string folder;                // the runbook's: where relative paths start
  std::optional<Target> target;      // that the step names; fields checked, may hold secrets
  Value::Map with;                   // checked against the spec, complete; may hold secrets
  std::string transaction;           // of a participant: its name at the target, unique for ever
  Value receipt;                     // of a participant: what its prepare gave
  std::vector<std::string> secrets;  // that both were made of: masked like those in them
  std::map<std::string, Type, std::less<>> outputs;  // that the step declares beyond the spec's
  Instant deadline;                                  // of this attempt
  const Clock* clock = nullptr;                      // outlives the attempt
  Log* log = nullptr;                                // outlives the attempt
  std::function<void(std::string)> progress = [](std::string) {};  // one line for the live screen
};

// A command line that runs under the supervisor and outlives the engine.
struct CommandLine {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;  // all of it, but for the RUNG_* ones
  std::string stdin_text;
  struct File {
    std::string variable;  // the path goes into this variable
    std::string content;
  };
  std::vector<File> files;           // 0600, on tmpfs, removed afterwards
  std::string folder;                // working directory
  std::vector<std::string> secrets;  // masked in what it prints
};

// How a command line ended, as its exit record says.
struct CommandEnd {
  enum class How : unsigned char { exited, signalled, deadline, cancelled, exec_failed };
  How how = How::exited;
  int code = 0;             // exit status, signal, or errno
  std::string output_file;  // content of RUNG_OUTPUT_FILE
  std::string stdout_text;  // masked; at most 64 KiB: head and tail, with a line between them
  std::string stderr_text;  //   that says how much is missing
  std::vector<std::string> leftovers;  // processes that it left behind
};

// An action whose work is a command line: shell, command, executables.
class CommandAction {
 public:
  virtual ~CommandAction() = default;
  // invalid: the inputs make no command line (NUL bytes, a value over 128 KiB, ...).
  virtual Result<CommandLine> command_line(const RunRequest& request) const = 0;
  // What its end means. Pure.
  virtual Outcome outcome(const RunRequest& request, const CommandEnd& end) const = 0;
  // The same for a command that looks whether the effect happened.
  virtual ProbeAnswer probe_answer(const RunRequest& request, const CommandEnd& end) const = 0;
};

// An action that sends a request to a target: what a reply to it means, without sending anything.
class RequestAction {
 public:
  virtual ~RequestAction() = default;
  // `reply` is the target's answer, in the words of the spec's outputs; what is missing is as small
  // as can be. NotDone: the inputs make no request. Pure.
  virtual Outcome outcome_of_reply(RunRequest request, const Value::Map& reply) const = 0;
};

// An action that can look whether the effect of an earlier attempt happened.
class Probe {
 public:
  virtual ~Probe() = default;
  virtual awaitable<ProbeAnswer> probe(RunRequest request) = 0;
};

// An action that can be a part of a transaction over several servers, which is prepared everywhere
// before it is committed anywhere. `transaction` of the request names this part at the target.
class Participant {
 public:
  virtual ~Participant() = default;

  // Does the work, and makes sure that it can still be committed and rolled back, by anybody who
  // knows the name.
  //   Done             it is prepared; `receipt` is kept and given to the other two
  //   Done, no receipt it changed nothing and has ended: neither of the two is asked for
  //   NotDone, Failed  nothing of it is left, and nothing can come any more
  //   Unknown          it may be prepared, or still on the way there
  virtual awaitable<Outcome> prepare(RunRequest request) = 0;

  // Carries out what was decided; asked again until it is known to have been. Inputs may be
  // missing.
  //   Done               it is so, and stays so
  //   NotDone, Unknown   not yet known: ask again
  //   Failed, conflict   proof of the opposite: somebody else rolled it back, or committed it
  //   Failed, not_found  there is no such transaction, and nothing tells what became of it
  // A rollback first ends whatever still works under the name, and then sees what is left.
  virtual awaitable<Outcome> commit(RunRequest request) = 0;
  virtual awaitable<Outcome> rollback(RunRequest request) = 0;

  // The names of transactions that are prepared at the target and begin with `transaction`.
  struct Prepared {
    std::vector<std::string> names;
    std::optional<ActionError> error;  // then nothing is known
  };
  virtual awaitable<Prepared> list(RunRequest request) = 0;
};

// A kind of work that a runbook's step can ask for, such as "http.request".
// Stateless: everything about one use is in the request. Threads: called on the engine thread;
// waits only by co_await, and ends with `Unknown` where a deadline or a cancellation leaves it
// open whether the effect happened.
class Action {
 public:
  virtual ~Action() = default;

  virtual const ActionSpec& spec() const = 0;
  // What a repetition of this use would do. `with` may lack what is not known yet (before a run).
  virtual EffectClass effect_class(const Value::Map& with) const = 0;
  // What is wrong with these inputs beyond the spec; no I/O. One sentence each. `target` is null
  // where the use names none; of both, what is known in the run only is missing.
  virtual std::vector<std::string> check(const Value::Map& with, const Target* target) const = 0;

  // Performs it. Not called where `command()` is given. Cancellation is Asio's, per operation.
  virtual awaitable<Outcome> run(RunRequest request) = 0;

  // Abilities; nullptr where an action does not have one.
  virtual const CommandAction* command() const { return nullptr; }
  virtual const RequestAction* request() const { return nullptr; }
  virtual Probe* probe() { return nullptr; }
  virtual Participant* participant() { return nullptr; }
};

}  // namespace rung::actions
