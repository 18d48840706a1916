#pragma once

#include "scripting/script.h"
#include "tests/scripting/map_scope.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rung::scripting {

// Drives a script as the engine does: records each call, answers it, and lets the script go on. The
// record can be cut and the runner thrown away, as a crash would.
class ScriptDriver : public ScriptHistory {
 public:
  explicit ScriptDriver(std::string text, ScriptBudget budget = {})
      : text_(std::move(text)), budget_(budget), runner_(make_script_runner(budget)) {}

  std::size_t size() const override { return records.size(); }
  ScriptMemory call(std::size_t n) const override { return records[n]; }

  // What an action gives; it sees the call.
  std::function<Value(const ScriptCall&)> act = [](const ScriptCall&) {
    return Value(Value::Map{});
  };

  ScriptTurn turn() {
    return runner_->go_on({"run-1/script", text_, "runbook.yaml", 10, digest_, previous_}, scope_,
                          *this);
  }

  // Until it ends, or for so many turns.
  ScriptTurn run(std::size_t most_turns = 10'000) {
    ScriptTurn latest;
    for (std::size_t n = 0; n < most_turns; ++n) {
      latest = turn();
      if (const auto* call = std::get_if<ScriptCall>(&latest)) {
        record(*call);
      } else if (const auto* left = std::get_if<ScriptLeft>(&latest)) {
        leave(left->value);
      } else {
        break;
      }
    }
    return latest;
  }

  Value outputs() {
    const ScriptTurn end = run();
    if (const auto* returned = std::get_if<ScriptReturned>(&end)) return returned->outputs;
    return Value(problem_of(end));
  }
  std::string problem() { return problem_of(run()); }

  static std::string problem_of(const ScriptTurn& turn) {
    if (const auto* failed = std::get_if<ScriptFailed>(&turn)) return failed->message;
    if (const auto* strayed = std::get_if<ScriptStrayed>(&turn)) return strayed->message;
    return "";
  }

  // Only the record is left.
  void crash() { runner_ = make_script_runner(budget_); }

  std::vector<ScriptMemory> records;
  std::vector<std::string> acted;  // "http.get {...}", each time that the world was touched

 private:
  void record(const ScriptCall& call) {
    ScriptMemory memory{call.kind, call.name, call.arguments, true, {}, {}, records.size() + 1};
    if (call.kind == ScriptCallKind::step) {
      memory.is_answered = false;
      open_.push_back(records.size());
    }
    if (call.kind == ScriptCallKind::action) {
      acted.push_back(call.name);
      memory.value = act(call);
    }
    if (call.kind == ScriptCallKind::now) memory.value = parse_time("2026-03-27T03:13:20Z").value();
    if (call.kind == ScriptCallKind::random) memory.value = 0.5;
    records.push_back(std::move(memory));
    answered();
  }

  void leave(const Value& value) {
    ScriptMemory& step = records[open_.back()];
    open_.pop_back();
    step.is_answered = true;
    step.value = value;
    step.next = records.size();
    answered();
  }

  void answered() {
    previous_ = digest_;
    digest_ += 1;
  }

  std::string text_;
  ScriptBudget budget_;
  std::unique_ptr<ScriptRunner> runner_;
  MapScope scope_ = example_scope();
  std::vector<std::size_t> open_;
  std::uint64_t digest_ = 0;
  std::uint64_t previous_ = 0;
};

}  // namespace rung::scripting
