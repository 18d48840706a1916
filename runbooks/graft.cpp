#include "runbooks/graft.h"

#include <utility>

namespace rung::runbooks {
namespace {

// The two roots come first in each plan, and stay behind where it is grafted.
constexpr std::uint32_t kRoots = 2;

template <class To>
void lead(Step& step, To to) {
  for (auto& child : step.children) child = to(child);
  for (auto& need : step.needs) need = to(need);
  for (auto* link : {&step.parent, &step.undo, &step.before, &step.undoes}) {
    if (*link) *link = to(**link);
  }
}

class Grafting {
 public:
  Grafting(Plan& plan, const std::map<StepIndex, Plan>& children)
      : plan_(plan), children_(children) {}

  void graft() {
    std::vector<StepIndex> moved;
    for (std::uint32_t n = 0; n < plan_.steps.size(); ++n) {
      moved.push_back(next());
      out_.push_back(std::move(plan_.steps[n]));
      if (const auto child = children_.find({n}); child != children_.end()) add(child->second);
    }
    // Those that were grafted lead where they should already.
    for (const StepIndex i : moved) {
      const bool has_child = out_[i.number].child.has_value();
      auto children = std::exchange(out_[i.number].children, {});
      lead(out_[i.number], [&](StepIndex to) { return moved[to.number]; });
      if (!has_child) {
        for (auto& child : children) child = moved[child.number];
      }
      out_[i.number].children = std::move(children);
    }
    plan_.steps = std::move(out_);
  }

 private:
  StepIndex next() const { return {static_cast<std::uint32_t>(out_.size())}; }

  // Under the step that was added last.
  void add(const Plan& child) {
    const StepIndex user{next().number - 1};
    const auto module = static_cast<std::uint32_t>(plan_.modules.size() + 1);
    const std::uint32_t first = next().number;
    // Its `finally` becomes one of the group, in front of its steps.
    const auto& last = child.step(child.finally);
    const auto size = static_cast<std::uint32_t>(child.steps.size());
    const std::uint32_t split = last.children.empty() ? size : last.children.front().number;
    const auto to = [&](StepIndex i) {
      if (i == child.root) return user;
      if (i == child.finally) return StepIndex{first + split - kRoots};
      return StepIndex{first + i.number - kRoots + (i.number >= split ? 1 : 0)};
    };
    plan_.modules.push_back({child.runbook, child.file, child.folder, child.inputs, child.require,
                             child.vars, child.outputs});
    plan_.modules.insert(plan_.modules.end(), child.modules.begin(), child.modules.end());
    out_[user.number].child->module = module;
    auto& locks = out_[user.number].locks;  // its own are taken where it begins
    locks.insert(locks.end(), child.locks.begin(), child.locks.end());
    for (const StepIndex i : child.step(child.root).children)
      out_[user.number].children.push_back(to(i));
    const std::string prefix = out_[user.number].address + "/";
    for (std::uint32_t n = kRoots; n < size; ++n) {
      if (n == split) add_finally(child, user, module, to);
      Step step = child.steps[n];
      lead(step, to);
      step.address = prefix + step.address;
      step.module += module;
      if (step.child) step.child->module += module;
      out_.push_back(std::move(step));
    }
    for (const auto& [file, hash] : child.sources) plan_.sources.emplace(file, hash);
    for (const auto& [name, source] : child.secrets) plan_.secrets.emplace(name, source);
  }

  template <class To>
  void add_finally(const Plan& child, StepIndex user, std::uint32_t module, To to) {
    Step last = child.step(child.finally);
    last.id = "";
    last.is_finally = true;
    last.module = module;
    lead(last, to);
    last.parent = user;
    last.needs = out_[user.number].children;
    last.address = out_[user.number].address + "/" + last.address;
    out_[user.number].children.push_back(to(child.finally));
    out_.push_back(std::move(last));
  }

  Plan& plan_;
  const std::map<StepIndex, Plan>& children_;
  std::vector<Step> out_;
};

}  // namespace

void graft(Plan& plan, const std::map<StepIndex, Plan>& children) {
  if (!children.empty()) Grafting(plan, children).graft();
}

}  // namespace rung::runbooks
