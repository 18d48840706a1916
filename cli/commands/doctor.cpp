#include "base/clock.h"
#include "cli/command.h"
#include "service/upkeep.h"

#include <algorithm>

namespace rung::cli {
namespace {

using service::Finding;
using Grade = Finding::Grade;

std::string_view name_of(Grade grade) {
  switch (grade) {
    case Grade::good: return "ok";
    case Grade::notable: return "look";
    case Grade::bad: return "BAD";
  }
  return "";
}

Tone tone_of(Grade grade) {
  switch (grade) {
    case Grade::good: return Tone::good;
    case Grade::notable: return Tone::asks;
    case Grade::bad: return Tone::bad;
  }
  return Tone::plain;
}

ExitCode verdict(const std::vector<Finding>& findings) {
  const auto has = [&](Grade grade) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& f) { return f.grade == grade; });
  };
  if (has(Grade::bad)) return ExitCode::no_store;
  return has(Grade::notable) ? ExitCode::tolerated : ExitCode::succeeded;
}

Value to_value(const std::vector<Finding>& findings) {
  Value::List list;
  for (const Finding& f : findings) {
    list.emplace_back(Value::Map{
        {"grade", name_of(f.grade)}, {"what", f.what}, {"detail", f.detail}, {"fix", f.fix}});
  }
  return list;
}

ExitCode accept_moved(const service::StorePlace& place, const Console& console) {
  if (const auto accepted = service::accept_moved(place); !accepted)
    return console.refuse(accepted.error());
  console.out(place.path + " belongs to this place now.\n");
  console.hint("next: " + place.rung + " ls\n");
  return ExitCode::succeeded;
}

ExitCode accept_restored(const service::StorePlace& place, const Console& console) {
  const auto restored = service::accept_restored(place, SystemClock().now().utc);
  if (!restored) return console.refuse(restored.error());
  console.out(place.path +
              " belongs to this place now: " + std::to_string(restored.value().runs_paused) +
              " runs are paused, " + std::to_string(restored.value().steps_in_doubt) +
              " steps are in doubt, because what happened after the backup is not known.\n");
  console.hint("next: " + place.rung + " ls\n");
  return ExitCode::succeeded;
}

}  // namespace

ExitCode doctor(const Arguments& arguments, const Console& console) {
  const auto place = service::find_store(arguments.store);
  if (!place) return console.refuse(place.error());
  if (arguments.is_moved) return accept_moved(place.value(), console);
  if (arguments.is_restored) return accept_restored(place.value(), console);
  const auto findings = service::examine(place.value());
  if (!console.is_table()) {
    console.value(to_value(findings));
    return verdict(findings);
  }
  std::string text;
  for (const Finding& f : findings) {
    text += paint(console.out_style(), tone_of(f.grade), padded(name_of(f.grade), 6)) +
            padded(f.what, 12) + f.detail + "\n";
    if (!f.fix.empty()) text += "                  " + f.fix + "\n";
  }
  console.out(text);
  return verdict(findings);
}

}  // namespace rung::cli
