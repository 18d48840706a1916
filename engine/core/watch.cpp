#include "engine/core/watch.h"

#include "engine/core/attempt.h"
#include "engine/core/commands.h"
#include "engine/core/resolve.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"

#include <algorithm>

namespace rung::engine {
namespace {

using runbooks::OnTimeout;
using runbooks::Step;
using runbooks::WatchSpec;

constexpr std::int64_t kKeptInATimeout = 200;  // looks that a whole wait journals by time alone
constexpr std::int64_t kKeptOfAGuard = 20;     // while its time doubles, some 14 of them
constexpr std::int64_t kChangesKept = 100;     // changes that are journaled at once; then by time
constexpr std::size_t kLongestText = 200;      // of a value in a sample

// --- what one look saw

// Numbers and short texts: what percentiles and people read. A body stays out of the journal.
Value::Map brief(const Value::Map& outputs) {
  Value::Map kept;
  for (const auto& [name, value] : outputs) {
    const bool is_small = value.list() == nullptr && value.map() == nullptr &&
                          (value.string() == nullptr || value.string()->size() <= kLongestText);
    if (is_small) kept.emplace(name, value);
  }
  return kept;
}

// Each output as the list of what the latest looks gave.
Value::Map in_lists(const std::deque<Sample>& samples, std::int32_t count) {
  std::map<std::string, Value::List> lists;
  const auto first = samples.end() - count;
  for (auto sample = first; sample != samples.end(); ++sample) {
    for (const auto& [name, value] : sample->outputs) lists[name].push_back(value);
  }
  Value::Map out;
  for (auto& [name, list] : lists) out.emplace(name, Value(std::move(list)));
  return out;
}

// Whether `until` holds of these; an error says why that cannot be told.
Result<bool> holds(const Draft& draft, NodeIndex i, const Value::Map& outputs) {
  const std::string& until = draft.step(i).watch->until.text;
  if (until.empty()) return true;
  RunScope scope = draft.scope(i);
  scope.add_all(outputs);
  TRY(const Value value, draft.context().evaluator->evaluate(until, scope));
  if (const bool* yes = value.boolean()) return *yes;
  return Error(ErrorCode::invalid, until + " is neither true nor false");
}

void judge(const Draft& draft, NodeIndex i, const Value::Map& outputs, Sample& sample) {
  auto held = holds(draft, i, outputs);
  if (held)
    sample.holds = held.value();
  else
    sample.error = "until: " + held.error().message();
}

const ActionError* error_in(const ProbeAnswer& answer) {
  if (const auto* not_done = std::get_if<NotDone>(&answer)) return &not_done->error;
  if (const auto* unknown = std::get_if<Unknown>(&answer)) return &unknown->error;
  return nullptr;
}

// Adds the look to what is known. A look that failed ends a row of samples: what comes after it is
// another time.
void take_in(Draft& draft, NodeIndex i, const ProbeAnswer& answer) {
  const WatchSpec& spec = *draft.step(i).watch;
  Watch::Now& now = draft.watching(i);
  Sample sample;
  sample.at = draft.now();
  const auto* done = std::get_if<Done>(&answer);
  if (done != nullptr) sample.outputs = brief(done->outputs);
  if (done == nullptr) sample.error = error_in(answer)->message;
  now.samples.push_back(std::move(sample));
  const auto most = std::max(kSamplesKept, static_cast<std::size_t>(spec.samples));
  if (now.samples.size() > most) now.samples.pop_front();
  now.good_samples = done == nullptr ? 0 : now.good_samples + 1;
  if (done == nullptr) return;
  Sample& latest = now.samples.back();
  if (spec.samples == 0) return judge(draft, i, done->outputs, latest);
  if (now.good_samples >= spec.samples)
    judge(draft, i, in_lists(now.samples, spec.samples), latest);
}

// --- how long it has held

Duration age(const Due& since, Instant now) {
  return since.boot > Duration::zero() ? now.boot - since.boot : Duration(now.utc - since.utc);
}

void count(Draft& draft, NodeIndex i) {
  Watch::Now& now = draft.watching(i);
  if (!now.samples.back().holds) {
    now.in_a_row = 0;
    now.since.reset();
    return;
  }
  now.in_a_row += 1;
  if (!now.since) now.since = draft.after(Duration::zero());
}

bool is_enough(const Draft& draft, NodeIndex i) {
  const WatchSpec& spec = *draft.step(i).watch;
  const Watch::Now& now = draft.state().watches.at(i).now;
  return now.since && now.in_a_row >= spec.successes &&
         age(*now.since, draft.context().now) >= spec.hold;
}

void plan_next(Draft& draft, NodeIndex i) {
  const WatchSpec& spec = *draft.step(i).watch;
  Watch::Now& now = draft.watching(i);
  Duration pause = spec.every;
  if (now.since && spec.hold > Duration::zero()) {
    const Duration left = spec.hold - age(*now.since, draft.context().now);
    if (left > Duration::zero()) pause = std::min(pause, left);
  }
  now.next = draft.after(pause);
}

// --- what is journaled

// Of a guard, which has no end of its own, ever less: its journal grows with the logarithm of time.
Duration keep_every(const Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  const Duration apart = step.guard ? (draft.now() - *draft.at(i).started_at) / kKeptOfAGuard
                                    : step.timeout / kKeptInATimeout;
  return std::max(step.watch->every, apart);
}

bool is_worth_keeping(const Draft& draft, NodeIndex i) {
  const Watch& watch = draft.state().watches.at(i);
  if (!watch.kept) return true;
  if (draft.now() - watch.kept_at >= keep_every(draft, i)) return true;
  const bool is_holding = watch.now.since.has_value();
  // A hold that the journal believes in must not outlive its interruption.
  if (!is_holding) return watch.kept->since.has_value();
  return !watch.kept->since && watch.times_kept < kChangesKept;
}

void keep(Draft& draft, NodeIndex i) {
  const Watch::Now& now = draft.state().watches.at(i).now;
  const Sample& latest = now.samples.back();
  state::StepLooked looked;
  looked.looks = now.looks;
  looked.holds = latest.holds;
  looked.outputs = latest.outputs;
  looked.error = latest.error;
  if (now.since) {
    looked.since = now.since->utc;
    looked.since_boot_ns = now.since->boot.count();
  }
  looked.next = now.next->utc;
  draft.emit(i, std::move(looked));
}

// --- its end

Value shown(const Sample& sample) {
  Value::Map map{{"at", Value(sample.at)}, {"holds", Value(sample.holds)}};
  if (!sample.error.empty()) map.emplace("error", Value(sample.error));
  if (!sample.outputs.empty()) map.emplace("outputs", Value(sample.outputs));
  return Value(std::move(map));
}

Value::Map outputs_with(const Draft& draft, NodeIndex i, Value::Map outputs, bool held) {
  const Watch::Now& now = draft.state().watches.at(i).now;
  Value::List samples;
  for (const Sample& sample : now.samples) samples.push_back(shown(sample));
  outputs.insert_or_assign("held", Value(held));
  outputs.insert_or_assign("looks", Value(now.looks));
  outputs.insert_or_assign("samples", Value(std::move(samples)));
  return outputs;
}

std::string last_seen(const Watch& watch) {
  const std::deque<Sample>& samples = watch.now.samples;
  if (samples.empty() && !watch.kept) return "nothing was seen";
  const Sample latest = samples.empty() ? Sample{watch.kept_at, watch.kept->holds,
                                                 watch.kept->outputs, watch.kept->error}
                                        : samples.back();
  return "the last look" +
         (latest.error.empty() ? " gave " + to_text(Value(latest.outputs)) : ": " + latest.error);
}

// Whoever takes over goes on with a hold that was hardly interrupted: nobody knows what happened
// while nobody looked.
void take_up(Draft& draft, NodeIndex i) {
  const Watch& watch = draft.state().watches.at(i);
  const Step& step = draft.step(i);
  Watch::Now& now = draft.watching(i);
  now.is_begun = true;
  if (!watch.kept) return;
  now.looks = watch.kept->looks;
  const Duration gap = draft.now() - watch.kept_at;
  // The record of a guard may be as old as its run.
  const Duration kept_every =
      step.guard ? std::min(keep_every(draft, i), step.watch->hold) : keep_every(draft, i);
  const Duration most =
      kept_every + std::max(step.watch->every * 10, Duration(std::chrono::minutes(1)));
  if (watch.kept->since && gap <= most)
    now.since = Due{*watch.kept->since, Duration(watch.kept->since_boot_ns)};
}

}  // namespace

void open_watch(Draft& draft, NodeIndex i) {
  if (pauses_for_changed_files(draft, i)) return;
  const Step& step = draft.step(i);
  auto with = record(step.action.with, *draft.context().evaluator, draft.scope(i));
  if (!with) return fail_step(draft, i, invalid_input(with.error(), "check"));
  auto target = target_of(draft, step, draft.scope(i));
  if (!target) return fail_step(draft, i, invalid_input(target.error(), "check"));
  const ActionFacts& facts = *draft.context().facts;
  const ActionSpec* spec = facts.spec(step.action.uses);
  const bool is_trusted = spec == nullptr || spec->is_supervised;
  const auto effect = facts.effect_class(step.action.uses, visible(step.action.with, with.value()));
  if (!is_trusted && effect != EffectClass::read) {
    return fail_step(
        draft, i,
        {ErrorClass::invalid, "check: this use of " + step.action.uses + " does more than read"});
  }
  state::StepOpened opened;
  if (!with.value().empty()) opened.shown.emplace("with", Value(std::move(with).value()));
  if (!target.value().empty()) opened.shown.emplace("target", std::move(target).value());
  if (step.timeout > Duration::zero()) {
    const Due due = draft.after(step.timeout);
    opened.due = due.utc;
    opened.due_boot_ns = due.boot.count();
  }
  draft.emit(i, std::move(opened));
}

void end_watch(Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  stop_looking(draft, i);
  const Watch& watch = draft.state().watches.at(i);
  if (step.watch->on_timeout == OnTimeout::proceed) {
    Value::Map latest;
    if (!watch.now.samples.empty()) latest = watch.now.samples.back().outputs;
    state::StepSucceeded done;
    done.outputs = outputs_with(draft, i, std::move(latest), false);
    return draft.emit(i, std::move(done));
  }
  const std::string why =
      (step.watch->until.text.empty() ? "the check did not succeed"
                                      : step.watch->until.text + " did not hold") +
      " within " + to_string(step.timeout) + "; " + last_seen(watch);
  if (step.watch->on_timeout == OnTimeout::pause) return fail_and_pause(draft, i, why);
  fail_step(draft, i, {ErrorClass::timeout, why});
}

void stop_looking(Draft& draft, NodeIndex i) {
  const auto watch = draft.state().watches.find(i);
  const bool is_looking = watch != draft.state().watches.end() && watch->second.now.asked != 0;
  if (is_looking) draft.perform(CancelAttempt{i, false});
}

void look_around(Draft& draft) {
  if (draft.context().driving == Driving::hold) return;
  for (const auto& [i, watch] : draft.state().watches) {
    if (watch.now.asked != 0) continue;
    if (watch.now.next && !is_due(*watch.now.next, draft.context().now)) continue;
    if (!watch.now.is_begun) take_up(draft, i);
    Watch::Now& now = draft.watching(i);
    now.asked = draft.number_look();
    draft.perform(Look{i, now.asked});
  }
}

void carry_out(Draft& draft, const FinishLook& command) {
  const NodeIndex i = command.step;
  const auto watch = draft.state().watches.find(i);
  if (watch == draft.state().watches.end() || watch->second.now.asked != command.number) return;
  Watch::Now& now = draft.watching(i);
  now.asked = 0;
  now.looks += 1;
  take_in(draft, i, command.answer);
  count(draft, i);
  if (is_enough(draft, i)) {
    state::StepSucceeded done;
    const auto* seen = std::get_if<Done>(&command.answer);
    const Value::Map outputs = seen == nullptr ? Value::Map{} : seen->outputs;
    done.outputs = outputs_with(draft, i, outputs, true);
    draft.emit(i, std::move(done));
    return draft.step(i).guard ? abort_run(draft, i, outputs) : void();
  }
  plan_next(draft, i);
  if (is_worth_keeping(draft, i)) keep(draft, i);
}

}  // namespace rung::engine
