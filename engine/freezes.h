#pragma once

#include "base/time.h"
#include "engine/core/decide.h"
#include "state/freeze.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::engine {

// That no run begins any more, or that they may again.
struct FreezeRequest {
  std::string runbook{};  // its name; "" for all
  bool lifts = false;
  std::optional<TimePoint> until{};  // none: until it is lifted
  By by{};
};

// What no run may begin against: the standing orders of people, as the store has them, and the
// freezes that the project's calendars bring. Only the beginning of a run is held against them: a
// recovery that stands half way does more harm than one that ends.
class Freezes {
 public:
  static constexpr std::size_t kMost = 1'000;

  Freezes() = default;
  explicit Freezes(const std::vector<state::Freeze>& standing);

  // nullptr: nobody ordered one of this name, or its time is over.
  const state::Freeze* find(const std::string& runbook, TimePoint now) const;
  // Why the request cannot be done. none: it is an order that can be written, or a lift of one.
  std::optional<Refusal> against(const FreezeRequest& request, TimePoint now) const;
  // From its decision on: what begins while it is written would begin after it.
  void hold(state::Freeze order);
  // When it is on disk. Where a later order stands in its place, that one stays.
  void lift(const state::Freeze& lifted);

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

// Whether somebody may begin a run of the plan against `freezes` (sentences of Freezes::against),
// and what to do where not.
struct GlassBreaker {
  const By& by;
  bool breaks_glass = false;
};
std::optional<Refusal> refused_beginning(const Graph& graph,
                                         const std::vector<std::string>& freezes,
                                         const GlassBreaker& who);

}  // namespace rung::engine
