#include "cli/screen/report_screen.h"

#include "base/words.h"
#include "cli/screen/step_line.h"
#include "cli/screen/times.h"

#include <algorithm>
#include <cstdio>

namespace rung::cli {
namespace {

using service::EngineView;
using service::RunView;
using service::StepStatus;

std::string counted(std::int64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what);
}

std::string phases_text(const RunView& run) {
  std::string out;
  for (const service::PhaseTime& phase : run.phases) {
    out += (out.empty() ? "" : " | ") + phase.phase + " " + brief(phase.spent);
  }
  return out;
}

std::string row(std::string_view name, const std::string& text) {
  return "  " + padded(name, 10) + text + "\n";
}

std::string loss_text(const Style& style, const RunView& run) {
  if (!run.loss) return "not measured: no step has an output `rpo`";
  const bool is_met = run.loss->lost <= run.rpo;
  return padded(service::measured(run.loss->lost), 10) +
         paint(style, is_met ? Tone::good : Tone::bad, is_met ? "met" : "missed") + "   (by " +
         run.loss->step + ")";
}

std::string objective_text(const Style& style, const RunView& run) {
  if (run.rto <= Duration::zero()) return "";
  const Duration reached = *run.finished_at - run.created_at;
  const bool is_met = reached <= run.rto && run.status == service::RunStatus::succeeded;
  const std::string verdict =
      paint(style, is_met ? Tone::good : Tone::bad, is_met ? "met" : "missed");
  std::string out = "            target   reached\n";
  out += row("RTO", padded(brief(run.rto), 9) + padded(service::measured(reached), 10) + verdict +
                        "   (from the run's creation)");
  if (run.rpo > Duration::zero())
    out += row("RPO", padded(brief(run.rpo), 9) + loss_text(style, run));
  return out;
}

std::string engine_text(const RunView& run) {
  std::int64_t interruptions = 0;
  std::string when;
  Duration without{};
  for (const EngineView& engine : run.engines) {
    if (!engine.is_takeover || !engine.was_interrupted) continue;
    interruptions += 1;
    when += (when.empty() ? " after " : ", ") + clock_time(engine.last_seen);
    without += engine.at - engine.last_seen;
  }
  if (interruptions > 0) when += " (" + service::ends_text(run.engines) + ")";
  std::string out = interruptions == 0   ? "no interruption"
                    : interruptions == 1 ? "1 interruption" + when
                                         : counted(interruptions, "interruptions") + when;
  if (interruptions > 0) out += ", " + brief(without) + " without an engine";
  if (run.engines.size() > 1) out.insert(0, std::to_string(run.engines.size()) + " engines, ");
  return out + "; " + counted(run.adopted, "adopted") + ", " + counted(run.repeated, "repeated") +
         ", " + counted(run.doubts, "in doubt");
}

// As many on a line as fit.
std::string people_rows(const Style& style, const RunView& run) {
  std::string out;
  std::string line;
  const std::size_t room = style.width > 40 ? style.width - 14 : 26;
  const auto end_line = [&] {
    if (!line.empty()) out += row(out.empty() ? "people" : "", line);
    line.clear();
  };
  for (const service::Deed& deed : run.deeds) {
    const std::string text = deed.who + ": " + deed.what +
                             (deed.step.empty() ? "" : " " + deed.step) +
                             (deed.say.empty() ? "" : " (\"" + one_line(deed.say) + "\")");
    if (columns(line) + columns(text) + 3 > room) end_line();
    line += (line.empty() ? "" : "   ") + text;
  }
  end_line();
  return out;
}

std::string tolerated_text(const RunView& run) {
  std::string out;
  for (const service::StepView& step : run.steps) {
    if (step.status != StepStatus::failed || !step.is_tolerated) continue;
    out += (out.empty() ? "" : ", ") + step.address +
           (step.error ? " (" + one_line(step.error->message) + ")" : "");
  }
  return out;
}

std::string outputs_text(const RunView& run) {
  std::string out;
  for (const auto& [name, value] : run.outputs)
    out += (out.empty() ? "" : "  ") + name + "=" + one_line(service::spoken(value));
  return out;
}

std::string milliseconds(Duration took) {
  const double ms = static_cast<double>(took.count()) / 1e6;
  char text[32];
  std::snprintf(text, sizeof text, ms < 10 ? "%.1f ms" : "%.0f ms", ms);
  return text;
}

std::string with_pid(const std::vector<std::string>& addresses, const RunView& run) {
  std::vector<std::string> texts;
  for (const std::string& address : addresses) {
    const service::StepView* step = run.step(address);
    std::string text = address;
    if (step != nullptr && step->attempt_started_at) {
      text += " (started " + clock_time(*step->attempt_started_at);
      if (step->timeout > Duration::zero())
        text += ", timeout at " + clock_time(*step->attempt_started_at + step->timeout);
      text += ")";
    }
    texts.push_back(std::move(text));
  }
  return texts.empty() ? "nothing" : joined(texts);
}

}  // namespace

std::string report_screen(const Style& style, const RunView& run) {
  std::string out = paint(style, Tone::strong, run.name) + "  " +
                    paint(style, tone_of(run.status), headline_of(run)) + " in " +
                    brief(*run.finished_at - run.created_at) + "   " + full_time(run.created_at) +
                    "\n";
  if (run.status != service::RunStatus::succeeded && !run.reason.empty())
    out += row("because", one_line(run.reason));
  out += objective_text(style, run);
  if (const std::string phases = phases_text(run); !phases.empty()) out += row("phases", phases);
  out += row("engine", engine_text(run));
  out += people_rows(style, run);
  if (const std::string tolerated = tolerated_text(run); !tolerated.empty())
    out += row("tolerated", tolerated);
  if (const std::string outputs = outputs_text(run); !outputs.empty())
    out += row("outputs", outputs);
  return out;
}

namespace {

// How the engine ended that drove the run before the latest one did.
std::string end_of_previous(const RunView& run) {
  const EngineView& engine = run.engines.back();
  if (engine.previous_stopped)
    return " stopped (" + run.engines[run.engines.size() - 2].stopped_because + ") at ";
  return engine.was_interrupted ? " died after " : " was last heard of at ";
}

}  // namespace

std::string takeover_screen(const Style& style, const RunView& run, Duration took) {
  if (run.engines.empty() || !run.engines.back().is_takeover) return "";
  const EngineView& engine = run.engines.back();
  const std::string boot = engine.same_boot ? "boot unchanged" : "another boot or machine";
  std::string out = "engine pid " + std::to_string(engine.previous_pid) + " on host " +
                    engine.previous_host + end_of_previous(run) + clock_time(engine.last_seen) +
                    " (" + boot + "). Recovered " + std::to_string(run.id.number) + " in " +
                    milliseconds(took) + ", " + std::to_string(engine.events_before) + " events.\n";
  std::vector<std::string> adopted;
  std::vector<std::string> started;
  for (const service::StepView& step : run.steps) {
    if (!is_shown(step) || !step.attempt_started_at) continue;
    const bool was_in_flight = std::find(engine.in_flight.begin(), engine.in_flight.end(),
                                         step.address) != engine.in_flight.end();
    if (*step.attempt_started_at >= engine.at)
      started.push_back(step.address);
    else if (was_in_flight)
      adopted.push_back(step.address);
  }
  const auto line = [&](std::string_view name, const std::string& text) {
    return "  " + padded(name, 28) + text + "\n";
  };
  out += line("done before, not repeated",
              engine.done_before.empty() ? "nothing" : joined(engine.done_before));
  out += line("adopted", with_pid(adopted, run));
  out += line("started now",
              started.empty() ? "nothing" + std::string(adopted.empty() ? "" : " until that ends")
                              : joined(started));
  static_cast<void>(style);
  return out;
}

}  // namespace rung::cli
