#pragma once

#include "runbooks/plan.h"
#include "runbooks/source.h"

#include <map>
#include <optional>
#include <string>

namespace rung::runbooks {

// What rung.yaml says for every runbook below its folder.
struct Project {
  std::string name;
  std::map<std::string, SecretSource, std::less<>> secrets;
  std::map<std::string, Person, std::less<>> people;
  std::optional<Duration> timeout;
  std::optional<Duration> step_timeout;
  std::string leftovers;
};

// What could be read; the rest is reported.
Project read_project(Report& report);

class Fields;
// `secrets:` of a runbook or a project.
std::map<std::string, SecretSource, std::less<>> read_secrets(const Fields& file, Report& report);

}  // namespace rung::runbooks
