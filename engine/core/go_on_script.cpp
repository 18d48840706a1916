#include "base/random.h"
#include "engine/core/retry.h"
#include "engine/core/script_call.h"
#include "engine/core/step_rules.h"
#include "scripting/script.h"

namespace rung::engine {
namespace {

using scripting::ScriptCall;
using scripting::ScriptCallKind;
using scripting::ScriptFailed;
using scripting::ScriptFault;
using scripting::ScriptLeft;
using scripting::ScriptMemory;
using scripting::ScriptReturned;
using scripting::ScriptStrayed;

// What the run recorded of a script's calls.
class Record final : public scripting::ScriptHistory {
 public:
  Record(const RunState& run, const OpenScript& script) : run_(run), script_(script) {}

  std::size_t size() const override { return script_.records.size(); }

  ScriptMemory call(std::size_t n) const override {
    const ScriptRecord& record = script_.records[n];
    ScriptMemory memory;
    memory.kind = scripting::parse_script_call_kind(record.kind).value_or(ScriptCallKind::step);
    memory.name = record.name;
    memory.arguments = record.arguments;
    memory.next = record.next;
    if (!record.node) {
      memory.is_answered = true;
      memory.value = record.noted;
      return memory;
    }
    add_answer(memory, run_.at(*record.node));
    return memory;
  }

 private:
  static void add_answer(ScriptMemory& memory, const StepState& step) {
    const bool is_tolerated = step.status == StepStatus::failed && step.is_tolerated;
    const bool has_value =
        step.status == StepStatus::succeeded || step.status == StepStatus::skipped;
    memory.is_answered = has_value || is_tolerated;
    if (is_tolerated) memory.error = error_facts(*step.error, step.phase);
    if (!has_value) return;
    if (memory.kind == ScriptCallKind::action) memory.value = step.outputs;
    const char* output = memory.kind == ScriptCallKind::step     ? "value"
                         : memory.kind == ScriptCallKind::signal ? "payload"
                                                                 : "";
    if (const auto found = step.outputs.find(output); found != step.outputs.end())
      memory.value = found->second;
  }

  const RunState& run_;
  const OpenScript& script_;
};

// As the script's step sees the run; of other steps those that had ended when it began, so that it
// sees the same each time that it is run.
class ScriptScope final : public scripting::Scope {
 public:
  ScriptScope(const Draft& draft, const OpenScript& script)
      : draft_(draft), script_(script), scope_(draft.scope(script.script)) {}

  std::optional<Value> name(std::string_view name) const override {
    if (name == "mode") return Value(script_.mode);
    auto value = scope_.name(name);
    if (name != "run" || !value) return value;
    value->map()->insert_or_assign("mode", Value(script_.mode));
    for (auto& [fact, then] : ending_facts(script_.ending))
      value->map()->insert_or_assign(fact, std::move(then));
    return value;
  }
  std::optional<Value> step(std::string_view id) const override {
    const auto i = draft_.tree().find_id(id, script_.script);
    if (!i) return std::nullopt;
    const StepState& step = draft_.at(*i);
    const bool has_ended = is_final(step.status) && step.end_order <= script_.began_after;
    return has_ended ? scope_.step(id) : std::nullopt;
  }

 private:
  static bool is_final(StepStatus status) {
    return status == StepStatus::succeeded || status == StepStatus::failed ||
           status == StepStatus::skipped || status == StepStatus::undone;
  }

  const Draft& draft_;
  const OpenScript& script_;
  RunScope scope_;
};

// That the script stands in, as messages name it.
std::string file_of(const Draft& draft, NodeIndex i) {
  const auto* module = draft.graph().plan().module_of(draft.step(i));
  const std::string& path = module == nullptr ? draft.graph().plan().file : module->file;
  return path.substr(path.rfind('/') + 1);
}

scripting::ScriptTurn next_turn(Draft& draft, NodeIndex i, scripting::ScriptRunner& runner) {
  const OpenScript& script = *draft.state().loops.scripts.of(i);
  const runbooks::Step& step = draft.step(i);
  const std::string file = file_of(draft, i);
  const std::string id = draft.state().created->store + "/" +
                         std::to_string(draft.state().id.number) + "/" + draft.address(i);
  return runner.go_on(
      {id, step.script->text, file, step.script->line, script.digest, script.previous},
      ScriptScope(draft, script), Record(draft.state(), script));
}

// Where the next call belongs: the innermost step() that the script is in.
NodeIndex innermost(const Draft& draft, NodeIndex i) {
  const OpenScript& script = *draft.state().loops.scripts.of(i);
  return script.open.empty() ? i : *script.records[script.open.back()].node;
}

void fail_script(Draft& draft, NodeIndex i, ActionError error) {
  leave_steps_of_script(draft, i);
  fail_step(draft, i, std::move(error));
}

// --- what each turn leads to

class Answering {
 public:
  Answering(Draft& draft, NodeIndex i) : draft_(draft), i_(i) {}

  void operator()(ScriptCall& call) {
    if (call.kind == ScriptCallKind::now) return note(call.kind, draft_.now());
    if (call.kind == ScriptCallKind::random) return note(call.kind, chance());
    const std::string where = file_of(draft_, i_) + ":" + std::to_string(call.line) + ": ";
    auto called = checked_call(draft_, i_, std::move(call));
    if (called) return draft_.emit(innermost(draft_, i_), std::move(called).value());
    fail_script(draft_, i_, {ErrorClass::invalid, where + called.error().message()});
  }

  void operator()(ScriptLeft& left) {
    state::StepSucceeded done;
    if (!left.value.is_null()) done.outputs.emplace("value", std::move(left.value));
    draft_.emit(innermost(draft_, i_), std::move(done));
  }

  void operator()(ScriptReturned& returned) {
    auto outputs = declared(std::move(returned.outputs));
    if (!outputs) return fail_script(draft_, i_, {ErrorClass::invalid, outputs.error().message()});
    state::StepSucceeded done;
    done.outputs = std::move(outputs).value();
    draft_.emit(i_, std::move(done));
  }

  void operator()(ScriptFailed& failed) {
    switch (failed.fault) {
      case ScriptFault::by_author:
        return fail_script(draft_, i_, {ErrorClass::refused, std::move(failed.message)});
      case ScriptFault::mistake:
        return fail_script(draft_, i_, {ErrorClass::invalid, std::move(failed.message)});
      case ScriptFault::budget:
        return fail_script(draft_, i_, {ErrorClass::quota, std::move(failed.message)});
    }
  }

  // Nobody but a person can say what that means for what was done already.
  void operator()(ScriptStrayed& strayed) {
    const std::string address = draft_.address(i_);
    draft_.emit(state::RunPaused{state::PauseReason::changed, address,
                                 address + ": " + std::move(strayed.message), "", ""});
  }

 private:
  void note(ScriptCallKind kind, Value value) {
    draft_.emit(innermost(draft_, i_),
                state::ScriptNoted{std::string(name_of(kind)), std::move(value)});
  }

  // Recorded, so it may be anything; from the run's seed, so that a test finds the same.
  Value chance() const {
    const OpenScript& script = *draft_.state().loops.scripts.of(i_);
    const auto count = static_cast<std::int64_t>(script.records.size());
    SeededRandom random(jitter_of(draft_.state(), draft_.address(i_) + "/random", count));
    return random.unit();
  }

  // The outputs as their author declared them; all of them, where nothing was declared.
  Result<Value::Map> declared(Value::Map outputs) const {
    const auto& types = draft_.step(i_).action.outputs;
    for (const auto& [name, type] : types) {
      const auto found = outputs.find(name);
      if (found == outputs.end() || found->second.is_null()) {
        outputs.insert_or_assign(name, Value());
        continue;
      }
      auto typed = coerce(type, found->second);
      if (!typed) return std::move(typed).error().with_context("outputs." + name);
      found->second = std::move(typed).value();
    }
    for (const auto& [name, value] : outputs) {
      if (!types.empty() && !types.contains(name))
        return Error(ErrorCode::invalid, "outputs: the script returns `" + name +
                                             "`, which is not declared under outputs:");
    }
    return outputs;
  }

  Draft& draft_;
  NodeIndex i_;
};

}  // namespace

void leave_steps_of_script(Draft& draft, NodeIndex i) {
  while (innermost(draft, i) != i) {
    draft.emit(innermost(draft, i),
               state::StepFailed{{ErrorClass::refused, "the script around it ended"}, true});
  }
}

void go_on_script(Draft& draft, NodeIndex i) {
  scripting::ScriptRunner* runner = draft.context().evaluator->scripts();
  if (runner == nullptr)
    return fail_script(draft, i, {ErrorClass::internal, "nothing here can run scripts"});
  auto turn = next_turn(draft, i, *runner);
  std::visit(Answering(draft, i), turn);
}

}  // namespace rung::engine
