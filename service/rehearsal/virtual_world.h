#pragma once

#include "actions/registry.h"
#include "base/virtual_clock.h"
#include "engine/core/scope.h"
#include "engine/executor.h"
#include "runbooks/test_file.h"
#include "scripting/evaluator.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rung::service {

// The world of one case of a test: answers attempts by the case's stubs, in virtual time, and keeps
// what it was asked to do. Nothing leaves the process. It outlives the engines that are killed in
// the case: commands go on under their supervisors, actions inside an engine die with it.
//
// What can be checked without the target is checked by the actions themselves: the inputs against
// their schema, the environment and arguments of a command, the outputs against their types.
class VirtualWorld final : public engine::Executor {
 public:
  struct Parts {
    const runbooks::TestCase* test = nullptr;
    const actions::Registry* registry = nullptr;
    const VirtualClock* clock = nullptr;
    scripting::Evaluator* evaluator = nullptr;
    const engine::Graph* graph = nullptr;
    std::function<const engine::RunState&()> state;  // as it is on disk, for stubs' expressions
  };
  explicit VirtualWorld(Parts parts) : parts_(std::move(parts)) {}

  void run(engine::Attempt attempt, OnOutcome done) override;
  void recover(engine::Attempt attempt, std::function<void(std::string)> adopted,
               OnOutcome done) override;
  void probe(engine::Attempt attempt, const runbooks::ActionUse* probe_use, Value::Map probe_with,
             OnProbed done) override;
  void look(engine::Attempt attempt, OnProbed done) override;
  void cancel(const engine::AttemptId& id, engine::CancelHow how) override;
  void forget(const engine::AttemptId& id) override;

  // When something ends next, by the clock's `boot`.
  std::optional<Duration> next_due() const;
  // Reports what has ended by now, in the order of its ends.
  void report_due();
  void engine_died();
  // Whether the engine is to be killed in the midst of an effect, now; asked once for each.
  bool take_crash();

  // What the actions of each step were given, oldest first; secrets read "***".
  const std::map<std::string, std::vector<Value::Map>>& received() const { return received_; }
  // How often the effect of a step took place, as its target would have seen it.
  int times(const std::string& address) const;
  // A stub that is missing, as text to write; "" where every step found one.
  const std::string& missing_stub() const { return missing_stub_; }
  const std::string& missing_step() const { return missing_step_; }

 private:
  struct Running {
    engine::Attempt attempt;
    OnOutcome done;  // empty: nobody listens
    Outcome outcome;
    bool is_supervised = false;
    bool has_ended = false;
  };
  using RunningMap = std::map<engine::AttemptId, Running>;

  void tell(engine::Attempt attempt, OnOutcome done);
  // Looks may go on for days: what the last stub says, those after it see too.
  enum class BeyondTheLast : unsigned char { is_missing, repeats };
  bool is_unstubbed_guard(const engine::Attempt& attempt) const;
  const runbooks::Stub* stub_for(const engine::Attempt& attempt,
                                 BeyondTheLast beyond = BeyondTheLast::is_missing);
  void miss_stub(const engine::Attempt& attempt, const std::string& why);
  Outcome outcome_of(const engine::Attempt& attempt, const runbooks::Stub* stub) const;
  Outcome outcome_of_command(const engine::Attempt& attempt, const Value::Map& outputs) const;
  Outcome late(const engine::Attempt& attempt, engine::CancelHow how) const;
  Result<Value::Map> values_of(const runbooks::Template::Map& fields,
                               const engine::Attempt& attempt) const;
  void happen(const engine::Attempt& attempt);
  void end(const engine::AttemptId& id);
  void at(Duration boot, std::function<void()> task);
  Duration now() const { return parts_.clock->now().boot; }

  Parts parts_;
  RunningMap running_;
  std::map<std::pair<Duration, std::uint64_t>, std::function<void()>> agenda_;
  std::uint64_t posted_ = 0;
  std::uint64_t lives_ = 0;  // engines that died
  std::map<std::string, std::size_t> attempts_;
  std::map<std::string, const runbooks::Stub*> latest_stub_;
  std::map<std::string, std::vector<Value::Map>> received_;
  std::map<std::string, std::set<std::string>> happened_;  // address -> keys
  std::map<std::string, int> times_;
  std::set<std::string> crashed_in_;
  bool crash_is_due_ = false;
  std::string missing_stub_;
  std::string missing_step_;
};

}  // namespace rung::service
