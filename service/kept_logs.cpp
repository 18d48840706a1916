#include "service/kept_logs.h"

#include "base/durable_file.h"
#include "engine/supervisor/attempt_folder.h"

#include <dirent.h>
#include <sys/stat.h>
#include <algorithm>
#include <charconv>
#include <memory>
#include <set>

namespace rung::service {
namespace {

using engine::supervisor::attempt_folder;

std::string runs_folder(const std::string& store_folder, RunId run) {
  return store_folder + "/logs/" + std::to_string(run.number);
}

std::string file_name(const engine::AttemptId& id, bool is_stderr) {
  std::string name = id.address;
  std::replace(name.begin(), name.end(), '/', ':');
  return name + "." + std::to_string(id.generation) + "." + std::to_string(id.attempt) +
         (is_stderr ? ".err" : ".out");
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::int64_t number = 0;
  const std::string_view digits = text.substr(dot + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  text = text.substr(0, dot);
  return number;
}

std::optional<KeptLog> parse(std::string_view name, const std::string& folder) {
  KeptLog log;
  log.path = folder + "/" + std::string(name);
  if (name.ends_with(".err"))
    log.is_stderr = true;
  else if (!name.ends_with(".out"))
    return std::nullopt;
  name.remove_suffix(4);
  const auto attempt = take_number(name);
  const auto generation = take_number(name);
  if (!attempt || !generation) return std::nullopt;
  log.attempt = *attempt;
  log.generation = *generation;
  log.address = std::string(name);
  std::replace(log.address.begin(), log.address.end(), ':', '/');
  return log;
}

void keep(const std::string& store_folder, const engine::AttemptId& id) {
  const std::string folder = attempt_folder(store_folder, id);
  for (const bool is_stderr : {false, true}) {
    const std::string from = folder + (is_stderr ? "/stderr" : "/stdout");
    struct stat status {};
    if (::stat(from.c_str(), &status) != 0) continue;
    const std::string to = log_path(store_folder, id, is_stderr);
    if (std::rename(from.c_str(), to.c_str()) == 0) continue;
    // The first log of a run; without its folder the output goes with the attempt.
    if (make_durable_folder(runs_folder(store_folder, id.run)))
      static_cast<void>(std::rename(from.c_str(), to.c_str()));
  }
}

// The names of the folders that attempts of the run left: few, of however many steps it has.
std::set<std::string> left_folders(const std::string& store_folder, RunId run) {
  const std::string attempts = store_folder + "/attempts/" + std::to_string(run.number);
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(attempts.c_str()), &::closedir);
  std::set<std::string> names;
  if (!open) return names;
  while (const dirent* entry = ::readdir(open.get())) {
    if (entry->d_name[0] != '.') names.insert(entry->d_name);
  }
  return names;
}

}  // namespace

void keep_left_logs(const std::string& store_folder, const History& history) {
  const engine::RunState& run = history.state();
  const std::set<std::string> left = left_folders(store_folder, run.id);
  if (left.empty()) return;
  const auto keep_if_left = [&](const engine::AttemptId& id) {
    const std::string folder = attempt_folder(store_folder, id);
    if (left.contains(folder.substr(folder.rfind('/') + 1))) keep(store_folder, id);
  };
  for (std::uint32_t n = 0; n < run.steps.size(); ++n) {
    const engine::StepState& step = run.steps[n];
    const bool is_open = step.phase == engine::AttemptPhase::in_flight ||
                         step.phase == engine::AttemptPhase::unknown;
    const std::int64_t finished = is_open ? step.attempts - 1 : step.attempts;
    for (std::int64_t attempt = 1; attempt <= finished; ++attempt) {
      for (std::int64_t generation = 0; generation <= step.generation; ++generation) {
        keep_if_left({run.id, history.tree().address({n}), generation, attempt});
      }
    }
  }
}

std::string log_path(const std::string& store_folder, const engine::AttemptId& id, bool is_stderr) {
  return runs_folder(store_folder, id.run) + "/" + file_name(id, is_stderr);
}

std::vector<KeptLog> kept_logs(const std::string& store_folder, RunId run) {
  const std::string folder = runs_folder(store_folder, run);
  std::vector<KeptLog> logs;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), &::closedir);
  if (!open) return logs;
  while (const dirent* entry = ::readdir(open.get())) {
    if (auto log = parse(entry->d_name, folder)) logs.push_back(std::move(*log));
  }
  std::sort(logs.begin(), logs.end(), [](const KeptLog& a, const KeptLog& b) {
    return std::tie(a.address, a.attempt, a.is_stderr) <
           std::tie(b.address, b.attempt, b.is_stderr);
  });
  return logs;
}

bool LogKeepingExecutor::is_supervised(const std::string& uses) const {
  const actions::Action* action = registry_.find(uses);
  return action != nullptr && action->command() != nullptr;
}

void LogKeepingExecutor::run(engine::Attempt attempt, OnOutcome done) {
  if (is_supervised(attempt.uses)) return inner_.run(std::move(attempt), std::move(done));
  inside_ += 1;
  inner_.run(std::move(attempt), [this, done = std::move(done)](Outcome outcome) {
    inside_ -= 1;
    done(std::move(outcome));
  });
}

void LogKeepingExecutor::recover(engine::Attempt attempt, std::function<void(std::string)> adopted,
                                 OnOutcome done) {
  inner_.recover(std::move(attempt), std::move(adopted), std::move(done));
}

void LogKeepingExecutor::probe(engine::Attempt attempt, const runbooks::ActionUse* probe_use,
                               Value::Map probe_with, OnProbed done) {
  inner_.probe(std::move(attempt), probe_use, std::move(probe_with), std::move(done));
}

void LogKeepingExecutor::forget(const engine::AttemptId& id) {
  keep(store_folder_, id);
  inner_.forget(id);
}

}  // namespace rung::service
