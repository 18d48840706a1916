#pragma once

#include "base/time.h"

#include <optional>
#include <string>

namespace rung::state {

// A standing order of a person: no run begins, of one runbook or of any. Part of the store, not of
// a run; the command that gave it is among the store's commands.
struct Freeze {
  std::string runbook{};  // its name; "": every runbook
  std::string who{};
  std::string say{};
  TimePoint at{};
  std::optional<TimePoint> until{};  // none: until somebody lifts it
  friend bool operator==(const Freeze&, const Freeze&) = default;
};

// What a command changes about it, in the transaction that answers the command.
struct FreezeChange {
  std::string runbook{};
  std::optional<Freeze> order{};  // in the place of the one before; none: it is lifted
};

// "orders is frozen since 2026-11-27T02:00:00Z by mira: Black Friday"
std::string told(const Freeze& freeze);

}  // namespace rung::state
