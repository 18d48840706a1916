#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace rung::engine::supervisor {

// What recovery makes of an attempt whose command was given to a supervisor. A pure function of
// what can be seen: the boot, the record, the lock, the pid namespace and the processes.
//
// It rests on one law: within one boot the file system is coherent without fsync; across boots
// the absence of a file, or of a part of one, proves nothing.

enum class Boot : std::uint8_t { same, other };  // other: also another machine

// The record file as read, under its lock where the lock was free.
enum class RecordState : std::uint8_t {
  absent,    // no such file
  empty,     // the file, and nothing in it
  claimed,   // a supervisor took the attempt; the command was not released
  released,  // the command may have begun
  exited,    // how it ended is known, and its outputs are whole
  voided,    // an earlier recovery took the attempt away from a late supervisor
  damaged,   // a part that is neither empty nor valid, or parts that cannot come together
};

enum class Lock : std::uint8_t { free, held };        // held: a supervisor lives
enum class Namespace : std::uint8_t { same, other };  // other: its pids mean nothing here
enum class Children : std::uint8_t { gone, alive };   // by pid and starttime, or the cookie

inline constexpr std::array kRecordStates = {
    RecordState::absent, RecordState::empty,  RecordState::claimed, RecordState::released,
    RecordState::exited, RecordState::voided, RecordState::damaged};
inline constexpr std::array kLocks = {Lock::free, Lock::held};
inline constexpr std::array kNamespaces = {Namespace::same, Namespace::other};
inline constexpr std::array kChildren = {Children::gone, Children::alive};

struct Sight {
  Boot boot{};
  RecordState record{};
  Lock lock{};
  Namespace pid_namespace{};
  Children children{};

  friend bool operator==(const Sight&, const Sight&) = default;
};

enum class Verdict : std::uint8_t {
  not_done,        // proof that the command never began: run it, no doubt
  voids_first,     // write `voided` under the lock; then `not_done`
  running,         // adopt: wait on the lock and the pidfd, signal after checking starttime
  running_beyond,  // watch by the lock; it cannot be signalled from this pid namespace
  ended,           // journal what the record says
  orphaned,        // the supervisor died, its children live: watch or kill them, then `unknown`
  unknown,         // nobody can say from here what the command did
};

// One line of the table. An empty set of values in a column stands for any.
struct Row {
  Boot boot{};
  std::uint8_t records = 0;     // bit set of RecordState
  std::uint8_t locks = 0;       // bit set of Lock
  std::uint8_t namespaces = 0;  // bit set of Namespace
  std::uint8_t children = 0;    // bit set of Children
  Verdict verdict{};
  std::string_view reason;
};

template <class... T>
constexpr std::uint8_t any_of(T... values) {
  return static_cast<std::uint8_t>((0U | ... | (1U << static_cast<unsigned>(values))));
}

inline constexpr std::uint8_t kAny = 0xff;

// The specification. Exactly one row answers each sight (asserted below).
inline constexpr std::array kRecoveryTable = {
    Row{Boot::same, any_of(RecordState::absent), kAny, kAny, kAny, Verdict::voids_first,
        "no supervisor claimed it, and none can any more"},
    Row{Boot::same, any_of(RecordState::empty, RecordState::claimed), any_of(Lock::free), kAny,
        kAny, Verdict::voids_first, "the supervisor died before it released the command"},
    Row{Boot::same, any_of(RecordState::voided), kAny, kAny, kAny, Verdict::not_done,
        "an earlier recovery took it back before the command was released"},
    Row{Boot::same,
        any_of(RecordState::empty, RecordState::claimed, RecordState::released,
               RecordState::damaged),
        any_of(Lock::held), any_of(Namespace::same), kAny, Verdict::running,
        "its supervisor lives: it holds the lock"},
    Row{Boot::same,
        any_of(RecordState::empty, RecordState::claimed, RecordState::released,
               RecordState::damaged),
        any_of(Lock::held), any_of(Namespace::other), kAny, Verdict::running_beyond,
        "its supervisor lives in another pid namespace: it can be watched, not signalled"},
    Row{Boot::same, any_of(RecordState::exited), kAny, kAny, kAny, Verdict::ended,
        "the command ended and its supervisor wrote how"},
    Row{Boot::same, any_of(RecordState::released), any_of(Lock::free), any_of(Namespace::same),
        any_of(Children::alive), Verdict::orphaned,
        "its supervisor died while the command ran, and processes of it live on"},
    Row{Boot::same, any_of(RecordState::released), any_of(Lock::free), any_of(Namespace::same),
        any_of(Children::gone), Verdict::unknown,
        "its supervisor died after it released the command"},
    Row{Boot::same, any_of(RecordState::released), any_of(Lock::free), any_of(Namespace::other),
        kAny, Verdict::unknown,
        "its supervisor died in another pid namespace after it released the command"},
    Row{Boot::same, any_of(RecordState::damaged), any_of(Lock::free), kAny, kAny, Verdict::unknown,
        "its record is damaged"},
    Row{Boot::other, any_of(RecordState::exited), kAny, kAny, kAny, Verdict::ended,
        "the command ended before the restart and its supervisor wrote how"},
    Row{Boot::other,
        any_of(RecordState::absent, RecordState::empty, RecordState::claimed, RecordState::released,
               RecordState::voided, RecordState::damaged),
        kAny, kAny, kAny, Verdict::unknown,
        "the machine restarted, and no valid record of the command's end survived"},
};

constexpr bool has(std::uint8_t set, auto value) {
  return ((set >> static_cast<unsigned>(value)) & 1U) != 0;
}

constexpr bool answers(const Row& row, const Sight& sight) {
  return row.boot == sight.boot && has(row.records, sight.record) && has(row.locks, sight.lock) &&
         has(row.namespaces, sight.pid_namespace) && has(row.children, sight.children);
}

constexpr const Row& judge(const Sight& sight) {
  for (const Row& row : kRecoveryTable) {
    if (answers(row, sight)) return row;
  }
  return kRecoveryTable.back();  // Not reached: the table is total, as asserted below.
}

// Every sight there is, in the order of the enumerators.
constexpr auto every_sight() {
  std::array<Sight, 2 * kRecordStates.size() * 2 * 2 * 2> all{};
  std::size_t at = 0;
  for (Boot boot : {Boot::same, Boot::other})
    for (RecordState record : kRecordStates)
      for (Lock lock : kLocks)
        for (Namespace space : kNamespaces)
          for (Children children : kChildren) all[at++] = {boot, record, lock, space, children};
  return all;
}

constexpr bool table_is_total_and_deterministic() {
  for (const Sight& sight : every_sight()) {
    int answered = 0;
    for (const Row& row : kRecoveryTable) answered += answers(row, sight) ? 1 : 0;
    if (answered != 1) return false;
  }
  return true;
}
static_assert(table_is_total_and_deterministic());

std::string_view name_of(Boot value);
std::string_view name_of(RecordState value);
std::string_view name_of(Lock value);
std::string_view name_of(Namespace value);
std::string_view name_of(Children value);
std::string_view name_of(Verdict value);

// The table as docs/supervisor.md shows it.
std::string recovery_table_as_markdown();

}  // namespace rung::engine::supervisor
