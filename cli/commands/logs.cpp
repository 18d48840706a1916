#include "service/logs.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "cli/command.h"
#include "cli/commands/look.h"

#include <poll.h>
#include <map>

namespace rung::cli {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

// What was printed already of each stream, so that -f goes on from there.
using Printed = std::map<std::pair<std::string, bool>, std::uint64_t>;

bool is_wanted(const Arguments& arguments, const service::LogText& log) {
  return log.is_stderr ? !arguments.only_stdout : !arguments.only_stderr;
}

std::string header(const Style& style, const service::LogText& log) {
  return paint(style, Tone::dim,
               "== " + log.address + ", try " + std::to_string(log.attempt) +
                   (log.is_stderr ? ", standard error" : "") +
                   (log.corrected.empty() ? "" : ", corrected " + log.corrected) +
                   (log.is_running ? ", running" : "")) +
         "\n";
}

void print_line(const Console& console, const service::LogText& log, std::string text) {
  console.line(Value::Map{{"step", log.address},
                          {"attempt", log.attempt},
                          {"stream", log.is_stderr ? "stderr" : "stdout"},
                          {"text", std::move(text)}});
}

// not_found: the file has moved since it was listed; denied: this user may not read it.
Result<void> print_new(const Console& console, const service::LogText& log, std::uint64_t& done,
                       bool& has_header) {
  TRY(const auto file, DurableFile::open(log.path));
  std::string piece(kPiece, '\0');
  for (;;) {
    const auto read =
        file.read_at(done, {reinterpret_cast<std::uint8_t*>(piece.data()), piece.size()});
    if (!read || read.value() == 0) return success();
    done += read.value();
    if (!console.is_table()) {
      print_line(console, log, piece.substr(0, read.value()));
      continue;
    }
    if (!has_header) console.hint(header(console.err_style(), log));
    has_header = true;
    const std::string_view text{piece.data(), read.value()};
    if (console.is_out_terminal())
      console.out(harmless(text));
    else
      console.out_as_it_is(text);
  }
}

// One look. Adds to `printed` what was there.
Result<void> print_all(const Arguments& arguments, const Console& console, const Look& look,
                       const service::RunView& run, Printed& printed) {
  for (const service::LogText& log :
       service::logs_of(look.archive.place(), run, arguments.step, arguments.attempt)) {
    if (!is_wanted(arguments, log)) continue;
    const std::pair key(log.address + "." + std::to_string(log.attempt), log.is_stderr);
    std::uint64_t& done = printed[key];
    bool has_header = done > 0;
    TRY(print_new(console, log, done, has_header));
  }
  return success();
}

// Again where a file moved between the list and the look; each moves once.
Result<void> print_looked(const Arguments& arguments, const Console& console, const Look& look,
                          const service::RunView& run, Printed& printed) {
  auto done = print_all(arguments, console, look, run, printed);
  if (!done && done.error().code() == ErrorCode::not_found)
    done = print_all(arguments, console, look, run, printed);
  return done;
}

ExitCode follow(const Arguments& arguments, const Console& console, Look& look, Printed& printed) {
  constexpr int kPauseMs = 100;
  const auto begin = SystemClock().now().boot;
  for (;;) {
    auto run = look.archive.view(look.run, viewer(look.archive.place()));
    if (!run) return console.refuse(run.error());
    const auto done = print_looked(arguments, console, look, run.value(), printed);
    if (!done) return console.refuse(done.error());
    const service::StepView* step =
        arguments.step.empty() ? nullptr : run.value().step(arguments.step);
    if (run.value().is_over() || (step != nullptr && step->finished_at)) return ExitCode::succeeded;
    if (arguments.timeout && SystemClock().now().boot - begin > *arguments.timeout)
      return ExitCode::timed_out;
    ::poll(nullptr, 0, kPauseMs);
  }
}

}  // namespace

ExitCode logs(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  auto look = open_run(arguments, console, service::Archive::Fits::any, code);
  if (!look) return code;
  auto run = look->archive.view(look->run, viewer(look->archive.place()));
  if (!run) return console.refuse(run.error());
  if (!arguments.step.empty() && run.value().step(arguments.step) == nullptr) {
    return console.refuse(
        Error(ErrorCode::not_found, run.value().name + " has no step " + arguments.step),
        "see its steps:  " + look->archive.place().rung + " show " +
            std::to_string(look->run.number));
  }
  Printed printed;
  if (arguments.follows) return follow(arguments, console, *look, printed);
  const auto done = print_looked(arguments, console, *look, run.value(), printed);
  if (!done) return console.refuse(done.error());
  if (printed.empty()) console.hint("nothing was printed\n");
  return ExitCode::succeeded;
}

}  // namespace rung::cli
