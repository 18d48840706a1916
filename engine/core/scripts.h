#pragma once

#include "runbooks/plan.h"
#include "state/event.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rung::engine {

// A step of one run. The plan's own steps come first, in its order; those follow that came into
// being during the run: of loops and of scripts.
struct NodeIndex {
  std::uint32_t number = 0;
  friend auto operator<=>(const NodeIndex&, const NodeIndex&) = default;
};

// The calls directly under a script or a step() in it, in the order in which they were made first.
struct ScriptChildren {
  std::vector<NodeIndex> all;
  std::unordered_map<std::string, NodeIndex> by_part;
};

// A call that a script made: a step of the run under the script, or under the step() around it.
// What it does was said by the call itself and stands nowhere in the plan.
struct ScriptNode {
  NodeIndex script;                 // that made it
  NodeIndex parent;                 // the script, or a step() in it
  std::string part;                 // of the address
  runbooks::Step step;              // as the plan would say it
  std::optional<NodeIndex> undo{};  // undoes it; a node of its own
  std::optional<NodeIndex> doer{};  // of an undo: what it undoes
  ScriptChildren children{};        // of a step()
};

// One entry of a script's record, in the order in which the script asked.
struct ScriptRecord {
  std::string kind;
  std::string name;
  Value::Map arguments;
  std::optional<NodeIndex> node;  // of a call; none for what was only noted
  Value noted;
  std::size_t next = 0;  // behind it and all that lies in it
};

// A script that began. It may begin again, when it failed and a person asks for another try; then
// its record stays as far as something was done.
struct OpenScript {
  NodeIndex script;
  ScriptChildren children;
  std::vector<ScriptRecord> records;
  std::vector<std::size_t> open;  // step()s that it is in, by their records
  std::int64_t began_after = 0;   // RunState::ends when it began: what it can see of other steps
  std::string mode;               // of the run when it began, which is what it sees
  std::optional<state::RunEnding> ending;  // of the run when it began; likewise
  std::uint64_t digest = 0;                // names what is recorded, within one process
  std::uint64_t previous = 0;              // before the latest answer
};

// The scripts of a run and the calls that they made: part of its state.
class Scripts {
 public:
  // nullptr where the node is no call of a script.
  const ScriptNode* node(NodeIndex i) const;
  // The script that this step is; nullptr for others, and before it began.
  const OpenScript* of(NodeIndex script) const;
  OpenScript* of(NodeIndex script);
  // The script that is this node, or made it by a call.
  const OpenScript* around(NodeIndex i) const;
  OpenScript* around(NodeIndex i);
  // The call of this name directly under the node; "@undo" behind it means its undo.
  std::optional<NodeIndex> find(NodeIndex parent, std::string_view part) const;

  // nullptr: the node is neither a script that began nor a call of one.
  const ScriptChildren* under(NodeIndex i) const;

  OpenScript& open(NodeIndex script);
  // The number of `node` is the next that the run has free.
  void add(NodeIndex i, ScriptNode node);
  // A call that is made once more, after its record was forgotten.
  ScriptNode& at(NodeIndex i) { return nodes_.at(i.number); }

 private:
  std::unordered_map<std::uint32_t, ScriptNode> nodes_;  // references to them stay good
  std::unordered_map<std::uint32_t, OpenScript> scripts_;
};

// What a call does, as a step of the plan would say it. `around` is the script. invalid: what of
// its arguments cannot be.
Result<runbooks::Step> step_of_call(const state::ScriptCalled& call, const runbooks::Step& around);
// What undoes it; empty where the call says none.
Result<std::optional<runbooks::Step>> undo_of_call(const state::ScriptCalled& call,
                                                   const runbooks::Step& around);

// The answer to the script's latest question is part of its record now.
void note_answer(OpenScript& script, std::string_view answer);

}  // namespace rung::engine
