#pragma once

#include "actions/action.h"

namespace rung::actions {

// `shell`: a script for bash, or for another interpreter.
class Shell final : public Action, private CommandAction {
 public:
  const ActionSpec& spec() const override;
  EffectClass effect_class(const Value::Map& with) const override;
  std::vector<std::string> check(const Value::Map& with, const Target* target) const override;
  awaitable<Outcome> run(RunRequest request) override;
  const CommandAction* command() const override { return this; }

 private:
  Result<CommandLine> command_line(const RunRequest& request) const override;
  Outcome outcome(const RunRequest& request, const CommandEnd& end) const override;
  ProbeAnswer probe_answer(const RunRequest& request, const CommandEnd& end) const override;
};

}  // namespace rung::actions
