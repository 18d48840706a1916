#pragma once

#include "base/ids.h"
#include "state/lock.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace rung::engine {

// Who holds locks together: a run, or a group of its steps.
struct LockHolder {
  RunId run{};
  std::string step{};  // address of the group; "": the run itself
  friend bool operator==(const LockHolder&, const LockHolder&) = default;
  friend bool operator<(const LockHolder& a, const LockHolder& b) {
    return std::tie(a.run, a.step) < std::tie(b.run, b.step);
  }
};

// Who holds which locks, and who waits, of all unfinished runs of a store: what the rows in the
// store say, and what was decided since. A holder takes all of its locks at once or none.
//
// First come, first served: a run does not pass an earlier one that waits for a lock which the two
// cannot have together, also where all holders share it. A group whose run holds locks around it
// passes all that wait and hold nothing, and of those like it only one that asked before and whose
// first name does not come before its own: so no circle of waiting runs can come about
// (docs/decisions/024).
class LockTable {
 public:
  static constexpr std::size_t kMostWaiting = 1'000;  // runs that wait for locks of their own

  LockTable() = default;
  explicit LockTable(const std::vector<state::LockRow>& rows);

  bool has_room() const { return waiting_runs_ < kMostWaiting; }
  // Who holds a lock of this name, or waits for it.
  std::optional<RunId> user_of(const std::string& name) const;

  // What was decided: who asks now. True where somebody does.
  bool note_decided(RunId run, const std::vector<state::Event>& events);
  // What is on disk now: who is over. True where a lock is free for others, or a place in the row.
  bool note_on_disk(RunId run, const std::vector<state::Event>& events);

  void ask(LockHolder holder, std::vector<state::LockRow> locks);
  // All that it asked for.
  void take(const LockHolder& holder);
  // All that the run and its groups hold or wait for.
  void free(RunId run);
  // What the group asked for first: it may have asked anew before that is known to be over.
  void free(const LockHolder& holder);

  // Those that can have their locks now, all of them together, in the order in which they asked.
  // One for which `may_take` does not hold (nobody drives it, it is paused) keeps its place and
  // lets the others pass.
  std::vector<LockHolder> next(const std::function<bool(const LockHolder&)>& may_take) const;

 private:
  using Turn = std::int64_t;  // in the row of those who ask
  struct Claim {
    LockHolder holder;
    std::vector<state::LockRow> locks;  // by name
    bool is_held = false;
  };
  struct Use {
    std::size_t shared = 0;
    bool is_exclusive = false;
  };
  using Uses = std::map<std::string, Use, std::less<>>;
  // What those want who asked before: the greatest of their first names.
  struct Wish {
    std::string shared;
    std::string exclusive;
  };
  using Wishes = std::map<std::string, Wish, std::less<>>;

  static bool fits(const Uses& uses, const std::vector<state::LockRow>& locks);
  static void add(Uses& uses, const std::vector<state::LockRow>& locks);
  static void remove(Uses& uses, const std::vector<state::LockRow>& locks);
  static bool fits(const Wishes& wishes, const std::vector<state::LockRow>& locks);
  static void add(Wishes& wishes, const std::vector<state::LockRow>& locks);
  bool is_inside(const LockHolder& holder) const;
  void drop(Turn turn);

  std::map<Turn, Claim> claims_;
  std::map<LockHolder, std::vector<Turn>> by_holder_;  // oldest first
  std::map<Turn, LockHolder> waiting_;
  Turn last_ = 0;
  std::size_t waiting_runs_ = 0;
  Uses held_;
};

}  // namespace rung::engine
