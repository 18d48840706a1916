#pragma once

#include "actions/action.h"

namespace rung::actions {

// `mysql.transaction`: statements that are prepared with others and then committed or rolled back
// with them (XA of MariaDB). The same transaction writes a row into the table `rung_marker`, by
// which a missing name is told to be committed.
class MysqlTransaction final : public Action, private Participant {
 public:
  MysqlTransaction();

  const ActionSpec& spec() const override { return spec_; }
  EffectClass effect_class(const Value::Map& with) const override;
  std::vector<std::string> check(const Value::Map& with, const Target* target) const override;
  awaitable<Outcome> run(RunRequest request) override;
  Participant* participant() override { return this; }

 private:
  awaitable<Outcome> prepare(RunRequest request) override;
  awaitable<Outcome> commit(RunRequest request) override;
  awaitable<Outcome> rollback(RunRequest request) override;
  awaitable<Prepared> list(RunRequest request) override;

  const ActionSpec spec_;
};

}  // namespace rung::actions
