#include "base/url.h"
#include "engine/core/asking.h"
#include "engine/core/drivers.h"
#include "engine/core/lock_fold.h"
#include "engine/core/polls.h"
#include "engine/core/script_fold.h"
#include "engine/core/state.h"
#include "engine/core/step_states.h"
#include "engine/core/step_times.h"

#include <algorithm>

namespace rung::engine {
namespace {

using namespace state;  // NOLINT(google-build-using-namespace): the event types, all of them

bool counts_as_active(StepStatus status) {
  return status == StepStatus::running || status == StepStatus::backing_off ||
         status == StepStatus::in_doubt;
}

bool is_in_flight(const StepState& step) {
  return step.status == StepStatus::running &&
         (step.phase == AttemptPhase::in_flight || step.phase == AttemptPhase::unknown);
}

// One fold of one event. Keeps the derived counts of RunState true, whatever the event does.
class Fold {
 public:
  Fold(const Graph& graph, RunState& run, const Event& event)
      : graph_(graph), run_(run), event_(event) {}

  Result<void> operator()() {
    if (!run_.created && !std::holds_alternative<RunCreated>(event_.payload)) {
      return Error(ErrorCode::corrupt, "the journal does not begin with run.created");
    }
    if (run_.phase == RunPhase::finished && !std::holds_alternative<RunNoted>(event_.payload)) {
      return Error(ErrorCode::corrupt, "the journal goes on after the end of the run");
    }
    run_.seq.number += 1;
    run_.last_at = std::max(run_.last_at, event_.at);
    auto applied = std::visit([this](const auto& payload) { return on(payload); }, event_.payload);
    if (changed_) note_times(tree_, run_, *changed_);
    if (applied) note_asking(graph_, run_, changed_, event_.at);
    return applied;
  }

 private:
  // --- the run

  Result<void> on(const RunCreated& e) {
    if (run_.created) return Error(ErrorCode::corrupt, "run.created twice");
    run_.created = e;
    run_.created_at = event_.at;
    run_.mode = e.mode;
    run_.commander = commands_from_the_start(e) ? e.who : "";
    run_.commanded_since = event_.at;
    add_step_states(graph_, run_, StepIndex{0}, static_cast<std::uint32_t>(graph_.size()), 1);
    run_.phase = RunPhase::steps;
    const Duration timeout = graph_.plan().run_timeout;
    if (timeout > Duration::zero()) run_.limit = Due{event_.at + timeout, Duration{}};
    open_root(graph_.plan().root);
    return success();
  }

  Result<void> on(const RunClaimed& e) {
    const bool same_boot = run_.claim && run_.claim->host == e.host;
    if (run_.claim && !same_boot) forget_boot_times(tree_, run_);
    note_claim(run_, e);
    return success();
  }
  Result<void> on(const RunReleased&) { return note_release(run_, event_.at); }

  Result<void> on(const LocksAsked& e) { return note_asked(tree_, run_, event_, e); }
  Result<void> on(const LocksTaken&) { return note_taken(tree_, run_, event_); }
  Result<void> on(const LocksFreed&) { return note_freed(tree_, run_, event_); }

  Result<void> on(const RunPaused& e) {
    run_.paused = e;
    return success();
  }
  Result<void> on(const RunContinued&) {
    run_.paused.reset();
    return success();
  }

  Result<void> on(const RunEnding& e) {
    run_.ending = e;
    run_.limit.reset();
    run_.paused.reset();
    run_.failed_by.reset();
    settle_failures_of_cleanups(std::nullopt);
    return success();
  }

  Result<void> on(const UndoPlanned& e) {
    run_.undo_order.clear();
    for (const std::string& address : e.steps) {
      const auto step = tree_.find(address);
      if (!step) return unknown_step(address);
      run_.undo_order.push_back(*step);
    }
    run_.next_undo = 0;
    forget_ready_body();
    run_.phase = RunPhase::undoing;
    return success();
  }

  Result<void> on(const FinallyStarted&) {
    run_.phase = RunPhase::finalizing;
    run_.stuck_at.clear();
    forget_ready_body();
    if (run_.cleanups.empty()) {
      open_root(graph_.plan().finally);
      return success();
    }
    for (const NodeIndex last : run_.cleanups) {
      const NodeIndex group = *tree_.parent(last);
      if (run_.at(group).active_leaves == 0) drained(group);
    }
    return success();
  }

  Result<void> on(const RunStuck& e) {
    run_.stuck_at = e.step;
    return success();
  }

  Result<void> on(const RunFinished& e) {
    run_.finished = e;
    run_.finished_at = event_.at;
    run_.phase = RunPhase::finished;
    run_.limit.reset();
    run_.paused.reset();
    run_.stuck_at.clear();
    run_.ready.clear();
    run_.ended_groups.clear();
    run_.group_locks.clear();
    return success();
  }

  // Whoever starts a run commands it, unless `people:` names others for that.
  bool commands_from_the_start(const RunCreated& e) const {
    const auto named = graph_.plan().people.find("commander");
    if (named == graph_.plan().people.end()) return true;
    const auto& users = named->second.users;
    return std::find(users.begin(), users.end(), e.who) != users.end();
  }

  Result<void> on(const RunCommanded& e) {
    run_.commander = e.to;
    run_.commanded_since = event_.at;
    return success();
  }

  Result<void> on(const ModeSwitched& e) {
    run_.mode = e.mode;
    return success();
  }

  Result<void> on(const Reminded& e) {
    const auto i =
        event_.step.empty() ? std::optional(node_of(graph_.plan().root)) : tree_.find(event_.step);
    if (!i) return unknown_step(event_.step);
    const auto found = run_.asking.find(*i);
    if (found == run_.asking.end())
      return Error(ErrorCode::corrupt, "a reminder of what does not wait: " + event_.step);
    Asking& asking = found->second;
    if (asking.next) run_.reminders.remove(*i, *asking.next);
    if (e.count > asking.reminders) asking.reminded_at = event_.at;
    asking.reminders = e.count;
    if (!e.to.empty()) {
      asking.is_escalated = true;
      asking.escalated_at = event_.at;
    }
    ask_again(graph_, run_, *i, asking);
    return success();
  }

  Result<void> on(const ApprovalVoided& e) {
    TRY(const auto i, change(StepChange::voided));
    run_.at(i).shown = e.shown;
    run_.at(i).votes.clear();
    return success();
  }

  Result<void> on(const RunNoted&) { return success(); }
  Result<void> on(const SignalReceived&) { return success(); }

  // --- steps

  Result<void> on(const StepStarted& e) {
    TRY(const auto i, change(StepChange::started));
    StepState& step = run_.at(i);
    leave_flight(was_);
    step.phase = AttemptPhase::in_flight;
    run_.in_flight += 1;
    step.attempts = e.attempt;
    step.generation = e.generation;
    step.host = run_.claimed_host;
    if (const auto found = run_.corrections.find(i); found != run_.corrections.end())
      run_.corrected.insert_or_assign(i, found->second);
    step.effect_class = e.effect_class;
    if (e.turn == Turn::work) {
      step.inputs = e.inputs;
      step.target = e.target;
      step.undo_inputs = e.undo;
      step.before = e.before;
    }
    if (is_participant(i)) note_turn(run_, i, e.turn);
    step.due.reset();
    step.is_adopted = false;
    step.started_at = event_.at;
    step.started_boot = Duration(e.boot_ns);
    if (!step.first_started_at) {
      step.first_started_at = event_.at;
      step.first_started_boot = step.started_boot;
    }
    pass_no_return(i);
    return success();
  }

  Result<void> on(const StepOpened& e) {
    TRY(const auto i, change(StepChange::opened));
    StepState& step = run_.at(i);
    step.shown = e.shown;
    step.started_at = step.first_started_at = event_.at;
    if (e.due) step.due = Due{*e.due, Duration(e.due_boot_ns)};
    if (has_children(i)) open_group(i);
    if (tree_.step(i).kind == StepKind::two_phase) run_.polls[i] = Poll{};
    if (tree_.step(i).watch) begin_watch(i);
    return success();
  }

  // What the check takes in stands in the opening, once for all looks.
  void begin_watch(NodeIndex i) {
    StepState& step = run_.at(i);
    const auto with = step.shown.find("with");
    const auto* inputs = with == step.shown.end() ? nullptr : with->second.map();
    step.inputs = inputs == nullptr ? Value::Map{} : *inputs;
    const auto target = step.shown.find("target");
    if (target != step.shown.end()) step.target = to_text(target->second);
    run_.watches.insert_or_assign(i, Watch{});
  }

  Result<void> on(const StepLooked& e) {
    TRY(const auto i, change(StepChange::looked));
    const auto watch = run_.watches.find(i);
    if (watch == run_.watches.end())
      return Error(ErrorCode::corrupt, event_.step + " looks at nothing");
    watch->second.kept = e;
    watch->second.kept_at = event_.at;
    watch->second.times_kept += 1;
    return success();
  }

  Result<void> on(const ScriptCalled& e) { return scripts().add(e); }
  Result<void> on(const ScriptNoted& e) { return scripts().add(e); }

  Result<void> on(const LoopOpened& e) {
    const auto* items = e.items.list();
    const bool fits = items != nullptr && items->size() == e.keys.size();
    if (!fits) return Error(ErrorCode::corrupt, "the items of a loop do not fit their keys");
    TRY(const auto i, change(StepChange::opened));
    const runbooks::Step& loop = tree_.step(i);
    if (!loop.loop) return Error(ErrorCode::corrupt, event_.step + " is no loop");
    StepState& state = run_.at(i);
    state.started_at = state.first_started_at = event_.at;
    state.unfinished_children = static_cast<std::uint32_t>(items->size());
    std::vector<LoopItem> named;
    named.reserve(items->size());
    for (std::size_t n = 0; n < items->size(); ++n)
      named.push_back({e.keys[n], percent_encode(e.keys[n]), (*items)[n]});
    const StepIndex body = loop.children.front();
    const std::uint32_t size = graph_.subtree_size(body);
    run_.loops.open(i, body, size, std::move(named), static_cast<std::uint32_t>(run_.steps.size()));
    add_step_states(graph_, run_, body, size, items->size());
    for (std::int32_t n = 0; n < loop.loop->max_parallel; ++n) ready_next_item(i);
    if (items->empty()) end_soon(i);
    return success();
  }

  Result<void> on(const ChildOpened& e) {
    TRY(const auto i, change(StepChange::opened));
    if (!tree_.step(i).child) return Error(ErrorCode::corrupt, event_.step + " uses no runbook");
    run_.at(i).started_at = run_.at(i).first_started_at = event_.at;
    run_.children.insert_or_assign(i, e);
    open_group(i);
    return success();
  }

  Result<void> on(const Voted& e) {
    TRY(const auto i, change(StepChange::voted));
    run_.at(i).votes.push_back(e);
    return success();
  }

  Result<void> on(const StepSucceeded& e) {
    TRY(const auto i, change(StepChange::succeeded));
    StepState& step = run_.at(i);
    leave_flight(was_);
    if (step.phase != AttemptPhase::none) step.phase = AttemptPhase::done;
    step.has_unknown = false;
    step.outputs = e.outputs;
    step.is_adopted = e.adopted;
    step.error.reset();
    if (!e.who.empty()) step.who = e.who;
    ended(i);
    passed(i);
    return success();
  }

  Result<void> on(const AttemptEnded& e) {
    TRY(const auto i, change(StepChange::attempt_ended));
    StepState& step = run_.at(i);
    leave_flight(was_);
    // A second end of one attempt, or a person's word, says what the unknown one did. The end of a
    // later attempt does not.
    const bool is_answer = step.phase == AttemptPhase::unknown || !e.who.empty();
    step.has_unknown = e.end == AttemptEnd::unknown || (step.has_unknown && !is_answer);
    if (e.end == AttemptEnd::failed) step.has_half_acted = true;
    step.error = e.error;
    step.phase = e.end == AttemptEnd::not_done ? AttemptPhase::not_done
                 : e.end == AttemptEnd::failed ? AttemptPhase::failed
                                               : AttemptPhase::unknown;
    if (is_in_flight(step)) run_.in_flight += 1;
    if (!e.who.empty()) step.who = e.who;
    if (is_participant(i)) note_vote(tree_, run_, i);
    return success();
  }

  Result<void> on(const RetryScheduled& e) {
    TRY(const auto i, change(StepChange::retry_scheduled));
    leave_flight(was_);
    run_.at(i).due = Due{e.due, Duration(e.due_boot_ns)};
    run_.to_settle.erase(i);
    return success();
  }

  Result<void> on(const StepInDoubt&) {
    TRY(const auto i, change(StepChange::doubted));
    leave_flight(was_);
    run_.at(i).due.reset();
    run_.to_settle.erase(i);
    if (is_participant(i)) note_vote(tree_, run_, i);
    return success();
  }

  Result<void> on(const StepFailed& e) {
    TRY(const auto i, change(StepChange::failed));
    StepState& step = run_.at(i);
    leave_flight(was_);
    step.error = e.error;
    step.is_tolerated = e.tolerated;
    if (e.tolerated && !step.is_doomed) set_aside(i);
    ended(i);
    if (has_children(i)) skip_waiting_under(i, "branch");
    if (e.tolerated)
      passed(i);
    else
      settle_failure(i);
    return success();
  }

  Result<void> on(const StepSkipped& e) {
    TRY(const auto i, change(StepChange::skipped));
    StepState& step = run_.at(i);
    step.outputs = e.outputs;
    step.skipped_because = e.reason;
    if (!e.who.empty()) step.who = e.who;
    answered(i);
    ended(i);
    if (has_children(i)) skip_waiting_under(i, e.reason);
    passed(i);
    return success();
  }

  Result<void> on(const StepReset& e) {
    TRY(const auto i, change(StepChange::reset));
    StepState& step = run_.at(i);
    step.budget_from = step.attempts;
    step.first_started_at.reset();
    step.finished_at.reset();
    step.votes.clear();
    step.due.reset();
    if (!e.who.empty()) step.who = e.who;
    answered(i);
    if (run_.stuck_at == event_.step) run_.stuck_at.clear();
    if (!tree_.step(i).undoes) run_.ready.insert(i);
    scripts().rewind(i);
    if (tree_.step(i).kind == StepKind::two_phase) forget_poll(tree_, run_, i);
    return success();
  }

  Result<void> on(const TwoPhaseDecided& e) {
    TRY(const auto i, change(StepChange::decided));
    run_.at(i).due.reset();
    note_decision(tree_, run_, i, e);
    if (e.commit) pass_no_return(i);
    return success();
  }

  Result<void> on(const ParticipantPrepared& e) {
    TRY(const auto i, change(StepChange::prepared));
    leave_flight(was_);
    note_prepared(tree_, run_, i, e);
    return success();
  }

  Result<void> on(const ParticipantSettled& e) {
    TRY(const auto i, change(e.committed ? StepChange::committed : StepChange::rolled_back));
    leave_flight(was_);
    ended(i);
    note_settled(tree_, run_, i, e);
    passed(i);
    return success();
  }

  Result<void> on(const StepCorrected& e) {
    TRY(const auto i, change(StepChange::corrected));
    run_.corrections.insert_or_assign(i, e.with);
    return success();
  }

  Result<void> on(const StepUndone&) {
    TRY(const auto i, change(StepChange::undone));
    static_cast<void>(i);
    return success();
  }

  // --- what the events have in common

  bool is_participant(NodeIndex i) const { return tree_.step(i).kind == StepKind::participant; }
  bool has_children(NodeIndex i) const { return runbooks::holds_steps(tree_.step(i)); }

  void pass_no_return(NodeIndex i) {
    if (!tree_.step(i).point_of_no_return || run_.no_return) return;
    run_.no_return = i;
    run_.no_return_at = event_.at;
  }

  // Moves the event's step along the table and keeps `active`, `in_doubt` and the counts of the
  // groups above it.
  Result<NodeIndex> change(StepChange what) {
    const auto i = tree_.find(event_.step);
    if (!i) return unknown_step(event_.step);
    StepState& step = run_.at(*i);
    const auto to = next_status(step.status, what);
    if (!to) {
      return Error(ErrorCode::corrupt, "step " + event_.step + " is " +
                                           std::string(name_of(step.status)) + " and cannot have " +
                                           std::string(name_of(what)));
    }
    was_ = is_in_flight(step);
    forget_times(tree_, run_, *i);
    changed_ = *i;
    move(*i, *to);
    return *i;
  }

  void move(NodeIndex i, StepStatus to) {
    StepState& step = run_.at(i);
    const StepStatus from = step.status;
    step.status = to;
    run_.ready.erase(i);
    const bool is_undo = tree_.step(i).undoes.has_value();
    if (from == StepStatus::in_doubt) {
      run_.in_doubt -= 1;
      if (is_undo) run_.undos_in_doubt -= 1;
    }
    if (to == StepStatus::in_doubt) {
      run_.in_doubt += 1;
      if (is_undo) run_.undos_in_doubt += 1;
    }
    // A guard holds nothing up: the run is over when its steps are.
    const bool is_beside = tree_.step(i).kind == StepKind::group || tree_.step(i).guard;
    if (is_beside || counts_as_active(from) == counts_as_active(to)) return;
    const bool is_active = counts_as_active(to);
    if (is_active)
      run_.active.insert(i);
    else
      run_.active.erase(i);
    if (!tree_.step(i).undoes) count_active(tree_.parent(i), is_active);
  }

  // Under these groups one step more, or one less, is active.
  void count_active(std::optional<NodeIndex> group, bool is_more) {
    for (; group; group = tree_.parent(*group)) {
      StepState& state = run_.at(*group);
      state.active_leaves = is_more ? state.active_leaves + 1 : state.active_leaves - 1;
      if (state.active_leaves == 0) drained(*group);
    }
  }

  void leave_flight(bool was_in_flight) {
    if (was_in_flight) run_.in_flight -= 1;
  }

  void ended(NodeIndex i) {
    StepState& step = run_.at(i);
    step.finished_at = event_.at;
    step.due.reset();
    step.end_order = ++run_.ends;
    run_.watches.erase(i);
    if (has_children(i)) run_.ended_groups.erase(i);
    if (run_.cleanups.erase(i) != 0) cleaned_up(*tree_.parent(i));
  }

  // Nothing stands in the way of what needs this step any more.
  void passed(NodeIndex i) {
    if (tree_.step(i).undoes) {
      if (run_.stuck_at == event_.step) run_.stuck_at.clear();
      if (run_.next_undo < run_.undo_order.size() && run_.undo_order[run_.next_undo] == i)
        run_.next_undo += 1;
      return;
    }
    for (const NodeIndex d : tree_.dependents(i)) {
      StepState& dependent = run_.at(d);
      dependent.unmet_needs -= 1;
      if (dependent.unmet_needs == 0 && dependent.status == StepStatus::waiting)
        run_.ready.insert(d);
    }
    const auto parent = tree_.parent(i);
    if (!parent) return;
    if (tree_.call(i) != nullptr) scripts().answer(i);
    StepState& group = run_.at(*parent);
    group.unfinished_children -= 1;
    const OpenLoop* loop = run_.loops.of(*parent);
    if (loop != nullptr && loop->item_of(i) < loop->next) ready_next_item(*parent);
    if (group.unfinished_children == 0) end_soon(*parent);
  }

  void ready_next_item(NodeIndex loop_node) {
    OpenLoop& loop = *run_.loops.of(loop_node);
    while (loop.next < loop.items.size()) {
      const NodeIndex item = loop.item_node(loop.next++);
      if (run_.at(item).status != StepStatus::waiting) continue;
      run_.ready.insert(item);
      return;
    }
  }

  void open_root(StepIndex root) {
    run_.at(node_of(root)).status = StepStatus::running;
    open_group(node_of(root));
  }

  ScriptFold scripts() { return {graph_, run_, event_}; }

  void end_soon(NodeIndex group) {
    if (run_.at(group).status == StepStatus::running && !scripts().goes_on(group))
      run_.ended_groups.insert(group);
  }

  void open_group(NodeIndex i) {
    if (tree_.step(i).script) return scripts().open(i);
    owe_finally(i);
    for (const NodeIndex child : tree_.children(i)) {
      if (run_.at(child).unmet_needs == 0 && run_.at(child).status == StepStatus::waiting)
        run_.ready.insert(child);
    }
    if (run_.at(i).unfinished_children == 0) end_soon(i);
  }

  void skip_waiting_under(NodeIndex i, const std::string& reason) {
    for (const NodeIndex child : tree_.children(i)) {
      if (run_.at(child).status != StepStatus::waiting) continue;
      move(child, StepStatus::skipped);
      run_.at(child).skipped_because = reason;
      skip_waiting_under(child, reason);
    }
  }

  // --- `finally` of groups

  // From the beginning of the group on; the groups around it do not end before.
  void owe_finally(NodeIndex group) {
    const auto last = tree_.finally_of(group);
    if (!last || run_.at(*last).status != StepStatus::waiting) return;
    if (run_.cleanups.insert(*last).second) count_active(tree_.parent(group), true);
  }

  void cleaned_up(NodeIndex group) {
    if (run_.at(group).active_leaves == 0) drained(group);
    count_active(tree_.parent(group), false);
    const bool is_last = run_.phase == RunPhase::finalizing && run_.cleanups.empty();
    if (is_last) open_root(graph_.plan().finally);
  }

  // Nothing goes on in the group. Where it ends before its time, its `finally` comes now, and then
  // its end.
  void drained(NodeIndex group) {
    if (!ends_early(group)) return;
    const auto last = tree_.finally_of(group);
    if (last && run_.cleanups.contains(*last)) {
      if (run_.at(*last).status == StepStatus::waiting) run_.ready.insert(*last);
    } else if (run_.at(group).is_doomed) {
      end_soon(group);
    }
  }

  // A failure ended it or a group around it, or the run ends.
  bool ends_early(NodeIndex group) const {
    for (std::optional<NodeIndex> up = group; up; up = tree_.parent(*up)) {
      if (tree_.is_finally(*up)) return false;
      if (run_.at(*up).is_doomed) return true;
    }
    return run_.phase == RunPhase::finalizing;
  }

  // Whether a failing step of this `finally` stops nothing: something else has ended already.
  bool is_last_word(NodeIndex finally) const {
    if (run_.ending || finally == node_of(graph_.plan().finally)) return true;
    return ends_early(*tree_.parent(finally));
  }

  // What failed in the `finally` of groups that end now, and stopped them, stops them no more.
  void settle_failures_of_cleanups(std::optional<NodeIndex> ended) {
    const std::set<NodeIndex> cleanups = run_.cleanups;
    for (const NodeIndex last : cleanups) {
      const bool is_meant = !ended || is_part_of(*tree_.parent(last), *ended);
      if (is_meant && run_.at(last).status == StepStatus::running) settle_failures_in(last);
    }
  }
  bool is_part_of(NodeIndex i, NodeIndex group) const {
    return i == group || tree_.is_in_body(i, group);
  }
  bool is_in_last_word(NodeIndex i) const {
    for (std::optional<NodeIndex> up = i; up; up = tree_.parent(*up)) {
      if (tree_.is_finally(*up)) return is_last_word(*up);
    }
    return false;
  }
  void settle_failures_in(NodeIndex group) {
    for (const NodeIndex child : tree_.children(group)) {
      const StepState& step = run_.at(child);
      if (step.status == StepStatus::running) settle_failures_in(child);
      if (step.status == StepStatus::failed && !step.is_tolerated) settle_failure(child);
    }
  }

  // The steps of the body that may not start any more.
  void forget_ready_body() {
    std::erase_if(run_.ready, [&](NodeIndex i) { return !tree_.is_cleanup(i); });
  }

  // --- failures

  // One that is not tolerated.
  void settle_failure(NodeIndex i) {
    const auto parent = tree_.parent(i);
    const bool is_of_finally = parent && tree_.is_finally(*parent) && !tree_.step(i).undoes;
    if (!is_of_finally || !is_last_word(*parent)) doom_parents(i);
    if (!is_of_finally || !is_last_word(*parent) || run_.at(i).is_set_aside) return;
    run_.at(i).is_set_aside = true;
    passed(i);
  }

  // The failure ends the groups around it up to the one that contains it (one that tolerates it, an
  // item that the loop can do without, or one in a `finally` that goes on without it), innermost
  // first; where none does it is the run's.
  void doom_parents(NodeIndex i) {
    if (tree_.step(i).undoes) return;
    const auto container = failure_container(i);
    if (!container) {
      if (!run_.failed_by && !run_.ending) run_.failed_by = i;
      return;
    }
    std::erase_if(run_.ready, [&](NodeIndex r) { return tree_.is_in_body(r, *container); });
    for (auto up = tree_.parent(i); up; up = tree_.parent(*up)) {
      if (*up == *container && !run_.at(*up).is_doomed) set_aside(*up);
      if (!tree_.is_finally(*up)) run_.at(*up).is_doomed = true;
      if (*up == *container) break;
    }
    drain_all(i, *container);
  }

  // What the failure of `i` leaves without anything that goes on.
  void drain_all(NodeIndex i, NodeIndex container) {
    settle_failures_of_cleanups(container);
    const std::set<NodeIndex> cleanups = run_.cleanups;
    for (const NodeIndex last : cleanups) {
      const NodeIndex group = *tree_.parent(last);
      if (is_part_of(group, container) && run_.at(group).active_leaves == 0) drained(group);
    }
    for (auto up = tree_.parent(i); up; up = tree_.parent(*up)) {
      if (run_.at(*up).active_leaves == 0) drained(*up);
      if (*up == container) return;
    }
  }

  // An item that fails and is tolerated counts against what its loop can do without.
  void set_aside(NodeIndex i) {
    OpenLoop* loop = loop_of_item(i);
    if (loop == nullptr) return;
    loop->set_aside += 1;
    run_.at(i).is_set_aside = true;
  }
  OpenLoop* loop_of_item(NodeIndex i) {
    const auto parent = tree_.parent(i);
    return parent && tree_.step(*parent).loop ? run_.loops.of(*parent) : nullptr;
  }

  std::optional<NodeIndex> failure_container(NodeIndex i) {
    const bool is_answered =
        is_in_last_word(i);  // there is no run left that could pause or be undone
    for (auto up = tree_.parent(i); up; up = tree_.parent(*up)) {
      const runbooks::Step& group = tree_.step(*up);
      const auto around = tree_.parent(*up);
      if (group.tolerate) return up;
      if (around && tree_.is_finally(*around) && is_last_word(*around)) return up;
      if (group.on_failure && !is_answered)
        return std::nullopt;  // it says what the failure means for the run
      if (run_.at(*up).is_doomed || can_do_without(*up)) return up;
    }
    return std::nullopt;
  }

  bool can_do_without(NodeIndex item) {
    const OpenLoop* loop = loop_of_item(item);
    if (loop == nullptr) return false;
    return loop->set_aside < static_cast<std::uint32_t>(tree_.step(loop->loop).loop->tolerate);
  }

  // A person took care of this failure; another one may still be open.
  void answered(NodeIndex i) {
    if (run_.failed_by != i) return;
    run_.failed_by.reset();
    for (std::uint32_t n = 0; n < run_.steps.size() && !run_.failed_by; ++n) {
      const StepState& other = run_.steps[n];
      const bool is_open = other.status == StepStatus::failed && !other.is_tolerated &&
                           !is_participant({n}) && !(other.is_set_aside && tree_.is_cleanup({n}));
      if (is_open && !tree_.step({n}).undoes && !failure_container({n}))
        run_.failed_by = NodeIndex{n};
    }
  }

  static Error unknown_step(const std::string& address) {
    return {ErrorCode::corrupt, "the plan has no step " + address};
  }

  const Graph& graph_;
  RunState& run_;
  StepTree tree_{graph_, run_.loops};
  const Event& event_;
  bool was_ = false;  // in flight before this event
  std::optional<NodeIndex> changed_;
};

}  // namespace

Result<void> apply_in_place(const Graph& graph, RunState& state, const state::Event& event) {
  return Fold(graph, state, event)();
}

}  // namespace rung::engine
