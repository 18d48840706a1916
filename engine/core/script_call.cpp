#include "engine/core/script_call.h"

#include "base/words.h"
#include "engine/core/attempt.h"

#include <algorithm>

namespace rung::engine {
namespace {

using runbooks::Step;
using runbooks::Template;

Error wrong(std::string what) {
  return {ErrorCode::invalid, std::move(what)};
}

template <class Specs>
std::vector<std::string_view> names_in(const Specs& specs) {
  std::vector<std::string_view> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}

// A program is written out in the script: one that is put together of values would make code of
// them.
Result<void> check_code(const FieldSpec& field, const Template& value, const Step& script) {
  if (!runbooks::is_constant(value))
    return wrong("`" + field.name + "` is code and takes no secret");
  const std::string code = to_text(runbooks::constant_value(value));
  const auto texts = scripting::analyse_script(script.script->text).texts;
  const bool is_written_out = std::any_of(texts.begin(), texts.end(),
                                          [&](const auto& text) { return text.content == code; });
  if (is_written_out) return success();
  return wrong("`" + field.name +
               "` is code, and code is written out in one piece: give values by `env`, `params` or "
               "arguments");
}

Result<void> check_secrets(const Draft& draft, const FieldSpec& field, const Template& value) {
  if (!runbooks::reads_secrets(value)) return success();
  if (field.kind != FieldKind::secretive && field.kind != FieldKind::url)
    return wrong("`" + field.name + "` takes no secret");
  std::string missing;
  runbooks::each_expression(value, [&](const runbooks::Expression& expression) {
    const std::string name = expression.text.substr(expression.text.find('.') + 1);
    if (!draft.graph().plan().secrets.contains(name)) missing = name;
  });
  if (missing.empty()) return success();
  return wrong("there is no secret `" + missing + "`: declare it under `secrets:` in rung.yaml");
}

// A field that every connection which the action takes has may be left to it.
bool is_required(const FieldSpec& field, const runbooks::ActionUse& use) {
  return field.required && use.target == Template{};
}

// One use of an action: of the call, or of its undo.
class UseCheck {
 public:
  UseCheck(const Draft& draft, const Step& script, const runbooks::ActionUse& use)
      : draft_(draft), script_(script), use_(use) {}

  Result<const ActionSpec*> check() const {
    const ActionSpec* spec = draft_.context().facts->spec(use_.uses);
    if (spec == nullptr)
      return wrong("there is no action `" + use_.uses + "`; `rung actions` lists them");
    for (const auto& [name, value] : use_.with) {
      const FieldSpec* field = spec->input(name);
      if (field == nullptr) return unknown(*spec, name);
      TRY(check_field(*field, value));
    }
    for (const FieldSpec& field : spec->inputs) {
      if (is_required(field, use_) && !use_.with.contains(field.name))
        return wrong(use_.uses + " needs `" + field.name + "`");
    }
    TRY(const auto target, connection(*spec));
    TRY(ask_action(target ? &*target : nullptr));
    return spec;
  }

 private:
  Error unknown(const ActionSpec& spec, const std::string& name) const {
    const auto names = names_in(spec.inputs);
    const auto near = nearest(name, names);
    return wrong(use_.uses + " has no input `" + name + "`; it has " + joined(names) +
                 (near.empty() ? "" : ". Did you mean " + std::string(near) + "?"));
  }

  Result<void> check_field(const FieldSpec& field, const Template& value) const {
    if (field.kind == FieldKind::code) return check_code(field, value, script_);
    TRY(check_secrets(draft_, field, value));
    const bool is_open = field.choices.empty() || !runbooks::is_constant(value);
    if (is_open) return success();
    const std::string given = to_text(runbooks::constant_value(value));
    if (std::find(field.choices.begin(), field.choices.end(), given) != field.choices.end())
      return success();
    return wrong("`" + field.name + "` is one of " + joined(field.choices));
  }

  Result<std::optional<Target>> connection(const ActionSpec& spec) const {
    const auto& kinds = spec.target.kinds;
    if (use_.target == Template{}) {
      if (!spec.target.required) return std::optional<Target>();
      return wrong(use_.uses + " works on a connection: {target = \"...\"}");
    }
    if (kinds.empty()) return wrong(use_.uses + " takes no target");
    const std::string name = to_text(runbooks::constant_value(use_.target));
    const auto& connections = draft_.graph().plan().connections;
    const auto found = connections.find(name);
    if (found == connections.end())
      return wrong("target: there is no connection `" + name + "` in rung.yaml");
    if (std::find(kinds.begin(), kinds.end(), found->second.uses) == kinds.end()) {
      return wrong("target: `" + name + "` is a connection of " + found->second.uses + ", and " +
                   use_.uses + " takes " + joined(kinds));
    }
    Target target{name, found->second.uses, {}};
    for (const auto& [field, value] : found->second.fields) {
      if (runbooks::is_constant(value))
        target.fields.emplace(field, runbooks::constant_value(value));
    }
    return std::optional(std::move(target));
  }

  Result<void> ask_action(const Target* target) const {
    Value::Map constants;
    for (const auto& [name, value] : use_.with) {
      if (runbooks::is_constant(value)) constants.emplace(name, runbooks::constant_value(value));
    }
    const auto problems = draft_.context().facts->check(use_.uses, constants, target);
    if (!problems.empty()) return wrong(joined(problems, "; "));
    return success();
  }

  const Draft& draft_;
  const Step& script_;
  const runbooks::ActionUse& use_;
};

bool may_be_undone(const Draft& draft, NodeIndex script) {
  using runbooks::OnFailure;
  for (auto up = std::optional(script); up; up = draft.tree().parent(*up)) {
    if (draft.step(*up).on_failure == OnFailure::undo_run) return true;
  }
  return draft.graph().plan().on_failure == OnFailure::undo_run;
}

Result<void> check_undo(const Draft& draft, NodeIndex script, const Step& step,
                        const ActionSpec& spec) {
  const bool is_settled = step.undo_none || spec.has_undo || !may_be_undone(draft, script);
  if (is_settled) return success();
  Value::Map constants;
  for (const auto& [name, value] : step.action.with) {
    if (runbooks::is_constant(value)) constants.emplace(name, runbooks::constant_value(value));
  }
  if (effect_class_of(step, constants, *draft.context().facts) == EffectClass::read)
    return success();
  return wrong(
      "the run may be undone, and this does not say how: add {undo = {uses = ..., with = {...}}} "
      "or "
      "{undo = \"none\"}");
}

Result<void> check(const Draft& draft, NodeIndex script, state::ScriptCalled& call) {
  const Step& around = draft.step(script);
  TRY(const Step step, step_of_call(call, around));
  if (step.kind != runbooks::StepKind::action) return success();
  TRY(const ActionSpec* spec, UseCheck(draft, around, step.action).check());
  if (!step.action.outputs.empty() && !spec->open_outputs)
    return wrong(step.action.uses + " has its own outputs and takes no others");
  if (step.in_doubt == runbooks::InDoubt::ask && step.how_to_tell.empty())
    return wrong("{in_doubt = \"ask\"} needs {how_to_tell = \"...\"}");
  for (const OutputSpec& output : spec->outputs) call.gives.push_back(output.name);
  TRY(const auto undo, undo_of_call(call, around));
  if (!undo) return check_undo(draft, script, step, *spec);
  auto checked = UseCheck(draft, around, undo->action).check();
  if (!checked) return std::move(checked).error().with_context("its undo");
  return success();
}

}  // namespace

Result<state::ScriptCalled> checked_call(const Draft& draft, NodeIndex script,
                                         scripting::ScriptCall call) {
  state::ScriptCalled called;
  called.kind = name_of(call.kind);
  called.name = std::move(call.name);
  called.arguments = std::move(call.arguments);
  called.line = call.line;
  const auto what = [&] { return called.kind + "(\"" + called.name + "\")"; };
  if (auto good = check(draft, script, called); !good)
    return std::move(good).error().with_context(what());
  return called;
}

}  // namespace rung::engine
