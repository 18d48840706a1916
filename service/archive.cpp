#include "service/archive.h"

#include "base/diagnostic.h"
#include "state/sqlite_store.h"
#include "state/store_files.h"

#include <charconv>

namespace rung::service {
namespace {

std::string name_of(const state::RunSummary& run) {
  return run.runbook + "-" + std::to_string(run.run.number);
}

std::optional<RunId> number_at_end(std::string_view reference) {
  const std::size_t dash = reference.rfind('-');
  const std::string_view digits =
      dash == std::string_view::npos ? reference : reference.substr(dash + 1);
  RunId run;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), run.number);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return run;
}

std::vector<LockView> locks_of(RunId run, const std::vector<state::LockRow>& all) {
  std::vector<LockView> own;
  for (const state::LockRow& lock : all) {
    if (lock.run == run)
      own.push_back({lock.name, lock.step, lock.is_shared, lock.asked_at, lock.taken_at});
  }
  return own;
}

}  // namespace

Result<Archive> Archive::open(const StorePlace& place, std::shared_ptr<engine::PlanCache> plans) {
  TRY(auto host, this_host());
  TRY(auto reader, state::open_sqlite_reader({.path = place.path, .host = std::move(host)}));
  return Archive(place, std::move(reader), std::move(plans));
}

Result<std::vector<ListedRun>> Archive::listed(const state::RunFilter& filter) {
  TRY(const auto rows, reader_->runs(filter));
  TRY(const auto locks, reader_->locks());
  std::vector<ListedRun> listed;
  for (const state::RunSummary& row : rows) {
    TRY(const auto first, reader_->events(row.run, Seq{0}, 1));
    const auto* created =
        first.empty() ? nullptr : std::get_if<state::RunCreated>(&first.front().event.payload);
    listed.push_back(
        {row, created == nullptr ? "" : created->environment, locks_of(row.run, locks)});
  }
  return listed;
}

Result<std::vector<state::Freeze>> Archive::freezes(TimePoint now) {
  TRY(auto freezes, reader_->freezes());
  std::erase_if(freezes,
                [&](const state::Freeze& freeze) { return freeze.until && *freeze.until <= now; });
  return freezes;
}

Result<RunId> Archive::only_one() {
  constexpr std::size_t kNamed = 5;
  TRY(const auto open, reader_->runs({.unfinished_only = true, .limit = kNamed}));
  if (open.size() == 1) return open.front().run;
  if (open.empty()) {
    return Error(ErrorCode::not_found, "no run is unfinished, so say which one you mean: `" +
                                           place_.rung + " ls --all` lists them");
  }
  std::string names;
  for (const state::RunSummary& run : open) names += (names.empty() ? "" : ", ") + name_of(run);
  return Error(ErrorCode::conflict,
               "several runs are unfinished, so say which one you mean: " + names);
}

Result<RunId> Archive::find(std::string_view reference, Fits fits) {
  if (reference.empty()) {
    auto one = only_one();
    if (one || fits == Fits::unfinished || one.error().code() != ErrorCode::not_found) return one;
    TRY(const auto latest, reader_->runs({.limit = 1}));
    if (latest.empty())
      return Error(ErrorCode::not_found, "there is no run in " + place_.path + " yet");
    return latest.front().run;
  }
  const auto number = number_at_end(reference);
  if (!number) {
    return Error(ErrorCode::not_found,
                 "'" + std::string(reference) +
                     "' is no run: write its number, such as 42, or its name, such as failover-42");
  }
  auto found = reader_->run(*number);
  const bool has_name = reference.find('-') != std::string_view::npos;
  const bool is_it = found && (!has_name || name_of(found.value()) == reference);
  if (is_it) return *number;
  if (!found && found.error().code() != ErrorCode::not_found) return std::move(found).error();
  std::string message = "there is no run " + std::string(reference) + " in " + place_.path;
  if (found) message += "; run " + std::to_string(number->number) + " is " + name_of(found.value());
  return Error(ErrorCode::not_found, message);
}

std::optional<state::OwnerNote> Archive::holder() const {
  auto holder = state::OwnerLock::holder(place_.path);
  return holder ? holder.value() : std::nullopt;
}

bool Archive::is_driven(const std::optional<state::RunClaimed>& claim) const {
  if (!claim) return false;
  const auto note = holder();
  return note && note->pid == claim->pid && note->host == claim->host.name;
}

bool Archive::has_room() const {
  return state::Ballast(place_.path).is_filled();
}

Viewer Archive::looking(Viewer viewer, const History& history) {
  viewer.is_driven = is_driven(history);
  viewer.has_room = has_room();
  auto obstacles = obstacles_of(*reader_, history.state(),
                                [this](const auto& claim) { return is_driven(claim); });
  if (obstacles) viewer.obstacles = std::move(obstacles).value();
  return viewer;
}

Result<RunView> Archive::view(RunId run, Viewer viewer) {
  TRY(const Follower follower, follow(run));
  return follower.view(looking(std::move(viewer), follower.history()));
}

}  // namespace rung::service
