#include "base/host.h"
#include "service/archive.h"
#include "service/upkeep.h"

#include <charconv>
#include <filesystem>

namespace rung::service {
namespace {

constexpr std::size_t kPage = 500;

std::optional<RunId> run_of(const std::string& name) {
  RunId run;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), run.number);
  const bool is_number = error == std::errc{} && end == name.data() + name.size();
  return is_number ? std::optional(run) : std::nullopt;
}

// Folders of runs that the store no longer has.
std::int64_t remove_orphans(Archive& archive, const std::string& folder) {
  std::int64_t removed = 0;
  std::error_code error;
  std::vector<std::filesystem::path> orphans;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto run = run_of(entry.path().filename().string());
    if (!run) continue;
    const auto found = archive.reader().run(*run);
    if (!found && found.error().code() == ErrorCode::not_found) orphans.push_back(entry.path());
  }
  for (const auto& path : orphans) {
    std::filesystem::remove_all(path, error);
    if (!error) removed += 1;
  }
  return removed;
}

bool goes(const state::RunSummary& run, const CleanRequest& request) {
  return run.finished_at && *run.finished_at < request.now - request.older_than;
}

}  // namespace

Result<Cleaned> would_clean(const StorePlace& place, const CleanRequest& request) {
  TRY(auto archive, Archive::open(place));
  Cleaned cleaned;
  std::size_t finished = 0;
  state::RunFilter filter{.limit = kPage};
  for (;;) {
    TRY(const auto runs, archive.runs(filter));
    for (const state::RunSummary& run : runs) {
      if (!run.finished_at) continue;
      finished += 1;
      if (finished <= request.keep || !goes(run, request)) continue;
      cleaned.runs.push_back(run.runbook + "-" + std::to_string(run.run.number));
    }
    if (runs.size() < kPage) return cleaned;
    filter.before = runs.back().run;
  }
}

Result<Cleaned> clean(const StorePlace& place, const CleanRequest& request) {
  TRY(auto host, this_host());
  Cleaned cleaned;
  TRY(cleaned.store, state::collect_garbage({.path = place.path, .host = std::move(host)},
                                            {request.now, request.older_than, request.keep}));
  TRY(auto archive, Archive::open(place));
  cleaned.folders = remove_orphans(archive, place.folder() + "/logs") +
                    remove_orphans(archive, place.folder() + "/attempts");
  return cleaned;
}

}  // namespace rung::service
