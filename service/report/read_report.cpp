#include "service/report/read_report.h"

#include "base/host.h"
#include "state/upkeep.h"

namespace rung::service {
namespace {

constexpr std::size_t kEarlierRuns = 20;
constexpr std::int64_t kEarlierEvents = 50'000;
constexpr std::size_t kPage = 1000;

Result<std::vector<state::Event>> events_of(state::Reader& reader, RunId run,
                                            std::int64_t at_most) {
  std::vector<state::Event> events;
  for (;;) {
    const Seq after{static_cast<std::int64_t>(events.size())};
    TRY(auto page, reader.events(run, after, kPage));
    for (auto& one : page) events.push_back(std::move(one.event));
    const bool is_all = page.size() < kPage;
    if (is_all || static_cast<std::int64_t>(events.size()) > at_most) return events;
  }
}

// A run that cannot be read is no reason to tell nothing of this one.
Result<Forecast> forecast_for(state::Reader& reader, const state::RunSummary& run) {
  std::vector<EarlierRun> earlier;
  std::int64_t room = kEarlierEvents;
  state::RunFilter filter{.runbook = run.runbook, .limit = 2 * kEarlierRuns, .before = run.run};
  TRY(const auto runs, reader.runs(filter));
  for (const state::RunSummary& summary : runs) {
    if (!state::is_terminal(summary.status)) continue;
    const auto events = events_of(reader, summary.run, room);
    if (!events) continue;
    room -= static_cast<std::int64_t>(events.value().size());
    if (room < 0) break;
    earlier.push_back(earlier_run(events.value()));
    if (earlier.size() == kEarlierRuns) break;
  }
  return forecast_from(earlier);
}

// The chain says nothing of what is missing at its end, nor of the rows beside the journal.
Result<void> compare(const state::RunSummary& row, const engine::RunState& journal) {
  std::string wrong;
  if (state::is_terminal(row.status) && !journal.finished)
    wrong = "the run's row says that it is over, and its journal does not: events are missing";
  else if (journal.finished && state::is_terminal(row.status) &&
           row.status != journal.finished->status)
    wrong = "the run's row says " + std::string(state::name_of(row.status)) +
            ", and its journal says " + std::string(state::name_of(journal.finished->status));
  else if (row.plan != journal.created->plan)
    wrong = "the run's row names another plan than its journal";
  if (wrong.empty()) return success();
  return Error(ErrorCode::corrupt,
               "run " + std::to_string(row.run.number) + ": " + wrong +
                   ". The store was changed or damaged; restore it from a backup");
}

Result<Evidence> verified(const StorePlace& place, RunId run) {
  TRY(auto host, this_host());
  TRY(const auto chain, state::verify_chains({.path = place.path, .host = std::move(host)}, run));
  return Evidence{chain.events, to_hex(chain.last)};
}

}  // namespace

Result<Report> read_report(Archive& archive, RunId run, Viewer viewer, TimePoint now,
                           Verify verify) {
  ReportRequest request;
  request.now = now;
  if (verify == Verify::yes) {
    TRY(request.evidence, verified(archive.place(), run));
  }
  TRY(const auto row, archive.reader().run(run));
  std::vector<state::Event> events;
  TRY(const Follower follower,
      archive.follow(run, [&](Seq, const state::Event& event) { events.push_back(event); }));
  if (verify == Verify::yes) {
    TRY(compare(row, follower.history().state()));
  }
  viewer = archive.looking(std::move(viewer), follower.history());
  TRY(request.forecast, forecast_for(archive.reader(), row));
  return make_report(follower.history(), events, viewer, std::move(request));
}

}  // namespace rung::service
