#include "engine/freezes.h"

#include <algorithm>

namespace rung::engine {
namespace {

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}
bool has_day(const runbooks::FreezeSpec& freeze, int weekday) {
  return freeze.weekdays.empty() || std::find(freeze.weekdays.begin(), freeze.weekdays.end(),
                                              weekday) != freeze.weekdays.end();
}

// Texts of one form each are in the order of the times that they name.
bool is_within(const runbooks::FreezeSpec& freeze, const LocalTime& local) {
  if (!freeze.is_daily) return freeze.from <= local.text && local.text < freeze.to;
  const std::string time = local.text.substr(local.text.find(' ') + 1);
  if (freeze.from < freeze.to)
    return has_day(freeze, local.weekday) && freeze.from <= time && time < freeze.to;
  // Over midnight: its day is the one on which it begins.
  const int yesterday = (local.weekday + 6) % 7;
  return (freeze.from <= time && has_day(freeze, local.weekday)) ||
         (time < freeze.to && has_day(freeze, yesterday));
}

}  // namespace

Freezes::Freezes(const std::vector<state::Freeze>& standing) {
  for (const state::Freeze& freeze : standing) standing_.emplace(freeze.runbook, freeze);
}

const state::Freeze* Freezes::find(const std::string& runbook, TimePoint now) const {
  const auto found = standing_.find(runbook);
  if (found == standing_.end()) return nullptr;
  const auto& until = found->second.until;
  return until && *until <= now ? nullptr : &found->second;
}

void Freezes::apply(const state::FreezeChange& change) {
  standing_.erase(change.runbook);
  if (change.order) standing_.emplace(change.runbook, *change.order);
}

std::vector<std::string> Freezes::against(const Beginning& run, const Calendar& calendar) const {
  std::vector<std::string> why;
  for (const std::string& name : {std::string(), run.plan.runbook}) {
    if (const state::Freeze* freeze = find(name, run.now)) why.push_back(told(*freeze));
  }
  for (const runbooks::FreezeSpec& freeze : run.plan.freezes) {
    if (!has(freeze.modes, run.mode)) continue;
    const auto local = calendar.local(freeze.timezone, run.now);
    const std::string zone = freeze.timezone.empty() ? "UTC" : freeze.timezone;
    // A zone that this machine has lost must not let through what it was to hold.
    if (!local)
      why.push_back("calendar " + freeze.name + ": " + local.error().message());
    else if (is_within(freeze, local.value()))
      why.push_back("calendar " + freeze.name + ", until " + freeze.to + " " + zone + ": " +
                    freeze.say);
  }
  return why;
}

}  // namespace rung::engine
