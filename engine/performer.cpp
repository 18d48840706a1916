#include "engine/performer.h"

#include "engine/build_attempt.h"

namespace rung::engine {
namespace {

constexpr Duration kProbeTime = std::chrono::minutes(1);

FinishAttempt end_of(const RunState& run, NodeIndex i, bool after_restart) {
  return {i, run.at(i).generation, run.at(i).attempts, Done{}, after_restart};
}

ActionError why_not_built(const Error& error) {
  const bool is_secret = error.code() == ErrorCode::not_found;
  return {is_secret ? ErrorClass::auth : ErrorClass::invalid, error.message()};
}

}  // namespace

void Performer::perform(const Graph& graph, const RunState& run, const Effect& effect) {
  std::visit([&](const auto& e) { act(graph, run, e); }, effect);
}

void Performer::act(const Graph& graph, const RunState& run, const StartAttempt& effect) {
  const NodeIndex i = effect.step;
  if (is_stopping_) {
    const ActionError stopped{ErrorClass::unavailable, "the engine stopped before it began"};
    return end_later(run, i, NotDone{stopped}, true);
  }
  // Built after the intent is on disk: the secrets are as they are now.
  auto attempt =
      build_attempt(graph, run, i, parts_.clock->now(), *parts_.evaluator, *parts_.secrets);
  if (!attempt) return end_later(run, i, NotDone{why_not_built(attempt.error())}, false);
  parts_.executor->run(std::move(attempt).value(), outcome_to(run.id, end_of(run, i, false)));
}

void Performer::begin_not(const RunState& run, NodeIndex i) {
  end_later(run, i, NotDone{{ErrorClass::unavailable, "it was cancelled before it began"}}, false);
}

void Performer::act(const Graph& graph, const RunState& run, const RecoverAttempt& effect) {
  const NodeIndex i = effect.step;
  const Instant now = parts_.clock->now();
  auto built = build_attempt(graph, run, i, now, *parts_.evaluator, *parts_.secrets);
  // What runs already needs its secrets no more: they may be gone, and it is adopted all the same.
  Attempt attempt = built ? std::move(built).value() : attempt_without_inputs(graph, run, i, now);
  const std::size_t host = run.at(i).host;
  if (host < run.hosts.size()) attempt.started_on = run.hosts[host];
  const auto adopted = [log = parts_.log, id = attempt.id](const std::string& detail) {
    log->info("adopted while running",
              {{"run", std::to_string(id.run.number)}, {"step", id.address}, {"detail", detail}});
  };
  parts_.executor->recover(std::move(attempt), adopted, outcome_to(run.id, end_of(run, i, true)));
}

void Performer::act(const Graph& graph, const RunState& run, const ProbeAttempt& effect) {
  if (is_stopping_) return;
  const NodeIndex i = effect.step;
  const Instant now = parts_.clock->now();
  auto attempt = build_attempt(graph, run, i, now, *parts_.evaluator, *parts_.secrets);
  const auto& probe = StepTree(graph, run.loops).step(i).probe;
  auto look = probe ? build_probe(graph, run, i, *parts_.evaluator, *parts_.secrets)
                    : Result<BuiltProbe>(BuiltProbe{});
  FinishProbe command{i, run.at(i).attempts, Unknown{}, effect.after_restart};
  if (!attempt || !look) {
    const Error& error = !attempt ? attempt.error() : look.error();
    command.answer =
        Unknown{{ErrorClass::invalid, "the probe could not be prepared: " + error.message()}};
    return answer_later(run.id, std::move(command));
  }
  owed_[run.id] += 1;
  in_flight_ += 1;
  // A look has its own time, however late the attempt is.
  attempt.value().deadline = now + kProbeTime;
  if (probe) {
    attempt.value().target = std::move(look.value().target);
    const auto& more = look.value().secrets;
    attempt.value().secrets.insert(attempt.value().secrets.end(), more.begin(), more.end());
  }
  parts_.executor->probe(
      std::move(attempt).value(), probe ? &*probe : nullptr, std::move(look).value().with,
      [this, id = run.id, command = std::move(command)](ProbeAnswer found) mutable {
        in_flight_ -= 1;
        settle(id);
        // A look that was cut short says nothing: the next engine looks again.
        if (is_stopping_ && std::holds_alternative<Unknown>(found)) return;
        command.answer = std::move(found);
        answer_(id, std::move(command));
      });
}

void Performer::act(const Graph& graph, const RunState& run, const Look& effect) {
  if (is_stopping_) return;
  const NodeIndex i = effect.step;
  const Instant now = parts_.clock->now();
  auto attempt = build_attempt(graph, run, i, now, *parts_.evaluator, *parts_.secrets);
  FinishLook command{i, effect.number, Unknown{}};
  if (!attempt) {
    command.answer = Unknown{{ErrorClass::invalid, attempt.error().message()}};
    return answer_later(run.id, std::move(command));
  }
  const Duration limit = StepTree(graph, run.loops).step(i).watch->look_timeout;
  const Instant own = now + limit;
  if (own.boot < attempt.value().deadline.boot) attempt.value().deadline = own;
  owed_[run.id] += 1;
  in_flight_ += 1;
  parts_.executor->look(
      std::move(attempt).value(),
      [this, id = run.id, command = std::move(command)](ProbeAnswer seen) mutable {
        in_flight_ -= 1;
        settle(id);
        if (is_stopping_) return;  // it may have been cut short
        command.answer = std::move(seen);
        answer_(id, std::move(command));
      });
}

void Performer::act(const Graph& graph, const RunState& run, const CancelAttempt& effect) {
  parts_.executor->cancel(attempt_id(graph, run, effect.step),
                          effect.by_deadline ? CancelHow::deadline : CancelHow::by_request);
}

void Performer::act(const Graph& graph, const RunState& run, const ForgetAttempt& effect) {
  const StepTree tree(graph, run.loops);
  parts_.executor->forget({run.id, tree.address(effect.step), effect.generation, effect.attempt});
}

Executor::OnOutcome Performer::outcome_to(RunId run, FinishAttempt command) {
  owed_[run] += 1;
  in_flight_ += 1;
  return [this, run, command = std::move(command)](Outcome outcome) mutable {
    in_flight_ -= 1;
    settle(run);
    command.outcome = std::move(outcome);
    answer_(run, std::move(command));
  };
}

void Performer::end_later(const RunState& run, NodeIndex i, Outcome outcome, bool after_restart) {
  FinishAttempt command = end_of(run, i, after_restart);
  command.outcome = std::move(outcome);
  answer_later(run.id, std::move(command));
}

void Performer::answer_later(RunId run, Command command) {
  owed_[run] += 1;
  parts_.post(
      [this, run, command = std::move(command), alive = std::weak_ptr<int>(life_)]() mutable {
        if (alive.expired()) return;
        settle(run);
        answer_(run, std::move(command));
      });
}

void Performer::settle(RunId run) {
  const auto found = owed_.find(run);
  found->second -= 1;
  if (found->second == 0) owed_.erase(found);
}

}  // namespace rung::engine
