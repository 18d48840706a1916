#include "cli/commands/drive.h"
#include "base/clock.h"

#include "cli/audience/line_audience.h"
#include "cli/audience/live_audience.h"
#include "cli/audience/stream_audience.h"
#include "cli/screen/need_screen.h"
#include "cli/screen/report_screen.h"
#include "service/background.h"
#include "service/describe_run.h"

#include <algorithm>

namespace rung::cli {
namespace {

using service::RunView;
using service::SessionEnd;
using service::SessionRequest;
using Why = SessionEnd::Why;

// The worst first: what must be looked at before all else.
std::ptrdiff_t badness(ExitCode code) {
  static constexpr ExitCode kFromBest[] = {
      ExitCode::succeeded, ExitCode::no_engine,    ExitCode::not_started, ExitCode::tolerated,
      ExitCode::failed,    ExitCode::needs_person, ExitCode::in_doubt};
  return std::find(std::begin(kFromBest), std::end(kFromBest), code) - std::begin(kFromBest);
}

ExitCode worst_of(const std::vector<RunView>& runs) {
  ExitCode worst = ExitCode::succeeded;
  for (const RunView& run : runs) {
    const ExitCode code = exit_code_of(run);
    if (badness(code) > badness(worst)) worst = code;
  }
  return worst;
}

std::unique_ptr<service::Audience> audience_of(const SessionRequest& request,
                                               const Console& console) {
  const bool streams =
      request.kind == SessionRequest::Kind::watch && console.format() == Output::json;
  if (streams) return std::make_unique<StreamAudience>(console);
  const bool is_one = request.kind != SessionRequest::Kind::resume_all;
  if (request.reads_keys && is_one) return std::make_unique<LiveAudience>(console, request.store);
  return std::make_unique<LineAudience>(console);
}

std::string goes_on(const RunView& run, const std::string& rung) {
  const std::string id = std::to_string(run.id.number);
  return "next: " + rung + " resume " + id + "    (or look: " + rung + " show " + id + ")\n";
}

void show_end(const SessionEnd& end, const SessionRequest& request, const Console& console) {
  const Style& style = console.err_style();
  const std::string& rung = request.store.rung;
  const TimePoint now = SystemClock().now().utc;
  for (const RunView& run : end.runs) {
    if (run.is_over())
      console.hint(report_screen(style, run) + "next: " + next_command(run, rung) + "\n");
    else if (end.why == Why::needs_person)
      console.hint(why_screen(style, run, now));
  }
}

ExitCode stopped(const SessionEnd& end, const SessionRequest& request, const Console& console,
                 ExitCode code, const std::string& what) {
  std::string text = what;
  if (request.kind == SessionRequest::Kind::watch)
    text = "this terminal looks no more";
  else if (!end.was_owner)
    text = "this terminal looks no more; the engine that drives goes on";
  const bool is_left = end.was_owner && !end.runs.empty() && !end.runs.front().is_over();
  console.hint(
      text +
      (is_left ? "; commands that run go on under their supervisors, and nothing new starts" : "") +
      "\n");
  if (is_left) console.hint(goes_on(end.runs.front(), request.store.rung));
  return code;
}

ExitCode detached(const SessionEnd& end, const SessionRequest& request, const Console& console) {
  if (end.runs.empty()) return ExitCode::succeeded;
  const RunView& run = end.runs.front();
  const std::string id = std::to_string(run.id.number);
  std::string who = "the engine that drives it goes on";
  if (end.was_owner && !run.is_over()) {
    const auto pid = service::continue_in_background(request.store, run.id);
    if (!pid) return console.refuse(pid.error(), "next: " + request.store.rung + " resume " + id);
    who = "an engine in the background goes on with it (pid " + std::to_string(pid.value()) + ")";
  }
  console.hint(run.name + ": " + who + "\nnext: " + request.store.rung + " watch " + id + "\n");
  return ExitCode::succeeded;
}

void print_values(const SessionEnd& end, const SessionRequest& request, const Console& console) {
  if (console.is_table() || request.kind == SessionRequest::Kind::watch) return;
  if (request.kind != SessionRequest::Kind::resume_all) {
    if (!end.runs.empty()) console.value(service::to_value(end.runs.front()));
    return;
  }
  Value::List list;
  for (const RunView& run : end.runs) list.push_back(service::to_value(run));
  console.value(std::move(list));
}

}  // namespace

ExitCode exit_code_of(const RunView& run) {
  switch (run.status) {
    case service::RunStatus::succeeded:
      return run.has_tolerated_failures() ? ExitCode::tolerated : ExitCode::succeeded;
    case service::RunStatus::failed:
    case service::RunStatus::undone:
    case service::RunStatus::cancelled: return ExitCode::failed;
    case service::RunStatus::in_doubt: return ExitCode::in_doubt;
    case service::RunStatus::waiting:
    case service::RunStatus::paused:
    case service::RunStatus::stuck: return ExitCode::needs_person;
    case service::RunStatus::queued:
      return run.has_need(service::NeedKind::lock) ? ExitCode::not_started : ExitCode::no_engine;
    case service::RunStatus::running:
    case service::RunStatus::undoing: return ExitCode::no_engine;
  }
  return ExitCode::failed;
}

ExitCode drive(SessionRequest request, const Arguments& arguments, const Console& console) {
  request.reads_keys = console.is_interactive() && !console.is_quiet();
  request.stays_for_people = request.reads_keys || arguments.waits_for_people;
  request.is_exclusive = arguments.is_exclusive;
  request.timeout = arguments.timeout;
  auto audience = audience_of(request, console);
  SessionEnd end = service::hold_session(request, *audience);
  audience.reset();  // the last screen stands where the live one was
  if (end.why != Why::refused) print_values(end, request, console);
  switch (end.why) {
    case Why::refused: return console.refuse(*end.error);
    case Why::over:
    case Why::needs_person: show_end(end, request, console); return worst_of(end.runs);
    case Why::detached: return detached(end, request, console);
    case Why::interrupted:
      return stopped(end, request, console, ExitCode::interrupted, "interrupted");
    case Why::terminated: return stopped(end, request, console, ExitCode::terminated, "terminated");
    case Why::timed_out:
      return stopped(end, request, console, ExitCode::timed_out, "--timeout passed");
  }
  return ExitCode::failed;
}

}  // namespace rung::cli
