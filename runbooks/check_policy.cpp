#include "runbooks/check_policy.h"

#include "base/words.h"
#include "runbooks/fields.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace rung::runbooks {
namespace {

class PolicyCheck {
 public:
  PolicyCheck(const Draft& draft, const Unfolded& unfolded, Checking checking)
      : draft_(draft), unfolded_(unfolded), checking_(checking) {}

  void check_all() {
    for (std::size_t i = 0; i < unfolded_.steps.size(); ++i) {
      const DraftStep* draft = unfolded_.drafts[i];
      if (draft == nullptr) continue;
      check_people(*draft);
      check_modes(*draft);
      if (draft->is_flawed || draft->kind_bit == 0) continue;
      const Step& step = unfolded_.steps[i];
      if (step.kind == StepKind::action && !step.undoes) check_action(step, *draft);
      if (step.kind == StepKind::two_phase) check_is_undone(step, *draft);
    }
    check_objective();
  }

 private:
  Report& report() { return checking_.report; }
  static std::string name(const Step& step) {
    return step.id.empty() ? "this step" : "step `" + step.id + "`";
  }

  void check_people(const DraftStep& draft) {
    std::vector<std::string_view> known;
    for (const auto& [role, person] : draft_.plan.people) known.push_back(role);
    for (const auto& word : draft.by) {
      if (std::find(known.begin(), known.end(), word.text) != known.end()) continue;
      if (word.text == "commander") continue;  // of the run: whoever commands it
      const auto near = nearest(word.text, known);
      report().error(word.place, "nobody is called `" + word.text + "`",
                     near.empty() ? "add to rung.yaml  people: {" + word.text + ": {users: [...]}}"
                                  : "did you mean " + std::string(near) + "?");
    }
    const auto& approve = draft.step.approve;
    if (draft.step.kind == StepKind::approve && approve.by.empty() && approve.count > 1) {
      report().error(draft.place,
                     "`count: " + std::to_string(approve.count) + "` without `by` counts nobody",
                     "add  by: [...]  with names from `people:`");
    }
    check_quorum(draft);
  }

  void check_modes(const DraftStep& draft) {
    const auto& known = draft_.plan.modes;
    for (const std::string& mode : draft.step.modes) {
      if (std::find(known.begin(), known.end(), mode) != known.end()) continue;
      const auto near = nearest(mode, {known.begin(), known.end()});
      const Node* node =
          draft.node->member("modes") == nullptr ? nullptr : &draft.node->member("modes")->value;
      report().error(node == nullptr ? draft.place : place_of(*node),
                     "the runbook has no mode `" + mode + "`",
                     near.empty() ? "add it to the runbook's  modes: [...]"
                                  : "did you mean " + std::string(near) + "?");
    }
  }

  // Where only named users may approve there must be enough of them.
  void check_quorum(const DraftStep& draft) {
    const auto& approve = draft.step.approve;
    if (draft.step.kind != StepKind::approve || approve.count < 2 || approve.by.empty()) return;
    std::set<std::string> users;
    for (const std::string& name : approve.by) {
      const auto person = draft_.plan.people.find(name);
      if (person == draft_.plan.people.end() || !person->second.groups.empty()) return;
      users.insert(person->second.users.begin(), person->second.users.end());
    }
    if (users.size() >= static_cast<std::size_t>(approve.count)) return;
    report().error(draft.place,
                   std::to_string(approve.count) + " people must approve, and only " +
                       std::to_string(users.size()) + " may",
                   "name more people, or ask for fewer");
  }

  std::optional<EffectClass> class_of(const Step& step) const {
    Value::Map constants;
    for (const auto& [field, value] : step.action.with) {
      if (is_constant(value)) constants.emplace(field, constant_value(value));
    }
    return checking_.catalog.effect_class(step.action.uses, constants);
  }

  void check_action(const Step& step, const DraftStep& draft) {
    const auto effect = class_of(step);
    const ActionSpec* spec = checking_.catalog.find(step.action.uses);
    if (spec == nullptr) return;
    check_doubt(step, draft, effect);
    check_probe(step, draft);
    check_undo(step, draft, effect);
  }

  void check_doubt(const Step& step, const DraftStep& draft, std::optional<EffectClass> effect) {
    const bool can_be_asked = step.in_doubt == InDoubt::ask;
    if (can_be_asked && step.how_to_tell.empty()) {
      report().error(draft.place,
                     name(step) + " asks a person when in doubt, and does not say how to find out",
                     "add  how_to_tell: the command or the place that shows whether it happened");
      return;
    }
    const bool is_settled = step.in_doubt == InDoubt::retry || step.probe.has_value();
    if (effect != EffectClass::once || is_settled || !step.how_to_tell.empty()) return;
    report().warning(
        draft.place,
        name(step) +
            " runs once: if the engine loses sight of it, a person must tell whether it happened",
        "add  how_to_tell: ...,  a `probe:`,  or  in_doubt: retry  where running it twice does no "
        "harm");
  }

  // What the action gave is lost with the engine that waited for it.
  void check_probe(const Step& step, const DraftStep& draft) {
    if (!step.probe) return;
    std::vector<std::string> missing;
    for (const auto& [output, spec] : step.action.outputs) {
      if (!step.probe->outputs.contains(output)) missing.push_back(output);
    }
    const Member* probe = draft.node->member("probe");
    if (missing.empty() || probe == nullptr) return;
    report().warning(
        place_of(*probe),
        "after a crash this probe may tell that " + name(step) + " is done, and then its " +
            joined(missing) + " would be null",
        "let the probe print it too, and add  outputs: {" + missing.front() + ": ...}");
  }

  void check_undo(const Step& step, const DraftStep& draft, std::optional<EffectClass> effect) {
    const ActionSpec* spec = checking_.catalog.find(step.action.uses);
    const bool is_written = draft.node->member("undo") != nullptr;  // and refused, perhaps
    const bool has_undo = is_written || spec->has_undo;
    if (!step.undo && !spec->has_undo && !step.undo_on.empty() && !step.undo_none) {
      report().error(draft.place, "`undo_on` in " + name(step) + " has no `undo` that it narrows",
                     "add  undo: {command: [...]}  or remove it");
    }
    if (!has_undo && effect != EffectClass::read) check_is_undone(step, draft);
  }

  // What changes something says how it is taken back, where the run may be.
  void check_is_undone(const Step& step, const DraftStep& draft) {
    const bool is_undone = draft_.plan.on_failure == OnFailure::undo_run ||
                           draft_.plan.pause.then == AfterPause::undo_run ||
                           a_step_undoes_the_run();
    const bool is_written = draft.node->member("undo") != nullptr;
    if (is_written || !is_undone || is_in_finally(step)) return;
    report().error(draft.place, "the run may be undone, and " + name(step) + " does not say how",
                   "add  undo: {command: [...]}  or  undo: none  where there is nothing to undo");
  }

  bool a_step_undoes_the_run() const {
    return std::any_of(unfolded_.steps.begin(), unfolded_.steps.end(), [](const Step& s) {
      return s.approve.on_reject == OnReject::undo_run || s.on_failure == OnFailure::undo_run;
    });
  }

  bool is_in_finally(const Step& step) const {
    const Step* at = &step;
    while (at->parent && at->parent->number > 1 && !at->is_finally)
      at = &unfolded_.steps[at->parent->number];
    return at->is_finally || at->parent == StepIndex{1};
  }

  // The longest that people may be waited for from a step's beginning to the end of its list.
  struct Wait {
    Duration sum{};
    std::optional<StepIndex> last;
  };

  Wait longest(StepIndex i) const {
    const Step& step = unfolded_.steps[i.number];
    if (step.kind == StepKind::approve) return {step.timeout, i};
    if (step.kind != StepKind::group) return {};
    std::map<StepIndex, Wait> until;  // of each child, its own waiting included
    Wait worst;
    std::vector<StepIndex> open(step.children.rbegin(), step.children.rend());
    std::set<StepIndex> entered;
    while (!open.empty()) {
      const auto child = open.back();
      const auto& needs = unfolded_.steps[child.number].needs;
      if (entered.insert(child).second) {
        for (const auto need : needs) {
          if (!until.contains(need) && !entered.contains(need)) open.push_back(need);
        }
        continue;
      }
      open.pop_back();
      if (until.contains(child)) continue;
      Wait before;
      for (const auto need : needs) {
        const auto found = until.find(need);
        if (found != until.end() && found->second.sum > before.sum) before = found->second;
      }
      const Wait own = longest(child);
      const Wait here{before.sum + own.sum, own.last ? own.last : before.last};
      until.emplace(child, here);
      if (here.sum > worst.sum) worst = here;
    }
    return worst;
  }

  void check_objective() {
    const auto rto = draft_.plan.rto;
    if (rto == Duration::zero()) return;
    const Wait wait = longest(StepIndex{0});
    if (wait.sum <= rto || !wait.last) return;
    report().warning(unfolded_.drafts[wait.last->number]->place,
                     "approvals on the critical path may wait " + to_string(wait.sum) +
                         "; rto is " + to_string(rto),
                     "shorten their timeouts, or let them run beside other steps");
  }

  const Draft& draft_;
  const Unfolded& unfolded_;
  Checking checking_;
};

}  // namespace

void check_policy(const Draft& draft, const Unfolded& unfolded, Checking checking) {
  PolicyCheck(draft, unfolded, checking).check_all();
}

}  // namespace rung::runbooks
