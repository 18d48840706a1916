#include "engine/core/script_fold.h"

#include "base/json.h"
#include "base/url.h"

#include <algorithm>

namespace rung::engine {
namespace {

Error corrupt(std::string what) {
  return {ErrorCode::corrupt, std::move(what)};
}

}  // namespace

void ScriptFold::open(NodeIndex script) {
  OpenScript& opened = run_.loops.scripts.open(script);
  opened.began_after = run_.ends;
  if (opened.records.empty()) {
    opened.mode = run_.mode;
    opened.ending = run_.ending;
  }
  if (opened.digest == 0) note_answer(opened, tree_.step(script).script->text);
  run_.ready.insert(script);
}

Result<void> ScriptFold::add(const state::ScriptCalled& called) {
  TRY(OpenScript* const script, running());
  const NodeIndex parent = innermost(*script);
  const runbooks::Step& around = tree_.step(script->script);
  auto step = step_of_call(called, around);
  auto undo = undo_of_call(called, around);
  if (!step || !undo) return corrupt((!step ? step.error() : undo.error()).message());
  ScriptNode call{script->script, parent, percent_encode(called.name), std::move(step).value()};
  call.step.address = event_.step + "/" + call.part;
  TRY(const NodeIndex i, node_of_call(*script, std::move(call), std::move(undo).value()));
  const std::size_t next = script->records.size() + 1;
  script->records.push_back({called.kind, called.name, called.arguments, i, Value(), next});
  run_.at(parent).unfinished_children += 1;
  if (tree_.step(i).kind == StepKind::group) {
    enter(*script, i);
  } else {
    run_.ready.erase(script->script);
    run_.ready.insert(i);
  }
  return success();
}

Result<void> ScriptFold::add(const state::ScriptNoted& noted) {
  TRY(OpenScript* const script, running());
  const std::size_t next = script->records.size() + 1;
  script->records.push_back({noted.kind, "", {}, std::nullopt, noted.value, next});
  note_answer(*script, to_journal_json(noted.value));
  return success();
}

void ScriptFold::answer(NodeIndex call) {
  OpenScript& script = *run_.loops.scripts.around(call);
  const StepState& step = run_.at(call);
  note_answer(script, std::string(name_of(step.status)) + to_journal_json(Value(step.outputs)));
  if (script.open.empty() || innermost(script) != call) return;
  script.records[script.open.back()].next = script.records.size();
  script.open.pop_back();
}

bool ScriptFold::goes_on(NodeIndex group) {
  const OpenScript* script = run_.loops.scripts.around(group);
  if (script == nullptr || run_.at(group).is_doomed) return false;
  if (!run_.at(script->script).is_doomed) run_.ready.insert(script->script);
  return true;
}

void ScriptFold::rewind(NodeIndex i) {
  OpenScript* script = run_.loops.scripts.of(i);
  if (script == nullptr) return;
  auto& records = script->records;
  while (!records.empty() && !is_lasting(records.back())) records.pop_back();
  script->open.clear();
  run_.at(i).unfinished_children = 0;
  for (std::size_t n = 0; n < records.size();) {
    const bool has_ended = is_step(records[n]) && records[n].next <= records.size() &&
                           run_.at(*records[n].node).status == StepStatus::succeeded;
    if (is_step(records[n]) && !has_ended) reopen(*script, n);
    n = has_ended ? records[n].next : n + 1;
  }
  note_answer(*script, "again");
}

// --- what is in it

Result<OpenScript*> ScriptFold::running() {
  const auto i = tree_.find(event_.step);
  OpenScript* script = i ? run_.loops.scripts.around(*i) : nullptr;
  const bool is_open =
      script != nullptr && *i == innermost(*script) && run_.at(*i).status == StepStatus::running;
  if (is_open) return script;
  return corrupt(event_.step + " is no script that can make a call now");
}

NodeIndex ScriptFold::innermost(const OpenScript& script) const {
  return script.open.empty() ? script.script : *script.records[script.open.back()].node;
}

// A new node; or, where an earlier try of the script made this call and it was forgotten, the same
// node again.
Result<NodeIndex> ScriptFold::node_of_call(const OpenScript& script, ScriptNode call,
                                           std::optional<runbooks::Step> undo) {
  Scripts& scripts = run_.loops.scripts;
  const auto again = scripts.find(call.parent, call.part);
  if (again && !forgotten(script, call)) return corrupt(call.step.address + " is called twice");
  const NodeIndex i = again.value_or(NodeIndex{static_cast<std::uint32_t>(run_.steps.size())});
  if (again) begin_again(i);
  if (!again) run_.steps.emplace_back();
  if (again) call.undo = scripts.node(i)->undo;
  if (undo && !call.undo) {
    call.undo = NodeIndex{static_cast<std::uint32_t>(run_.steps.size())};
    run_.steps.emplace_back();
    ScriptNode undoing{call.script, call.parent, call.part, {}};
    undoing.doer = i;
    scripts.add(*call.undo, std::move(undoing));
  }
  if (undo) {
    call.step.undo = runbooks::StepIndex{};
    undo->address = call.step.address + "@undo";
    scripts.at(*call.undo).step = std::move(*undo);
  } else {
    call.undo.reset();
  }
  if (again) {
    call.children = std::move(scripts.at(i).children);
    scripts.at(i) = std::move(call);
  } else {
    scripts.add(i, std::move(call));
  }
  return i;
}

std::optional<NodeIndex> ScriptFold::forgotten(const OpenScript& script,
                                               const ScriptNode& call) const {
  const auto node = run_.loops.scripts.find(call.parent, call.part);
  const bool is_recorded =
      std::any_of(script.records.begin(), script.records.end(),
                  [&](const ScriptRecord& record) { return record.node == node; });
  return is_recorded ? std::nullopt : node;
}

// Attempts and generation go on, so that no attempt and no key is used twice.
void ScriptFold::begin_again(NodeIndex i) {
  StepState fresh;
  fresh.attempts = fresh.budget_from = run_.at(i).attempts;
  fresh.generation = run_.at(i).generation;
  fresh.phase = run_.at(i).phase;
  run_.at(i) = std::move(fresh);
}

// A step() begins: the script goes on in it.
void ScriptFold::enter(OpenScript& script, NodeIndex i) {
  StepState& step = run_.at(i);
  step.status = StepStatus::running;
  step.started_at = step.first_started_at = event_.at;
  script.open.push_back(script.records.size() - 1);
  note_answer(script, event_.step);
}

void ScriptFold::reopen(OpenScript& script, std::size_t record) {
  run_.at(innermost(script)).unfinished_children += 1;
  StepState& step = run_.at(*script.records[record].node);
  step = StepState{};
  step.status = StepStatus::running;
  step.started_at = step.first_started_at = event_.at;
  script.records[record].next = script.records.size();
  script.open.push_back(record);
}

bool ScriptFold::is_step(const ScriptRecord& record) const {
  return record.node && tree_.step(*record.node).kind == StepKind::group;
}

// Whether the world may have seen it, or a person had a say in it: that is never asked again.
bool ScriptFold::is_lasting(const ScriptRecord& record) const {
  if (!record.node || is_step(record)) return false;
  const StepState& step = run_.at(*record.node);
  if (tree_.step(*record.node).kind == StepKind::wait || step.status == StepStatus::skipped)
    return true;
  return step.attempts > 0 && step.effect_class != EffectClass::read;
}

}  // namespace rung::engine
