#pragma once

#include "base/ids.h"
#include "state/lock.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::engine {

// Who holds which locks, and who waits, of all unfinished runs of a store: what the rows in the
// store say, and what was decided since. A run takes all of its locks at once or none, and asks
// once; so whoever waits holds nothing, and no circle of waiting runs can come about.
//
// First come, first served: a run does not pass an earlier one that waits for a lock which the two
// cannot have together, also where all holders share it. An exclusive lock is waited for no longer
// than those who asked before hold it.
class LockTable {
 public:
  static constexpr std::size_t kMostWaiting = 1'000;

  LockTable() = default;
  explicit LockTable(const std::vector<state::LockRow>& rows);

  bool has_room() const { return waiting_.size() < kMostWaiting; }
  // Who holds a lock of this name, or waits for it.
  std::optional<RunId> user_of(const std::string& name) const;
  void ask(RunId run, std::vector<state::LockRow> locks);
  // All that it asked for.
  void take(RunId run);
  // What it holds, or waits for.
  void free(RunId run);

  // Those that can have their locks now, all of them together, in the order in which they asked.
  // One for which `may_take` does not hold (nobody drives it, it is paused) keeps its place and
  // lets the others pass.
  std::vector<RunId> next(const std::function<bool(RunId)>& may_take) const;

 private:
  struct Use {
    std::size_t shared = 0;
    bool is_exclusive = false;
  };
  using Uses = std::map<std::string, Use, std::less<>>;
  static bool fits(const Uses& uses, const std::vector<state::LockRow>& locks);
  static void add(Uses& uses, const std::vector<state::LockRow>& locks);

  std::map<RunId, std::vector<state::LockRow>> waiting_;
  std::map<RunId, std::vector<state::LockRow>> holding_;
  Uses held_;  // of those that hold
};

}  // namespace rung::engine
