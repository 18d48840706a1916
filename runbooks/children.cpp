#include "runbooks/children.h"

#include "runbooks/fields.h"
#include "runbooks/lock_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

const Member* written(const DraftStep& draft, const std::string& input) {
  const Member* with = draft.node == nullptr ? nullptr : draft.node->member("with");
  return with == nullptr ? nullptr : with->value.member(input);
}

void check_given(const DraftStep& draft, const std::string& name, const Template& given,
                 const Plan& plan, Report& report) {
  const Member* member = written(draft, name);
  const auto place = member == nullptr ? draft.place : place_of(*member);
  const auto input = std::find_if(plan.inputs.begin(), plan.inputs.end(),
                                  [&](const InputSpec& i) { return i.name == name; });
  if (input == plan.inputs.end()) {
    std::vector<std::string_view> known;
    std::string all;
    for (const auto& one : plan.inputs) {
      known.push_back(one.name);
      all += (all.empty() ? "" : ", ") + one.name;
    }
    const auto near = nearest(name, known);
    return report.error(place, plan.runbook + " has no input `" + name + "`",
                        !near.empty()   ? "did you mean " + std::string(near) + "?"
                        : known.empty() ? "it takes none: leave it out"
                                        : "its inputs are " + all);
  }
  if (!is_constant(given)) return;
  const auto value = coerce(input->type, constant_value(given));
  if (value) return;
  auto said = explain(value.error(), "give a value of type " + std::string(name_of(input->type)));
  report.error(place, "input `" + name + "` of " + plan.runbook + ": " + said.message,
               std::move(said.fix));
}

}  // namespace

void check_child(const DraftStep& draft, const ChildSpec& child, const Plan& plan, Report& report) {
  for (const auto& [name, given] : child.with) check_given(draft, name, given, plan, report);
  for (const auto& input : plan.inputs) {
    if (input.fallback || child.with.contains(input.name)) continue;
    report.error(draft.child.place,
                 plan.runbook + " needs the input `" + input.name + "` (" +
                     std::string(name_of(input.type)) + ")",
                 "add  with: {" + input.name + ": ...}");
  }
  check_locks_of_child(draft, plan, report);
  if (plan.concurrency) {
    report.error(
        draft.child.place,
        plan.runbook + " has `concurrency`, which a runbook that is used by another cannot take",
        "say it in this runbook");
  }
  const bool has_guards = std::any_of(plan.steps.begin(), plan.steps.end(),
                                      [](const Step& step) { return step.guard.has_value(); });
  if (has_guards) {
    report.error(draft.child.place,
                 plan.runbook + " has an `abort_if`, which ends a run; it is no run here",
                 "write the `abort_if` in this runbook, and remove it there");
  }
  if (plan.run_timeout > Duration::zero()) {
    report.warning(draft.child.place,
                   "the `timeout` of " + plan.runbook + " is not looked at where it is a child",
                   "say a `timeout` in this runbook");
  }
}

}  // namespace rung::runbooks
