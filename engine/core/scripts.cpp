#include "engine/core/scripts.h"

#include <functional>

namespace rung::engine {

const ScriptNode* Scripts::node(NodeIndex i) const {
  if (nodes_.empty()) return nullptr;
  const auto found = nodes_.find(i.number);
  return found == nodes_.end() ? nullptr : &found->second;
}

const OpenScript* Scripts::of(NodeIndex script) const {
  const auto found = scripts_.find(script.number);
  return found == scripts_.end() ? nullptr : &found->second;
}
OpenScript* Scripts::of(NodeIndex script) {
  const auto found = scripts_.find(script.number);
  return found == scripts_.end() ? nullptr : &found->second;
}

const OpenScript* Scripts::around(NodeIndex i) const {
  const ScriptNode* call = node(i);
  return of(call != nullptr ? call->script : i);
}
OpenScript* Scripts::around(NodeIndex i) {
  const ScriptNode* call = node(i);
  return of(call != nullptr ? call->script : i);
}

std::optional<NodeIndex> Scripts::find(NodeIndex parent, std::string_view part) const {
  constexpr std::string_view kUndo = "@undo";
  const bool is_undo = part.ends_with(kUndo);
  if (is_undo) part.remove_suffix(kUndo.size());
  const ScriptChildren* children = under(parent);
  if (children == nullptr) return std::nullopt;
  const auto found = children->by_part.find(std::string(part));
  if (found == children->by_part.end()) return std::nullopt;
  return is_undo ? nodes_.at(found->second.number).undo : std::optional(found->second);
}

const ScriptChildren* Scripts::under(NodeIndex i) const {
  if (const ScriptNode* step = node(i)) return &step->children;
  const OpenScript* script = of(i);
  return script == nullptr ? nullptr : &script->children;
}

OpenScript& Scripts::open(NodeIndex script) {
  OpenScript& opened = scripts_[script.number];
  opened.script = script;
  return opened;
}

void Scripts::add(NodeIndex i, ScriptNode node) {
  if (!node.doer) {
    const auto around = nodes_.find(node.parent.number);
    auto& siblings =
        around != nodes_.end() ? around->second.children : scripts_.at(node.parent.number).children;
    siblings.all.push_back(i);
    siblings.by_part.emplace(node.part, i);
  }
  nodes_.emplace(i.number, std::move(node));
}

void note_answer(OpenScript& script, std::string_view answer) {
  constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15u;
  script.previous = script.digest;
  script.digest = (script.digest ^ std::hash<std::string_view>{}(answer)) * kSpread + 1;
}

}  // namespace rung::engine
