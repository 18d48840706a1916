#include "runbooks/plan.h"

#include <algorithm>

namespace rung::runbooks {

std::optional<StepIndex> Plan::find(std::string_view address_or_id) const {
  if (address_or_id.empty()) return std::nullopt;
  const auto by = [&](const auto& is_meant) -> std::optional<StepIndex> {
    const auto found = std::find_if(steps.begin(), steps.end(), is_meant);
    if (found == steps.end()) return std::nullopt;
    return StepIndex{static_cast<std::uint32_t>(found - steps.begin())};
  };
  if (const auto index = by([&](const Step& s) { return s.address == address_or_id; }))
    return index;
  return by([&](const Step& s) { return s.id == address_or_id; });
}

bool is_in_item(std::string_view address, std::string_view planned) {
  while (true) {
    const auto end = address.find('/');
    const auto planned_end = planned.find('/');
    const std::string_view word = planned.substr(0, planned_end);
    if (word != "*" && word != address.substr(0, end)) return false;
    if (end == std::string_view::npos || planned_end == std::string_view::npos)
      return end == planned_end;
    address.remove_prefix(end + 1);
    planned.remove_prefix(planned_end + 1);
  }
}

namespace {

using Visit = std::function<void(const Expression&)>;

void visit_one(const Expression& expression, const Visit& visit) {
  if (!expression.text.empty()) visit(expression);
}

void visit_all(const Template::Map& fields, const Visit& visit) {
  for (const auto& [name, field] : fields) each_expression(field, visit);
}

}  // namespace

void each_expression(const Step& step, const Visit& visit) {
  visit_one(step.when, visit);
  visit_all(step.action.with, visit);
  visit_one(step.action.expect, visit);
  if (step.probe) {
    visit_all(step.probe->with, visit);
    visit_one(step.probe->expect, visit);
  }
  if (step.watch) visit_one(step.watch->until, visit);
  if (step.guard) each_expression(step.guard->say, visit);
  visit_all(step.set, visit);
  visit_all(step.approve.show, visit);
  for (const Template* t : {&step.fail, &step.wait.duration, &step.wait.at, &step.approve.ask,
                            &step.manual.instruction, &step.decide.ask}) {
    each_expression(*t, visit);
  }
  for (const auto& [name, meaning] : step.decide.options) each_expression(meaning, visit);
}

std::string place_of(const Plan& plan, const Step& step) {
  if (step.at.line == 0) return "";
  const Module* module = plan.module_of(step);
  return (module == nullptr ? plan.file : module->file) + ":" + std::to_string(step.at.line) + ":" +
         std::to_string(step.at.column);
}

}  // namespace rung::runbooks
