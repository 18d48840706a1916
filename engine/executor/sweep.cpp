#include "engine/executor/sweep.h"

#include "base/durable_file.h"
#include "engine/supervisor/attempt_folder.h"

#include <charconv>
#include <filesystem>

namespace rung::engine {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> folders_in(const std::string& path) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    out.push_back(it->path().string());
  }
  return out;
}

}  // namespace

bool is_lived_in(const std::string& folder) {
  auto record = DurableFile::open(folder + "/record");
  if (!record) return record.error().code() != ErrorCode::not_found;
  const auto is_ours = record.value().try_lock();
  return !is_ours || !is_ours.value();
}

std::vector<RunId> runs_with_folders(const std::string& store_folder) {
  std::vector<RunId> runs;
  for (const auto& path : folders_in(store_folder + "/attempts")) {
    const auto name = fs::path(path).filename().string();
    RunId run;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), run.number);
    if (error == std::errc{} && end == name.data() + name.size()) runs.push_back(run);
  }
  return runs;
}

std::size_t sweep_run(const std::string& store_folder, RunId run,
                      const std::set<std::string>& keep) {
  std::size_t removed = 0;
  const auto run_folder = store_folder + "/attempts/" + std::to_string(run.number);
  for (const auto& folder : folders_in(run_folder)) {
    if (keep.contains(folder) || is_lived_in(folder)) continue;
    if (supervisor::remove_attempt(folder)) ++removed;
  }
  supervisor::remove_run_folder(store_folder, run);
  return removed;
}

}  // namespace rung::engine
