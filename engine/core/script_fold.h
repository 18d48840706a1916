#pragma once

#include "engine/core/state.h"

namespace rung::engine {

// What the events of scripts do to a run: the part of `apply` that knows their records.
class ScriptFold {
 public:
  ScriptFold(const Graph& graph, RunState& run, const state::Event& event)
      : tree_(graph, run.loops), run_(run), event_(event) {}

  // The script begins, for the first time or once more: it goes on as soon as steps may start.
  void open(NodeIndex script);
  // corrupt: the event's step is no script, or a step() in one, that can make a call now.
  Result<void> add(const state::ScriptCalled& called);
  Result<void> add(const state::ScriptNoted& noted);
  // A call ended, and nothing stands in the way of the script any more.
  void answer(NodeIndex call);
  // All that is in the group has ended. True: a script goes on, and the group does not end yet; a
  // script and the step()s in it end when the script says so.
  bool goes_on(NodeIndex group);
  // Another try of a script that failed: what it only looked at since its last effect is forgotten,
  // and asked again. What lies in a step() that had not ended is gone through again.
  void rewind(NodeIndex script);

 private:
  Result<OpenScript*> running();
  NodeIndex innermost(const OpenScript& script) const;
  Result<NodeIndex> node_of_call(const OpenScript& script, ScriptNode call,
                                 std::optional<runbooks::Step> undo);
  std::optional<NodeIndex> forgotten(const OpenScript& script, const ScriptNode& call) const;
  void begin_again(NodeIndex i);
  void enter(OpenScript& script, NodeIndex i);
  void reopen(OpenScript& script, std::size_t record);
  bool is_step(const ScriptRecord& record) const;
  bool is_lasting(const ScriptRecord& record) const;

  StepTree tree_;
  RunState& run_;
  const state::Event& event_;
};

}  // namespace rung::engine
