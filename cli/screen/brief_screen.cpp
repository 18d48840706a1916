#include "cli/screen/brief_screen.h"

#include "cli/screen/need_screen.h"
#include "cli/screen/step_line.h"
#include "cli/screen/times.h"

#include <algorithm>

namespace rung::cli {
namespace {

constexpr std::size_t kMostNames = 8;
constexpr std::size_t kMostDeeds = 6;

std::string line(std::string_view name, const std::string& text) {
  return text.empty() ? "" : padded(std::string(name), 10) + text + "\n";
}

// The nearest ones: the last of what is done, the first of what comes.
enum class Time : unsigned char { past, future };
std::string names_text(const std::vector<std::string>& names, Time time) {
  const std::size_t shown = std::min(names.size(), kMostNames);
  const std::size_t from = time == Time::past ? names.size() - shown : 0;
  std::string text;
  for (std::size_t i = from; i < from + shown; ++i) text += (text.empty() ? "" : ", ") + names[i];
  const std::size_t left = names.size() - shown;
  if (left == 0) return text;
  const std::string more = std::to_string(left) + " more";
  return time == Time::past ? more + ", " + text : text + ", " + more;
}

std::string left_text(TimePoint until, TimePoint now) {
  return until > now ? brief(until - now) + " left" : "due since " + brief(now - until);
}

std::string waits_text(const service::Brief& told, TimePoint now) {
  std::string out;
  for (const service::Need& need : told.waits) {
    std::string text = (need.step.empty() ? "" : need.step + ": ") + one_line(need.text);
    if (!need.who.empty()) text += "; " + need.who;
    if (need.since) text += "; since " + clock_time(*need.since);
    if (need.until) text += ", " + left_text(*need.until, now) + ", then: " + need.then;
    out += line(out.empty() ? "waits for" : "", text);
  }
  return out;
}

std::string deeds_text(const service::Brief& told) {
  const std::size_t shown = std::min(told.decided.size(), kMostDeeds);
  std::string out;
  for (std::size_t i = told.decided.size() - shown; i < told.decided.size(); ++i) {
    const service::Deed& deed = told.decided[i];
    out +=
        line(out.empty() ? "people" : "", clock_time(deed.at) + "  " + deed.who + " " + deed.what +
                                              (deed.step.empty() ? "" : " " + deed.step) +
                                              (deed.say.empty() ? "" : ": " + one_line(deed.say)));
  }
  return out;
}

}  // namespace

std::string brief_screen(const Style& style, const service::RunView& run,
                         const service::Brief& told, TimePoint now) {
  std::string out = run.name + "  " + paint(style, tone_of(run.status), headline_of(run)) +
                    "   commander: " + (run.commander.empty() ? "nobody" : run.commander) + "\n";
  out += line("started", clock_time(run.created_at) + " by " + run.who +
                             (run.say.empty() ? "" : ": " + one_line(run.say)));
  out += line("done", names_text(told.done, Time::past));
  out += line("now", names_text(told.running, Time::future));
  out += line("next", names_text(told.next, Time::future));
  out += waits_text(told, now) + deeds_text(told);
  bool is_first = true;
  for (const std::string& risk : told.risks) {
    out += line(is_first ? "risks" : "", one_line(risk));
    is_first = false;
  }
  if (run.is_over()) out += line("ended", one_line(run.reason));
  return out + line("command", told.command);
}

}  // namespace rung::cli
