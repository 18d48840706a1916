#pragma once

#include "runbooks/calendar_reader.h"
#include "runbooks/catalog.h"
#include "runbooks/plan.h"
#include "runbooks/source.h"

#include <map>
#include <optional>
#include <string>

namespace rung::runbooks {

// What a target may be: another one in each environment.
struct Surroundings {
  Value::Map sites;
  std::map<std::string, Connection, std::less<>> connections;
};

// What rung.yaml says for every runbook below its folder, in the environment that was asked for.
struct Project {
  std::string name;
  std::string environment;  // "" for none
  Surroundings here;
  std::map<std::string, Surroundings, std::less<>> elsewhere;  // in its other environments, by name
  std::map<std::string, SecretSource, std::less<>> secrets;
  std::map<std::string, Person, std::less<>> people;
  Notify notify;
  std::vector<CalendarEntry> calendars;
  std::vector<std::string> break_glass;  // of `people`
  std::optional<Duration> timeout;
  std::optional<Duration> step_timeout;
  std::string leftovers;
};

struct ProjectReading {
  Report& report;
  const Catalog& catalog;
  std::string folder;       // absolute: where relative paths begin; "": they stay as they are
  std::string environment;  // of --env; "" for none
};

// What could be read; the rest is reported, of every environment.
Project read_project(const ProjectReading& reading);

class Fields;
// `secrets:` of a runbook or a project.
std::map<std::string, SecretSource, std::less<>> read_secrets(const Fields& file, Report& report);

}  // namespace rung::runbooks
