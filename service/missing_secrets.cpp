#include "service/missing_secrets.h"

#include "runbooks/secret_names.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace rung::service {
namespace {

using runbooks::Plan;
using runbooks::Step;
using Names = std::set<std::string>;

void add(Names& names, Names&& more) {
  names.merge(std::move(more));
}

// Where the target is chosen by the run, any of the connections may be it.
void add_target(const Plan& plan, const runbooks::Template& target, Names& names) {
  const bool has_target = !(target == runbooks::Template{});
  if (!has_target) return;
  const auto* chosen = std::get_if<Value>(&target.node);
  for (const auto& [name, connection] : plan.connections) {
    if (chosen == nullptr || to_text(*chosen) == name)
      add(names, runbooks::secret_names(connection.fields));
  }
}

void add_use(const Plan& plan, const runbooks::ActionUse& use, Names& names) {
  add(names, runbooks::secret_names(use.with));
  add_target(plan, use.target, names);
}

Names names_read_by(const Plan& plan, const Step& step) {
  Names names;
  add_use(plan, step.action, names);
  if (step.probe) add_use(plan, *step.probe, names);
  if (step.script) add(names, runbooks::secret_names(step.script->text));
  return names;
}

bool is_done_in(const Plan& plan, const Step& step, const std::string& mode) {
  for (const Step* at = &step;; at = &plan.steps[at->parent->number]) {
    const auto& modes = at->modes;
    const bool has_mode =
        modes.empty() || mode.empty() || std::find(modes.begin(), modes.end(), mode) != modes.end();
    if (!has_mode) return false;
    if (!at->parent) return true;
  }
}

// Why it cannot be read now; "" where it is there.
std::string why_missing(const runbooks::SecretSource& source) {
  if (!source.env.empty()) {
    const char* content = std::getenv(source.env.c_str());
    return content != nullptr && *content != '\0'
               ? ""
               : "the environment variable " + source.env + " is not set here";
  }
  struct stat about {};
  if (::stat(source.file.c_str(), &about) != 0)
    return "the file " + source.file + " is not there (" + std::strerror(errno) + ")";
  if (::access(source.file.c_str(), R_OK) != 0)
    return "the file " + source.file + " cannot be read (" + std::strerror(errno) + ")";
  const bool is_empty = S_ISREG(about.st_mode) && about.st_size == 0;
  return is_empty ? "the file " + source.file + " is empty" : "";
}

}  // namespace

std::vector<MissingSecret> missing_secrets(const Plan& plan, const std::string& mode) {
  std::vector<MissingSecret> all;
  Names seen;
  for (const Step& step : plan.steps) {
    if (!is_done_in(plan, step, mode)) continue;
    for (const std::string& name : names_read_by(plan, step)) {
      const auto source = plan.secrets.find(name);
      if (source == plan.secrets.end() || !seen.insert(name).second) continue;
      std::string why = why_missing(source->second);
      if (!why.empty())
        all.push_back({name, std::move(why), step.address, runbooks::place_of(plan, step)});
    }
  }
  return all;
}

std::string notice_of(const MissingSecret& missing) {
  return "the secret " + missing.name + " is missing so far: " + missing.source + ".\n        " +
         missing.step + (missing.place.empty() ? "" : " (" + missing.place + ")") +
         " reads it first: bring it about before that, where the engine runs\n";
}

Value to_value(const std::vector<MissingSecret>& missing) {
  Value::List list;
  for (const MissingSecret& one : missing) {
    list.emplace_back(Value::Map{
        {"name", one.name}, {"why", one.source}, {"step", one.step}, {"place", one.place}});
  }
  return list;
}

}  // namespace rung::service
