#include "engine/build_attempt.h"

#include "engine/core/corrections.h"
#include "engine/core/resolve.h"
#include "runbooks/secret_names.h"

#include <algorithm>

namespace rung::engine {
namespace {

using runbooks::Template;

// The secrets that these fields read, and no others.
Result<Value::Map> read_secrets(const Plan& plan, const Template::Map& fields, Secrets& secrets) {
  Value::Map contents;
  for (const std::string& name : runbooks::secret_names(fields)) {
    const auto source = plan.secrets.find(name);
    if (source == plan.secrets.end()) continue;
    TRY(auto content, secrets.read(name, source->second));
    contents.emplace(name, Value(std::move(content)).as_secret());
  }
  return contents;
}

// What is read to make values of a plan's templates.
struct Sources {
  const Plan& plan;
  scripting::Evaluator& evaluator;
  Secrets& secrets;
};

struct BuiltTarget {
  std::optional<Target> target;
  std::vector<std::string> secrets;  // that its fields are made of
};

// The connection as the plan pinned it, with the secrets as they are now.
Result<BuiltTarget> build_target(const Sources& sources, const std::string& name, RunScope scope) {
  BuiltTarget built;
  if (name.empty()) return built;
  const auto found = sources.plan.connections.find(name);
  if (found == sources.plan.connections.end())
    return Error(ErrorCode::corrupt, "the plan has no connection " + name);
  const auto& fields = found->second.fields;
  auto contents = read_secrets(sources.plan, fields, sources.secrets);
  if (!contents) return std::move(contents).error().with_context("the connection " + name);
  for (const auto& [secret, content] : contents.value()) built.secrets.push_back(reveal(content));
  scope.give_secrets(std::move(contents).value());
  built.target = Target{name, found->second.uses, {}};
  for (const auto& [field, source] : fields) {
    TRY(auto value, resolve(source, sources.evaluator, scope));
    built.target->fields.emplace(field, std::move(value));
  }
  return built;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

RunScope scope_of(const Graph& graph, const RunState& run, NodeIndex i, const Value::Map& secrets) {
  RunScope scope(graph, run, i);
  scope.add("self", self_of(graph, run, i));
  if (!secrets.empty()) scope.give_secrets(secrets);
  return scope;
}

void add_ballot(Attempt& attempt, const RunState& run, NodeIndex i) {
  attempt.transaction = transaction_name(run, attempt.id.address, run.at(i).generation);
  const auto ballot = run.ballots.find(i);
  if (ballot == run.ballots.end()) return;
  attempt.turn = ballot->second.turn;
  attempt.receipt = ballot->second.receipt;
}

}  // namespace

AttemptId attempt_id(const Graph& graph, const RunState& run, NodeIndex i) {
  return {run.id, StepTree(graph, run.loops).address(i), run.at(i).generation, run.at(i).attempts};
}

Attempt attempt_without_inputs(const Graph& graph, const RunState& run, NodeIndex i, Instant now) {
  const runbooks::Step& step = StepTree(graph, run.loops).step(i);
  Attempt attempt;
  attempt.id = attempt_id(graph, run, i);
  attempt.key = key_of(run, attempt.id.address, run.at(i).generation);
  attempt.run_name = run_name(run);
  attempt.mode = run.mode;
  attempt.folder = graph.plan().folder_of(step);
  attempt.uses = step.action.uses;
  attempt.outputs = step.action.outputs;
  attempt.deadline = deadline_of(graph, run, i, now);
  attempt.leftovers = step.leftovers;
  if (step.kind == runbooks::StepKind::participant) add_ballot(attempt, run, i);
  return attempt;
}

Result<Attempt> build_attempt(const Graph& graph, const RunState& run, NodeIndex i, Instant now,
                              scripting::Evaluator& evaluator, Secrets& secrets) {
  Attempt attempt = attempt_without_inputs(graph, run, i, now);
  if (attempt.turn != state::Turn::work) {
    // To be told what was decided it needs its target alone: what it did is done.
    TRY(auto target, build_target({graph.plan(), evaluator, secrets}, run.at(i).target,
                                  RunScope(graph, run, i)));
    attempt.target = std::move(target.target);
    attempt.secrets = std::move(target.secrets);
    return attempt;
  }
  const ActionFields made_from = ActionFields::latest(graph, run, i);
  const Template::Map& fields = *made_from;
  TRY(const auto contents, read_secrets(graph.plan(), fields, secrets));
  for (const auto& [name, content] : contents) attempt.secrets.push_back(reveal(content));
  const bool has_secrets = std::any_of(
      fields.begin(), fields.end(), [](const auto& field) { return reads_secrets(field.second); });
  // Whatever reads no secret the intent recorded: nothing is evaluated, and no scope is needed.
  const RunScope scope = has_secrets ? scope_of(graph, run, i, contents) : RunScope(graph, run, i);
  TRY(attempt.with, complete(fields, run.at(i).inputs, evaluator, scope));
  TRY(auto built, build_target({graph.plan(), evaluator, secrets}, run.at(i).target, scope));
  attempt.target = std::move(built.target);
  append(attempt.secrets, built.secrets);
  return attempt;
}

Result<BuiltProbe> build_probe(const Graph& graph, const RunState& run, NodeIndex i,
                               scripting::Evaluator& evaluator, Secrets& secrets) {
  const runbooks::ActionUse& use = *StepTree(graph, run.loops).step(i).probe;
  const Template::Map& fields = use.with;
  TRY(const auto contents, read_secrets(graph.plan(), fields, secrets));
  const RunScope scope = scope_of(graph, run, i, contents);
  BuiltProbe probe;
  for (const auto& [name, content] : contents) probe.secrets.push_back(reveal(content));
  for (const auto& [name, field] : fields) {
    TRY(auto value, resolve(field, evaluator, scope));
    probe.with.emplace(name, std::move(value));
  }
  if (use.target == Template{}) return probe;
  TRY(const auto name, resolve(use.target, evaluator, scope));
  TRY(auto built, build_target({graph.plan(), evaluator, secrets}, to_text(name), scope));
  probe.target = std::move(built.target);
  append(probe.secrets, built.secrets);
  return probe;
}

Result<Target> build_connection(const Graph& graph, const std::string& name,
                                scripting::Evaluator& evaluator, Secrets& secrets) {
  const RunState nothing;
  TRY(auto built, build_target({graph.plan(), evaluator, secrets}, name, RunScope(graph, nothing)));
  return std::move(*built.target);
}

}  // namespace rung::engine
