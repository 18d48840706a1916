#include "cli/screen/need_screen.h"

#include "cli/screen/step_line.h"
#include "cli/screen/times.h"

#include <algorithm>

namespace rung::cli {
namespace {

using service::Need;
using service::NeedKind;
using service::RunView;
using service::Way;

std::string left_text(const Need& need, TimePoint now) {
  std::string text;
  if (need.since) text += "since " + clock_time(*need.since);
  if (need.until) {
    const bool is_late = *need.until <= now;
    text += (text.empty() ? "" : ", ") + (is_late ? "due since " + brief(now - *need.until)
                                                  : brief(*need.until - now) + " left");
    if (!need.then.empty()) text += ", then: " + need.then;
  }
  return text;
}

std::string label_of(const Need& need) {
  switch (need.kind) {
    case NeedKind::engine:
    case NeedKind::room: return "needs";
    case NeedKind::lock: return need.step + (need.step.empty() ? "waits for" : " waits for");
    case NeedKind::approval: return need.step;
    case NeedKind::task: return need.step;
    case NeedKind::decision: return need.step;
    case NeedKind::signal: return need.step + " waits for";
    case NeedKind::timer:
    case NeedKind::condition: return need.step + " waits for";
    case NeedKind::delay: return "next";
    case NeedKind::running: return "waits for";
    case NeedKind::doubt: return need.step;
    case NeedKind::failure: return "failed";
    case NeedKind::paused: return "paused";
    case NeedKind::stuck: return "stuck";
  }
  return "";
}

std::string who_label(NeedKind kind) {
  switch (kind) {
    case NeedKind::approval:
    case NeedKind::decision: return "may decide: ";
    case NeedKind::task: return "may do it: ";
    case NeedKind::doubt:
    case NeedKind::lock:
    case NeedKind::engine:
    case NeedKind::room:
    case NeedKind::signal:
    case NeedKind::timer:
    case NeedKind::condition:
    case NeedKind::delay:
    case NeedKind::running:
    case NeedKind::failure:
    case NeedKind::paused:
    case NeedKind::stuck: break;
  }
  return "who can change it: ";
}

std::string facts_text(const Need& need) {
  std::string row;
  std::string out;
  for (const auto& [name, text] : need.facts) {
    const std::string fact = name + " " + one_line(text);
    if (!row.empty() && row.size() + fact.size() > 76) {
      out += "     " + row + "\n";
      row.clear();
    }
    row += (row.empty() ? "" : "   ") + fact;
  }
  return row.empty() ? out : out + "     " + row + "\n";
}

// One a line.
std::string long_facts(const Need& need) {
  std::string out;
  for (const auto& [name, text] : need.facts) {
    out += "  " + padded(name == "look yourself" ? "look yourself:" : name, 16) + one_line(text) +
           "\n";
  }
  return out;
}

std::string ways_text(const Style& style, const Need& need) {
  std::size_t width = 0;
  for (const Way& way : need.ways) width = std::max(width, columns(way.when) + 2);
  std::string out;
  for (const Way& way : need.ways) {
    out += "  " + (way.when.empty() ? "" : padded(way.when, width)) +
           paint(style, Tone::strong, way.command) + "\n";
  }
  return out;
}

}  // namespace

std::string need_header(const Style& style, const RunView& run, TimePoint now) {
  std::string line = run.name + "  " + paint(style, tone_of(run.status), headline_of(run));
  if (!run.needs.empty()) {
    const Need& need = run.needs.front();
    if (need.kind == NeedKind::doubt) line += " at " + need.step;
    const std::string left = left_text(need, now);
    if (!left.empty()) line += "  " + left;
  }
  return line + "\n";
}

std::string need_block(const Style& style, const Need& need, TimePoint now) {
  static_cast<void>(now);
  std::string out =
      "  " + paint(style, Tone::strong, label_of(need)) + ": " + one_line(need.text) + "\n";
  const bool is_long = need.kind == NeedKind::doubt || need.kind == NeedKind::lock;
  out += is_long ? long_facts(need) : facts_text(need);
  if (!need.who.empty()) out += "  " + who_label(need.kind) + need.who + "\n";
  return out + ways_text(style, need);
}

std::string why_screen(const Style& style, const RunView& run, TimePoint now) {
  std::string out = need_header(style, run, now);
  bool is_first = true;
  for (const Need& need : run.needs) {
    if (!is_first) {
      const std::string left = left_text(need, now);
      out += left.empty() ? "\n" : "\n  " + left + "\n";
    }
    out += need_block(style, need, now);
    if (!need.until && !need.then.empty()) out += "  if nobody does: " + need.then + "\n";
    is_first = false;
  }
  return out;
}

std::string next_command(const RunView& run, std::string_view rung) {
  const std::string id = " " + std::to_string(run.id.number);
  if (run.is_over()) return std::string(rung) + " show" + id;
  for (const Need& need : run.needs) {
    if (need.is_for_person && !need.ways.empty()) return need.ways.front().command;
  }
  return std::string(rung) + " watch" + id;
}

}  // namespace rung::cli
