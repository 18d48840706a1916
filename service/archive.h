#pragma once

#include "service/follower.h"
#include "service/store_place.h"
#include "state/owner.h"
#include "state/reader.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::service {

// A store as somebody sees it who only looks: takes no lock, writes nothing. One thread.
class Archive {
 public:
  // `plans`: shared with an engine of this process, if there is one.
  // not_found: there is no store yet; unavailable, conflict, corrupt as the store says.
  static Result<Archive> open(const StorePlace& place, std::shared_ptr<engine::PlanCache> plans =
                                                           std::make_shared<engine::PlanCache>());

  Result<std::vector<state::RunSummary>> runs(const state::RunFilter& filter) {
    return reader_->runs(filter);
  }
  // The same as people see them.
  Result<std::vector<ListedRun>> listed(const state::RunFilter& filter);

  // The freezes that stand now: whose time is over is left out.
  Result<std::vector<state::Freeze>> freezes(TimePoint now);

  // "42", "orders-db-failover-42", or "" for the one run that fits. not_found: there is none;
  // conflict: several fit, and the message names them.
  enum class Fits { unfinished, any };
  Result<RunId> find(std::string_view reference, Fits fits);

  // As Follower::open.
  Result<Follower> follow(RunId run, Follower::OnEvent told = nullptr) {
    return Follower::open(*reader_, *plans_, run, std::move(told));
  }
  // Everything about one run. What the viewer cannot know is found out here (`looking`).
  Result<RunView> view(RunId run, Viewer viewer);
  // What `viewer` cannot know of a run by itself: whether it is driven, whether the disk has room,
  // and who holds the locks that it waits for.
  Viewer looking(Viewer viewer, const History& history);
  // Whether the engine that holds the store is the one that drives this run.
  bool is_driven(const History& history) const { return is_driven(history.state().claim); }
  bool is_driven(const std::optional<state::RunClaimed>& claim) const;
  std::optional<state::OwnerNote> holder() const;
  // False: the engine has given back the reserve that it keeps on the store's disk, or found no
  // room for it. Requires: an engine has opened the store.
  bool has_room() const;

  state::Reader& reader() { return *reader_; }
  const std::shared_ptr<engine::PlanCache>& plans() const { return plans_; }
  const StorePlace& place() const { return place_; }

 private:
  Archive(StorePlace place, std::unique_ptr<state::Reader> reader,
          std::shared_ptr<engine::PlanCache> plans)
      : place_(std::move(place)), reader_(std::move(reader)), plans_(std::move(plans)) {}
  Result<RunId> only_one();

  StorePlace place_;
  std::unique_ptr<state::Reader> reader_;
  std::shared_ptr<engine::PlanCache> plans_;
};

}  // namespace rung::service
