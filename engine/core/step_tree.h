#pragma once

#include "base/value.h"
#include "engine/core/graph.h"
#include "engine/core/scripts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rung::engine {

constexpr NodeIndex node_of(StepIndex i) {
  return {i.number};
}

// An item of a loop, and under which name the run knows it.
struct LoopItem {
  std::string key;   // unique within the loop
  std::string part;  // of the address: the key, percent-encoded
  Value value;
};

// A loop that stands open: its steps once for each item, as consecutive nodes.
struct OpenLoop {
  NodeIndex loop;      // the node that opened it
  NodeIndex base;      // the first node of the first item
  StepIndex body;      // the plan's group that is repeated
  std::uint32_t size;  // of the body, with everything in it
  std::vector<LoopItem> items;
  std::unordered_map<std::string, std::uint32_t> by_part;
  std::uint32_t next = 0;       // the first item that may not start yet
  std::uint32_t set_aside = 0;  // items that failed and are tolerated

  NodeIndex item_node(std::uint32_t item) const { return {base.number + item * size}; }
  std::uint32_t item_of(NodeIndex i) const { return (i.number - base.number) / size; }
};

// What a run opened beside its plan's steps: loops, in the order of their nodes, and the calls of
// scripts, which lie among them. Part of its state.
class Loops {
 public:
  // `first_free` is the number of nodes that the run has. Returns how many it has now.
  std::uint32_t open(NodeIndex loop, StepIndex body, std::uint32_t size,
                     std::vector<LoopItem> items, std::uint32_t first_free);

  // The loop of whose items the node is part, the innermost; nullptr for the plan's own steps.
  const OpenLoop* around(NodeIndex i) const;
  OpenLoop* around(NodeIndex i);
  // The loop that this node opened; nullptr where it opened none.
  const OpenLoop* of(NodeIndex loop) const;
  OpenLoop* of(NodeIndex loop);

  Scripts scripts;

 private:
  std::vector<OpenLoop> opened_;
  std::unordered_map<std::uint32_t, std::uint32_t> by_loop_;
};

// The steps of one run as a tree: how each hangs together with the others. A view, cheap to make;
// borrows the graph and the loops.
class StepTree {
 public:
  StepTree(const Graph& graph, const Loops& loops) : graph_(graph), loops_(loops) {}

  // What the plan says about it, or the call of a script. Its address and indices there are those
  // of the plan.
  const runbooks::Step& step(NodeIndex i) const;

  // "tiers/cloud/put"; in the plan that is "tiers/*/put".
  std::string address(NodeIndex i) const;
  std::optional<NodeIndex> parent(NodeIndex i) const;
  // Of a group or an item, in the author's order; of a loop its items, none before it is open.
  std::vector<NodeIndex> children(NodeIndex i) const;
  // Siblings that need this step.
  std::vector<NodeIndex> dependents(NodeIndex i) const;
  std::optional<NodeIndex> undo(NodeIndex i) const;
  std::optional<NodeIndex> undoes(NodeIndex i) const;
  // The step that looks at what this one is about to change.
  std::optional<NodeIndex> before(NodeIndex i) const;
  bool is_under(NodeIndex i, NodeIndex group) const;

  // The group's `finally`, a group of its own; none where it has none.
  std::optional<NodeIndex> finally_of(NodeIndex group) const;
  // Of a group, or the run's.
  bool is_finally(NodeIndex i) const;
  // A `finally`, or in one.
  bool is_cleanup(NodeIndex i) const;
  // Under the group, and not in a `finally` there: what a failure of the group ends.
  bool is_in_body(NodeIndex i, NodeIndex group) const;

  // False for what only stands for the steps of items, and is never begun itself.
  bool is_real(NodeIndex i) const;
  // By address, or by the id of a step outside of all loops.
  std::optional<NodeIndex> find(std::string_view address_or_id) const;
  // The step of this id as the node `from` sees it: of the same item where it is in the same loop.
  std::optional<NodeIndex> find_id(std::string_view id, std::optional<NodeIndex> from) const;
  // The step that uses the runbook in whose file this one stands; none for the run's own.
  std::optional<NodeIndex> child_around(NodeIndex i) const;
  // The item of which the node is part, and its loop; nullptr outside of loops.
  const OpenLoop* around(NodeIndex i) const { return loops_.around(in_plan(i)); }
  const OpenLoop* opened_by(NodeIndex loop) const { return loops_.of(loop); }
  // The call of a script that the node is; nullptr for what stands in the plan.
  const ScriptNode* call(NodeIndex i) const {
    return is_of_plan(i) ? nullptr : loops_.scripts.node(i);
  }
  // A script that began, or the script that made the call; nullptr for others.
  const OpenScript* script(NodeIndex i) const { return loops_.scripts.around(i); }

 private:
  StepIndex definition(NodeIndex i) const;
  // The step of the plan in which the node came into being: of a call its script.
  NodeIndex in_plan(NodeIndex i) const;
  std::optional<NodeIndex> find_planned(std::string_view name) const;
  std::optional<NodeIndex> find_call(std::string_view name, int depth) const;
  // A step that the plan itself names: neither of an item nor a call.
  bool is_of_plan(NodeIndex i) const { return i.number < graph_.size(); }
  // The node of a step that the plan links to the one behind `from`.
  NodeIndex linked(NodeIndex from, StepIndex to) const;

  const Graph& graph_;
  const Loops& loops_;
};

}  // namespace rung::engine
