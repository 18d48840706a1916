#include "base/clock.h"
#include "cli/command.h"
#include "service/upkeep.h"

namespace rung::cli {
namespace {

Value to_value(const service::Cleaned& cleaned, bool is_dry) {
  Value::List runs(cleaned.runs.begin(), cleaned.runs.end());
  if (is_dry) return Value::Map{{"would_remove", std::move(runs)}};
  return Value::Map{{"runs", cleaned.store.runs},         {"events", cleaned.store.events},
                    {"commands", cleaned.store.commands}, {"texts", cleaned.store.plans_and_texts},
                    {"folders", cleaned.folders},         {"bytes", cleaned.store.bytes}};
}

std::string text_of(const service::Cleaned& cleaned, bool is_dry) {
  if (!is_dry) {
    return "removed " + std::to_string(cleaned.store.runs) + " runs with " +
           std::to_string(cleaned.store.events) + " events and " + std::to_string(cleaned.folders) +
           " folders of logs; " + std::to_string(cleaned.store.bytes / 1024) + " KiB given back\n";
  }
  std::string text;
  for (const std::string& run : cleaned.runs) text += run + "\n";
  return text + std::to_string(cleaned.runs.size()) + " runs would be removed. Nothing was done.\n";
}

}  // namespace

ExitCode gc(const Arguments& arguments, const Console& console) {
  constexpr Duration kDefaultAge = std::chrono::hours(24) * 90;
  constexpr std::size_t kDefaultKeep = 100;
  const auto place = service::find_store(arguments.store);
  if (!place) return console.refuse(place.error());
  const service::CleanRequest request{
      .older_than = arguments.older_than.value_or(kDefaultAge),
      .keep = arguments.keep ? static_cast<std::size_t>(*arguments.keep) : kDefaultKeep,
      .now = SystemClock().now().utc};
  const auto cleaned = arguments.is_dry ? service::would_clean(place.value(), request)
                                        : service::clean(place.value(), request);
  if (!cleaned) return console.refuse(cleaned.error());
  if (!console.is_table()) {
    console.value(to_value(cleaned.value(), arguments.is_dry));
    return ExitCode::succeeded;
  }
  console.out(text_of(cleaned.value(), arguments.is_dry));
  console.hint(arguments.is_dry ? "next: " + place.value().rung + " gc --older-than " +
                                      to_string(request.older_than) + " --keep " +
                                      std::to_string(request.keep) + "\n"
                                : "next: " + place.value().rung + " ls --all\n");
  return ExitCode::succeeded;
}

}  // namespace rung::cli
