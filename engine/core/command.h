#pragma once

#include "base/host.h"
#include "base/outcome.h"
#include "base/value.h"
#include "engine/core/step_tree.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace rung::engine {

// Requests to one run, imperative. People's carry who asks and why.
struct By {
  std::string who;                  // OS user
  std::vector<std::string> groups;  // OS groups of that user
  std::string say;
};

// From the engine itself:
struct Claim {  // begin to drive the run
  Epoch epoch;
  Host host;
  std::int64_t pid = 0;
  std::string who;
  std::string rung;
};
struct Release {  // let go of the run in order
  Epoch epoch;
  std::string why;
};
struct FinishAttempt {
  NodeIndex step;
  std::int64_t generation = 0;
  std::int64_t attempt = 0;
  Outcome outcome;
  bool after_restart = false;  // found out by recovery, not seen
};
struct FinishProbe {
  NodeIndex step;
  std::int64_t attempt = 0;
  ProbeAnswer answer;
  bool after_restart = false;
};
struct FinishLook {  // of a wait
  NodeIndex step;
  std::int64_t number = 0;
  ProbeAnswer answer;
};
struct PassTime {};                  // something may be due
struct Go {};                        // start what may start
struct TakeLocks {                   // nobody stands against it any more
  std::optional<NodeIndex> group{};  // empty: the run itself
};

// From people and programs:
struct Vote {
  std::string step;  // address or id; "" where one approval is open
  bool approve = true;
  By by;
  std::string plan{};  // the beginning of the hash of the plan that they looked at; "" for any
};
struct FinishManual {
  std::string step;
  Value::Map outputs;
  By by;
};
struct PickOption {  // of a decision
  std::string step;
  std::string option;
  By by;
};
struct SendSignal {
  std::string name;
  Value payload;
  By by;
};
struct Note {
  std::string text;
  By by;
};
struct Pause {
  By by;
};
struct Continue {
  By by;
};
enum class CancelRunning : std::uint8_t { drain, kill };
struct Cancel {
  CancelRunning running = CancelRunning::drain;
  By by;
};
struct RetryStep {
  std::string step;
  By by;
  Value::Map with{};  // corrected inputs, by field or "field.entry"
};
struct SkipStep {
  std::string step;
  Value::Map outputs;
  By by;
};
// Of a participant of a two_phase step the last two.
enum class ResolveAs : std::uint8_t { done, not_done, failed, committed, rolled_back };
inline constexpr std::array<std::string_view, 5> kResolveWords{"done", "not-done", "failed",
                                                               "committed", "rolled-back"};
constexpr std::string_view name_of(ResolveAs as) {
  return kResolveWords[static_cast<std::size_t>(as)];
}
constexpr std::optional<ResolveAs> parse_resolve_as(std::string_view word) {
  for (std::size_t n = 0; n < kResolveWords.size(); ++n) {
    if (kResolveWords[n] == word) return static_cast<ResolveAs>(n);
  }
  return std::nullopt;
}
struct Resolve {
  std::string step;
  ResolveAs as = ResolveAs::done;
  Value::Map outputs;
  By by;
};
struct TakeCommand {
  By by;
};
struct SwitchMode {
  std::string mode;
  By by;
};
struct HandCommand {
  By to;  // who and their groups
  By by;
};
struct Undo {
  By by;
};

using Command =
    std::variant<Claim, Release, FinishAttempt, FinishProbe, FinishLook, PassTime, Go, TakeLocks,
                 Vote, FinishManual, PickOption, SendSignal, Note, Pause, Continue, Cancel,
                 RetryStep, SkipStep, Resolve, TakeCommand, HandCommand, SwitchMode, Undo>;

}  // namespace rung::engine
