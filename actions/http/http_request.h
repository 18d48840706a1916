#pragma once

#include "actions/action.h"

namespace rung::actions {

// `http.request`, and `http.get` and its like, which fix the method.
class HttpRequest final : public Action, public RequestAction {
 public:
  HttpRequest(std::string name, std::string fixed_method);

  const ActionSpec& spec() const override { return spec_; }
  EffectClass effect_class(const Value::Map& with) const override;
  std::vector<std::string> check(const Value::Map& with, const Target* target) const override;
  awaitable<Outcome> run(RunRequest request) override;
  const RequestAction* request() const override { return this; }
  Outcome outcome_of_reply(RunRequest request, const Value::Map& reply) const override;

 private:
  const std::string fixed_method_;
  const ActionSpec spec_;
};

}  // namespace rung::actions
