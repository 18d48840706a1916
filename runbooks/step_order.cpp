#include "runbooks/step_order.h"

#include <algorithm>

namespace rung::runbooks {

StepOrder::StepOrder(const std::vector<Step>& steps) : steps_(steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& children = steps[i].children;
    for (std::size_t k = 1; k < children.size(); ++k) {
      if (step(children[k]).needs != std::vector{children[k - 1]})
        graphs_.insert({static_cast<std::uint32_t>(i)});
    }
    if (!children.empty() && !step(children[0]).needs.empty())
      graphs_.insert({static_cast<std::uint32_t>(i)});
  }
}

std::vector<StepIndex> StepOrder::chain(StepIndex i) const {
  std::vector<StepIndex> out;
  for (; step(i).parent; i = *step(i).parent) out.push_back(i);
  return out;
}

std::optional<StepIndex> StepOrder::loop_between(std::optional<StepIndex> reader,
                                                 StepIndex other) const {
  const auto readers = reader ? chain(*reader) : std::vector<StepIndex>{};
  for (const auto i : chain(other)) {
    if (!step(*step(i).parent).loop) continue;
    const bool is_shared = std::find(readers.begin(), readers.end(), i) != readers.end();
    return is_shared ? std::nullopt : step(i).parent;
  }
  return std::nullopt;
}

bool StepOrder::needs(StepIndex from, StepIndex to) const {
  if (!graphs_.contains(*step(from).parent)) return to < from;
  std::set<StepIndex> seen;
  std::vector<StepIndex> open{from};
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    for (const auto need : step(at).needs) {
      if (need == to) return true;
      if (seen.insert(need).second) open.push_back(need);
    }
  }
  return false;
}

StepOrder::Relation StepOrder::relation(StepIndex reader, StepIndex other) const {
  if (const auto undone = step(reader).undoes) {
    if (*undone == other) return Relation::before;
    reader = *undone;
  }
  if (reader == other) return Relation::itself;
  const auto readers = chain(reader);
  const auto others = chain(other);
  if (std::find(readers.begin(), readers.end(), other) != readers.end()) return Relation::around;
  if (std::find(others.begin(), others.end(), reader) != others.end()) return Relation::after;
  if (loop_between(reader, other)) return Relation::in_loop;
  for (const auto a : readers) {
    for (const auto b : others) {
      if (step(a).parent != step(b).parent) continue;
      if (step(*step(a).parent).is_choice) return Relation::other_branch;
      if (needs(a, b)) return Relation::before;
      return needs(b, a) ? Relation::after : Relation::unordered;
    }
  }
  // No group in common: one of them is in `finally`, which begins when all others have ended.
  const bool reads_from_finally =
      readers.back() != others.back() && step(readers.back()).parent == StepIndex{1};
  return reads_from_finally ? Relation::before : Relation::after;
}

}  // namespace rung::runbooks
