#include "engine/freezes.h"

#include "base/words.h"
#include "engine/core/people.h"

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

std::optional<Refusal> Freezes::against(const FreezeRequest& request, TimePoint now) const {
  const bool stands = find(request.runbook, now) != nullptr;
  if (request.lifts) {
    if (stands) return std::nullopt;
    return Refusal{ErrorCode::not_found,
                   (request.runbook.empty() ? "nothing is frozen as a whole"
                                            : request.runbook + " is not frozen by itself") +
                       ":  rung freeze  shows what is"};
  }
  if (request.by.say.empty())
    return Refusal{ErrorCode::invalid, "whoever meets a freeze asks why:  --say \"why\""};
  if (request.until && *request.until <= now) {
    return Refusal{ErrorCode::invalid,
                   "the freeze would end at " + to_string(*request.until) + ", which is over"};
  }
  if (!stands && standing_.size() >= kMost)
    return Refusal{ErrorCode::exhausted, "1,000 runbooks are frozen already:  rung freeze --all"};
  return std::nullopt;
}

void Freezes::hold(state::Freeze order) {
  std::string runbook = order.runbook;
  standing_.insert_or_assign(std::move(runbook), std::move(order));
}

void Freezes::lift(const state::Freeze& lifted) {
  const auto found = standing_.find(lifted.runbook);
  if (found != standing_.end() && found->second == lifted) standing_.erase(found);
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

std::optional<Refusal> refused_beginning(const Graph& graph,
                                         const std::vector<std::string>& freezes,
                                         const GlassBreaker& who) {
  if (freezes.empty()) return std::nullopt;
  const runbooks::Plan& plan = graph.plan();
  const std::string what = plan.runbook + " was not started: " + joined(freezes, "; ");
  if (!who.breaks_glass) {
    return Refusal{
        ErrorCode::suppressed,
        what + ".  What is frozen:  rung freeze.  In an emergency:  --break-glass --say \"why\""};
  }
  if (!plan.break_glass.empty() && names_of(graph, RunState{}, plan.break_glass, who.by).empty()) {
    return Refusal{ErrorCode::denied, what + ".  Only " + joined(plan.break_glass, ", ") +
                                          " may break the glass (rung.yaml: break_glass), and " +
                                          who.by.who + " is none of them"};
  }
  if (who.by.say.empty())
    return Refusal{ErrorCode::invalid, what + ".  To break the glass say why:  --say \"why\""};
  return std::nullopt;
}

}  // namespace rung::engine
