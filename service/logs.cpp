#include "service/logs.h"

#include "base/durable_file.h"
#include "engine/supervisor/attempt_folder.h"
#include "service/kept_logs.h"

#include <sys/stat.h>
#include <algorithm>
#include <array>
#include <map>

namespace rung::service {
namespace {

bool is_there(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

engine::AttemptId id_of(RunId run, const StepView& step, std::int64_t attempt) {
  return {run, step.address, step.generation, attempt};
}

// Of an attempt whose folder is still there.
std::string live_path(const StorePlace& place, const engine::AttemptId& id, bool is_stderr) {
  return engine::supervisor::attempt_folder(place.folder(), id) +
         (is_stderr ? "/stderr" : "/stdout");
}

bool is_running(const StepView& step) {
  return step.kind == StepKind::action &&
         (step.status == StepStatus::running || step.status == StepStatus::in_doubt);
}

// "url, env.REGION" for an attempt that was made with corrected inputs.
std::string corrected_text(const StepView& step, std::int64_t attempt) {
  std::string text;
  if (attempt <= step.corrected_after) return text;
  for (const auto& [key, value] : step.corrected) text += (text.empty() ? "" : ", ") + key;
  return text;
}

// Of the latest attempt, where it is wanted and its folder is still there.
std::vector<LogText> live_logs(const StorePlace& place, RunId run, const StepView& step,
                               std::int64_t wanted) {
  std::vector<LogText> logs;
  if (step.kind != StepKind::action || (wanted > 0 && wanted != step.attempts)) return logs;
  for (const bool is_stderr : {false, true}) {
    const std::string path = live_path(place, id_of(run, step, step.attempts), is_stderr);
    if (is_there(path))
      logs.push_back({step.address, step.attempts, is_stderr, is_running(step), path,
                      corrected_text(step, step.attempts)});
  }
  return logs;
}

std::string last_bytes(const std::string& path, std::size_t count) {
  auto file = DurableFile::open(path);
  if (!file) return "";
  struct stat status {};
  if (::fstat(file.value().fd(), &status) != 0) return "";
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::string bytes(std::min<std::uint64_t>(size, count), '\0');
  const auto read = file.value().read_at(
      size - bytes.size(), {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  bytes.resize(read ? read.value() : 0);
  return bytes;
}

}  // namespace

std::vector<LogText> logs_of(const StorePlace& place, const RunView& run, const std::string& step,
                             std::int64_t attempt) {
  std::vector<const StepView*> steps;
  for (const StepView& one : run.steps) {
    const bool is_wanted = step.empty() || one.address == step || one.id == step;
    if (is_wanted && one.attempts > 0) steps.push_back(&one);
  }
  std::stable_sort(steps.begin(), steps.end(), [](const StepView* a, const StepView* b) {
    return a->started_at < b->started_at;
  });
  // Files move to the kept ones when an attempt is over, so those are listed last: what is not seen
  // here any more is seen there.
  std::map<const StepView*, std::vector<LogText>> live;
  for (const StepView* one : steps) live[one] = live_logs(place, run.id, *one, attempt);
  const auto kept = kept_logs(place.folder(), run.id);
  std::vector<LogText> logs;
  for (const StepView* one : steps) {
    const std::int64_t wanted = attempt == 0 ? one->attempts : attempt;
    for (const KeptLog& log : kept) {
      if (log.address != one->address || (wanted > 0 && log.attempt != wanted)) continue;
      logs.push_back({log.address, log.attempt, log.is_stderr, false, log.path,
                      corrected_text(*one, log.attempt)});
    }
    for (LogText& log : live[one]) {
      const bool has_moved = std::any_of(kept.begin(), kept.end(), [&](const KeptLog& other) {
        return other.address == log.address && other.generation == one->generation &&
               other.attempt == log.attempt && other.is_stderr == log.is_stderr;
      });
      if (!has_moved) logs.push_back(std::move(log));
    }
  }
  return logs;
}

std::vector<std::string> tail_of_running(const StorePlace& place, RunId run, const StepView& step,
                                         std::size_t lines) {
  constexpr std::size_t kBytes = 4096;
  std::vector<std::string> tail;
  for (const bool is_stderr : {false, true}) {
    std::string text =
        last_bytes(live_path(place, id_of(run, step, step.attempts), is_stderr), kBytes);
    while (!text.empty() && tail.size() < lines) {
      while (!text.empty() && text.back() == '\n') text.pop_back();
      const std::size_t at = text.rfind('\n');
      const std::size_t begin = at == std::string::npos ? 0 : at + 1;
      if (begin < text.size()) tail.push_back(text.substr(begin));
      text.resize(begin);
    }
    if (!tail.empty()) break;
  }
  std::reverse(tail.begin(), tail.end());
  return tail;
}

}  // namespace rung::service
