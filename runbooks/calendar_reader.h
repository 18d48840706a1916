#pragma once

#include "runbooks/keys.h"
#include "runbooks/plan.h"
#include "runbooks/yaml_tree.h"

#include <string_view>
#include <vector>

namespace rung::runbooks {

// What a calendar of the project freezes, and which runbooks it is about.
struct CalendarEntry {
  FreezeSpec freeze;
  std::vector<std::string> runbooks;  // their names; empty: all
  std::vector<std::string> except;
};

// `calendars:` of a project. What is wrong is reported.
std::vector<CalendarEntry> read_calendars(const Node& map, const Table& table, Report& report);

// The freezes under which a runbook of this name does not begin.
std::vector<FreezeSpec> freezes_of(std::string_view runbook,
                                   const std::vector<CalendarEntry>& calendars);

}  // namespace rung::runbooks
