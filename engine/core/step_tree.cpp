#include "engine/core/step_tree.h"

#include <algorithm>

namespace rung::engine {

// --- the loops

std::uint32_t Loops::open(NodeIndex loop, StepIndex body, std::uint32_t size,
                          std::vector<LoopItem> items, std::uint32_t first_free) {
  OpenLoop opened{loop, NodeIndex{first_free}, body, size, std::move(items), {}};
  opened.by_part.reserve(opened.items.size());
  for (std::uint32_t n = 0; n < opened.items.size(); ++n)
    opened.by_part.emplace(opened.items[n].part, n);
  const auto end = first_free + static_cast<std::uint32_t>(opened.items.size()) * size;
  by_loop_.emplace(loop.number, static_cast<std::uint32_t>(opened_.size()));
  opened_.push_back(std::move(opened));
  return end;
}

const OpenLoop* Loops::around(NodeIndex i) const {
  const auto after =
      std::upper_bound(opened_.begin(), opened_.end(), i,
                       [](NodeIndex node, const OpenLoop& loop) { return node < loop.base; });
  // A loop without items has the same base as the next one, and comes before it.
  return after == opened_.begin() ? nullptr : &*std::prev(after);
}
OpenLoop* Loops::around(NodeIndex i) {
  return const_cast<OpenLoop*>(std::as_const(*this).around(i));  // NOLINT: one search for both
}

const OpenLoop* Loops::of(NodeIndex loop) const {
  const auto found = by_loop_.find(loop.number);
  return found == by_loop_.end() ? nullptr : &opened_[found->second];
}
OpenLoop* Loops::of(NodeIndex loop) {
  return const_cast<OpenLoop*>(std::as_const(*this).of(loop));  // NOLINT: one search for both
}

// --- the tree

const runbooks::Step& StepTree::step(NodeIndex i) const {
  if (is_of_plan(i)) return graph_.step({i.number});
  if (const ScriptNode* made = call(i)) return made->step;
  return graph_.step(definition(i));
}

NodeIndex StepTree::in_plan(NodeIndex i) const {
  const ScriptNode* made = call(i);
  return made != nullptr ? made->script : i;
}

StepIndex StepTree::definition(NodeIndex i) const {
  if (is_of_plan(i)) return {i.number};
  const OpenLoop& loop = *loops_.around(i);
  return {loop.body.number + (i.number - loop.base.number) % loop.size};
}

NodeIndex StepTree::linked(NodeIndex from, StepIndex to) const {
  while (!is_of_plan(from)) {
    const OpenLoop& loop = *loops_.around(from);
    const bool is_inside = to >= loop.body && to.number < loop.body.number + loop.size;
    if (is_inside)
      return {loop.item_node(loop.item_of(from)).number + to.number - loop.body.number};
    from = loop.loop;
  }
  return node_of(to);
}

std::string StepTree::address(NodeIndex i) const {
  if (const ScriptNode* made = call(i))
    return address(made->parent) + "/" + made->part + (made->doer ? "@undo" : "");
  const std::string& planned = step(i).address;
  if (is_of_plan(i)) return planned;
  const OpenLoop& loop = *loops_.around(i);
  const std::size_t body = graph_.step(loop.body).address.size();
  return address(loop.loop) + "/" + loop.items[loop.item_of(i)].part + planned.substr(body);
}

std::optional<NodeIndex> StepTree::parent(NodeIndex i) const {
  if (const ScriptNode* made = call(i)) return made->parent;
  const auto parent = step(i).parent;
  return parent ? std::optional(linked(i, *parent)) : std::nullopt;
}

std::vector<NodeIndex> StepTree::children(NodeIndex i) const {
  if (const ScriptChildren* calls = loops_.scripts.under(i)) return calls->all;
  std::vector<NodeIndex> nodes;
  const runbooks::Step& group = step(i);
  if (!group.loop) {
    nodes.reserve(group.children.size());
    for (const StepIndex child : group.children) nodes.push_back(linked(i, child));
  } else if (const OpenLoop* loop = loops_.of(i)) {
    nodes.reserve(loop->items.size());
    for (std::uint32_t n = 0; n < loop->items.size(); ++n) nodes.push_back(loop->item_node(n));
  }
  return nodes;
}

std::vector<NodeIndex> StepTree::dependents(NodeIndex i) const {
  std::vector<NodeIndex> nodes;
  if (call(i) != nullptr) return nodes;
  for (const StepIndex dependent : graph_.dependents(definition(i)))
    nodes.push_back(linked(i, dependent));
  return nodes;
}

std::optional<NodeIndex> StepTree::undo(NodeIndex i) const {
  if (const ScriptNode* made = call(i)) return made->undo;
  const auto undo = step(i).undo;
  return undo ? std::optional(linked(i, *undo)) : std::nullopt;
}

std::optional<NodeIndex> StepTree::undoes(NodeIndex i) const {
  if (const ScriptNode* made = call(i)) return made->doer;
  const auto done = step(i).undoes;
  return done ? std::optional(linked(i, *done)) : std::nullopt;
}

std::optional<NodeIndex> StepTree::before(NodeIndex i) const {
  if (call(i) != nullptr) return std::nullopt;
  const auto look = step(i).before;
  return look ? std::optional(linked(i, *look)) : std::nullopt;
}

bool StepTree::is_under(NodeIndex i, NodeIndex group) const {
  for (auto up = parent(i); up; up = parent(*up)) {
    if (*up == group) return true;
  }
  return false;
}

std::optional<NodeIndex> StepTree::finally_of(NodeIndex group) const {
  const runbooks::Step& defined = step(group);
  if (defined.children.empty() || !graph_.step(defined.children.back()).is_finally)
    return std::nullopt;
  return linked(group, defined.children.back());
}

bool StepTree::is_finally(NodeIndex i) const {
  return i == node_of(graph_.plan().finally) || step(i).is_finally;
}

bool StepTree::is_cleanup(NodeIndex i) const {
  for (std::optional<NodeIndex> up = i; up; up = parent(*up)) {
    if (is_finally(*up)) return true;
  }
  return false;
}

bool StepTree::is_in_body(NodeIndex i, NodeIndex group) const {
  for (std::optional<NodeIndex> up = i; up && !is_finally(*up);) {
    up = parent(*up);
    if (up == group) return true;
  }
  return false;
}

bool StepTree::is_real(NodeIndex i) const {
  if (call(i) != nullptr) return true;
  std::uint32_t depth = 0;
  const StepIndex defined = definition(i);
  while (!is_of_plan(i)) {
    depth += 1;
    i = loops_.around(i)->loop;
  }
  return graph_.loop_depth(defined) == depth;
}

std::optional<NodeIndex> StepTree::find(std::string_view name) const {
  return find_call(name, 1);
}

// What no part of the plan leads to is a call of the script that its beginning names.
std::optional<NodeIndex> StepTree::find_call(std::string_view name, int depth) const {
  constexpr int kDeepest = 24;  // more than step()s can lie in one another
  if (const auto planned = find_planned(name)) return planned;
  const std::size_t slash = name.rfind('/');
  if (slash == std::string_view::npos || depth > kDeepest) return std::nullopt;
  const auto parent = find_call(name.substr(0, slash), depth + 1);
  return parent ? loops_.scripts.find(*parent, name.substr(slash + 1)) : std::nullopt;
}

// Part by part: where a loop stands open its next part is the key of an item.
std::optional<NodeIndex> StepTree::find_planned(std::string_view name) const {
  if (const auto planned = graph_.find(name); planned && is_real(node_of(*planned)))
    return node_of(*planned);
  std::optional<NodeIndex> loop_item;  // reached so far
  std::string defined;                 // its address in the plan
  std::size_t from = 0;
  while (from <= name.size()) {
    const std::size_t end = std::min(name.find('/', from), name.size());
    defined += (defined.empty() ? "" : "/") + std::string(name.substr(from, end - from));
    from = end + 1;
    const auto planned = graph_.find_address(defined);
    if (!planned) continue;
    const NodeIndex node = loop_item ? linked(*loop_item, *planned) : node_of(*planned);
    if (end == name.size()) return is_real(node) ? std::optional(node) : std::nullopt;
    const OpenLoop* loop = loops_.of(node);
    if (loop == nullptr) continue;
    const std::size_t key_end = std::min(name.find('/', from), name.size());
    const auto item = loop->by_part.find(std::string(name.substr(from, key_end - from)));
    if (item == loop->by_part.end()) return std::nullopt;
    loop_item = loop->item_node(item->second);
    if (key_end == name.size()) return loop_item;
    defined = graph_.step(loop->body).address;
    from = key_end + 1;
  }
  return std::nullopt;
}

std::optional<NodeIndex> StepTree::child_around(NodeIndex i) const {
  if (step(i).module == 0) return std::nullopt;
  auto up = parent(i);
  while (up && !step(*up).child) up = parent(*up);
  return up;
}

std::optional<NodeIndex> StepTree::find_id(std::string_view id,
                                           std::optional<NodeIndex> from) const {
  const auto planned = graph_.find_id(from ? step(*from).module : 0, id);
  if (!planned) return std::nullopt;
  const NodeIndex node = from ? linked(in_plan(*from), *planned) : node_of(*planned);
  return is_real(node) ? std::optional(node) : std::nullopt;
}

}  // namespace rung::engine
