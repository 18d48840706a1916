#pragma once

#include "base/time.h"
#include "cli/exit_code.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rung::cli {

enum class Verb : unsigned char {
  init,
  validate,
  plan,
  run,
  start,
  resume,
  freeze,
  unfreeze,
  ls,
  show,
  watch,
  logs,
  why,
  brief,
  approve,
  reject,
  decide,
  done,
  signal,
  note,
  take,
  hand,
  mode,
  pause,
  cancel,
  retry,
  skip,
  resolve,
  undo,
  graph,
  report,
  gc,
  doctor,
  version,
  schema,
  completion,
  actions,
  test
};

enum class Output : unsigned char { table, json, yaml };

// What the command line asked for, as written. Which members count depends on the verb.
struct Arguments {
  Verb verb = Verb::version;

  std::string store;  // --store; "" for the default
  Output output = Output::table;
  bool is_quiet = false;
  bool no_color = false;
  std::optional<Duration> timeout;  // --timeout: of this command, not of the run

  std::string file;                  // FILE, or the folder of `init`
  std::vector<std::string> files;    // FILE or FOLDER, several, of test
  std::string run;                   // RUN; "" where one run fits
  std::string step;                  // STEP, or a signal's or an action's name
  std::string text;                  // of a note, payload of a signal, option of a decision
  std::vector<std::string> inputs;   // -i k=v
  std::vector<std::string> outputs;  // -s k=v
  std::string mode;
  std::string environment;  // --env
  std::string say;
  std::string as;                 // --as of resolve
  std::string until;              // --until of freeze
  std::optional<Duration> lasts;  // --for of freeze
  bool breaks_glass = false;      // --break-glass of run and start
  std::string participant;        // --participant of resolve
  std::string to;                 // --to of hand
  std::string plan;               // --plan of approve
  std::string dedupe;             // --once-for of run and start
  std::string example;            // of init
  std::string format;             // --format of graph and report
  std::string only_case;          // --case of test
  std::string junit;              // --junit of test: the file to write
  bool all = false;               // resume --all, ls --all
  bool is_exclusive = false;
  bool waits_for_people = false;  // --wait
  bool kills = false;             // cancel --kill
  bool is_dry = false;            // --dry-run
  bool follows = false;           // -f
  bool only_stdout = false;
  bool only_stderr = false;
  std::int64_t attempt = 0;  // --attempt; 0: the latest
  std::int64_t limit = 0;    // --limit; 0: the default
  std::optional<Duration> older_than;
  std::optional<std::int64_t> keep;
  bool is_strict = false;    // validate --strict
  bool is_verified = false;  // report --verify
  bool is_moved = false;     // doctor --moved
  bool is_restored = false;  // doctor --restored
};

// Nothing to do but to print this: help, or what is wrong and how to write it.
struct Stop {
  ExitCode code = ExitCode::usage;
  std::string text;  // to stdout where the code is `succeeded`, else to stderr
};

// `words` without the program's name. Pure.
std::variant<Arguments, Stop> parse_arguments(std::span<const std::string_view> words);

std::string_view name_of(Verb verb);
std::vector<std::string_view> verb_names();

}  // namespace rung::cli
