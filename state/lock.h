#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "state/event.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::state {

// One lock of one unfinished run, or of a group of its steps. Part of the store beside the
// journals, so that an engine knows the locks of runs that it does not drive: a cache of
// `locks.asked`, `locks.taken`, `locks.freed` and `run.finished`, changed in the transaction of
// these events.
struct LockRow {
  RunId run{};
  std::string name{};
  bool is_shared = false;
  TimePoint asked_at{};
  std::optional<TimePoint> taken_at{};  // none: it is waited for
  std::string step{};                   // address of the group; "": the run itself
  friend bool operator==(const LockRow&, const LockRow&) = default;
};

// How the lock of a concurrency key is called; no runbook can name a lock so.
inline constexpr const char* kKeyPrefix = "concurrency:";

// What the event asks for, in the canonical order of names, each name once.
std::vector<LockRow> rows_of(RunId run, TimePoint at, const LocksAsked& asked,
                             const std::string& step = "");

// The rows of one run after one more event of it.
void follow(std::vector<LockRow>& rows, RunId run, const Event& event);

// The group at `inner`, or the run where that is "", stands in the one at `outer`.
bool is_within(std::string_view inner, std::string_view outer);

}  // namespace rung::state
