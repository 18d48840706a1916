#pragma once

#include "base/time.h"
#include "engine/core/decide.h"
#include "state/freeze.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rung::engine {

// What no run may begin against: the standing orders of people, as the store has them, and the
// freezes that the project's calendars bring. Only the beginning of a run is held against them: a
// recovery that stands half way does more harm than one that ends.
class Freezes {
 public:
  static constexpr std::size_t kMost = 1'000;

  Freezes() = default;
  explicit Freezes(const std::vector<state::Freeze>& standing);

  bool has_room() const { return standing_.size() < kMost; }
  // nullptr: nobody ordered one of this name, or its time is over.
  const state::Freeze* find(const std::string& runbook, TimePoint now) const;
  void apply(const state::FreezeChange& change);

  // Why a run of this plan may not begin now, a sentence for each. Empty: it may.
  struct Beginning {
    const runbooks::Plan& plan;
    std::string_view mode;
    TimePoint now;
  };
  std::vector<std::string> against(const Beginning& run, const Calendar& calendar) const;

 private:
  std::map<std::string, state::Freeze> standing_;  // by runbook
};

}  // namespace rung::engine
