#include "runbooks/unfold.h"

#include <algorithm>
#include <map>
#include <utility>

namespace rung::runbooks {
namespace {

bool is_reserved(std::string_view id) {
  return id == "finally" || id == "abort_if" || id == "undo" || id == "none";
}

class Unfolding {
 public:
  explicit Unfolding(Report& report) : report_(report) {}

  Unfolded unfold(const Draft& draft) {
    add_root("");
    add_root("finally");
    note_ids(draft.steps);
    note_ids(draft.finally);
    add_list(draft.steps, StepIndex{0});
    add_list(draft.finally, StepIndex{1});
    for (const DraftStep& guard : draft.guards) add_guard(guard);
    return std::move(out_);
  }

 private:
  Step& step(StepIndex i) { return out_.steps[i.number]; }
  StepIndex next() const { return {static_cast<std::uint32_t>(out_.steps.size())}; }

  void add_root(const std::string& address) {
    Step root;
    root.id = address;
    root.address = address;
    root.kind = StepKind::group;
    out_.steps.push_back(std::move(root));
    out_.drafts.push_back(nullptr);
  }

  // Known beforehand, so that a `needs` of another list is told from one of a step that is not
  // there.
  void note_ids(const std::vector<DraftStep>& list) {
    for (const auto& draft : list) {
      if (!draft.step.id.empty()) all_ids_.push_back(draft.step.id);
      note_ids(draft.children);
      note_ids(draft.finally);
    }
  }

  void add_list(const std::vector<DraftStep>& list, StepIndex parent) {
    std::vector<StepIndex> siblings;
    for (const auto& draft : list) siblings.push_back(add(draft, parent));
    step(parent).children = siblings;
    order(list, siblings, parent);
    for (const StepIndex sibling : siblings) put_look_before(sibling);
  }

  void order(const std::vector<DraftStep>& list, const std::vector<StepIndex>& siblings,
             StepIndex parent) {
    const bool is_graph =
        std::any_of(list.begin(), list.end(), [](const DraftStep& d) { return !d.needs.empty(); });
    if (is_graph) {
      for (std::size_t i = 0; i < list.size(); ++i) resolve_needs(list[i], siblings[i], siblings);
      report_circle(list, siblings);
    } else if (!step(parent).is_parallel) {
      for (std::size_t i = 1; i < siblings.size(); ++i) step(siblings[i]).needs = {siblings[i - 1]};
    }
  }

  // It waits for what its step would wait for, and its step for it.
  void put_look_before(StepIndex of) {
    const auto look = step(of).before;
    if (!look) return;
    step(*look).needs = std::exchange(step(of).needs, {*look});
    auto& children = step(*step(of).parent).children;
    children.insert(std::find(children.begin(), children.end(), of), *look);
  }

  StepIndex add(const DraftStep& draft, StepIndex parent) {
    const StepIndex index = next();
    Step unfolded = draft.step;
    unfolded.parent = parent;
    check_id(draft);
    const auto& above = step(parent).address;
    const auto name = !unfolded.id.empty()   ? unfolded.id
                      : !draft.label.empty() ? draft.label
                                             : "#" + std::to_string(index.number);
    unfolded.address = above.empty() ? name : above + "/" + name;
    out_.steps.push_back(std::move(unfolded));
    out_.drafts.push_back(&draft);
    if (!draft.before.empty()) add_before(draft.before.front(), index);
    if (!draft.undo.empty()) add_undo(draft.undo.front(), index);
    if (holds_steps(step(index))) add_list(draft.children, index);
    if (!draft.finally.empty()) add_finally(draft.finally.front(), index);
    return index;
  }

  void add_finally(const DraftStep& draft, StepIndex group) {
    const StepIndex last = add(draft, group);
    step(last).is_finally = true;
    step(last).needs = step(group).children;
    step(group).children.push_back(last);
  }

  // Beside the groups, not in one.
  void add_guard(const DraftStep& draft) {
    Step guard = draft.step;
    guard.address = "abort_if/" + draft.label;
    out_.steps.push_back(std::move(guard));
    out_.drafts.push_back(&draft);
  }

  void add_before(const DraftStep& draft, StepIndex of) {
    const StepIndex index = next();
    Step look = draft.step;
    look.address = step(of).address + "@before";
    look.parent = step(of).parent;
    step(of).before = index;
    out_.steps.push_back(std::move(look));
    out_.drafts.push_back(&draft);
  }

  void add_undo(const DraftStep& draft, StepIndex of) {
    const StepIndex index = next();
    Step undo = draft.step;
    undo.address = step(of).address + "@undo";
    undo.parent = step(of).parent;
    undo.undoes = of;
    step(of).undo = index;
    out_.steps.push_back(std::move(undo));
    out_.drafts.push_back(&draft);
  }

  void check_id(const DraftStep& draft) {
    const auto& id = draft.step.id;
    if (id.empty()) return;
    if (is_reserved(id)) {
      report_.error(draft.place, "`" + id + "` is a word of the language and cannot be an id",
                    "call the step something else, such as " + id + "_step");
    }
    const auto [first, is_new] = ids_.emplace(id, draft.place.at.line);
    if (is_new) return;
    report_.error(draft.place,
                  "two steps have the id `" + id + "`: the first is in line " +
                      std::to_string(first->second) + " (ids are unique in a file)",
                  "give this one another id, such as " + id + "_2");
  }

  void resolve_needs(const DraftStep& draft, StepIndex index,
                     const std::vector<StepIndex>& siblings) {
    for (const auto& word : draft.needs) {
      const auto found = std::find_if(siblings.begin(), siblings.end(),
                                      [&](StepIndex i) { return step(i).id == word.text; });
      if (found == siblings.end()) {
        report_missing(word, siblings);
      } else if (*found == index) {
        report_.error(word.place, "step `" + word.text + "` needs itself", "remove it");
      } else {
        auto& needs = step(index).needs;
        if (std::find(needs.begin(), needs.end(), *found) == needs.end()) needs.push_back(*found);
      }
    }
    std::sort(step(index).needs.begin(), step(index).needs.end());
  }

  void report_missing(const Word& word, const std::vector<StepIndex>& siblings) {
    std::vector<std::string_view> known;
    for (const auto i : siblings) known.push_back(step(i).id);
    const bool is_elsewhere =
        std::find(all_ids_.begin(), all_ids_.end(), word.text) != all_ids_.end();
    const auto near = nearest(word.text, known);
    report_.error(word.place,
                  is_elsewhere
                      ? "step `" + word.text + "` is in another list; `needs` is within one list"
                      : "there is no step `" + word.text + "`",
                  is_elsewhere   ? "name the group that holds it, or move one of the two steps"
                  : near.empty() ? "name a step of this list"
                                 : "did you mean " + std::string(near) + "?");
  }

  // Takes away steps that need nothing that is left, again and again: what remains waits for a
  // circle.
  std::map<StepIndex, std::size_t> steps_in_circles(const std::vector<StepIndex>& siblings) {
    std::map<StepIndex, std::size_t> left;
    std::map<StepIndex, std::size_t> missing;
    std::map<StepIndex, std::vector<StepIndex>> dependents;
    std::vector<StepIndex> free;
    for (std::size_t i = 0; i < siblings.size(); ++i) {
      const auto& needs = step(siblings[i]).needs;
      left.emplace(siblings[i], i);
      missing.emplace(siblings[i], needs.size());
      for (const auto need : needs) dependents[need].push_back(siblings[i]);
      if (needs.empty()) free.push_back(siblings[i]);
    }
    while (!free.empty()) {
      const auto done = free.back();
      free.pop_back();
      left.erase(done);
      for (const auto dependent : dependents[done]) {
        if (--missing[dependent] == 0) free.push_back(dependent);
      }
    }
    return left;
  }

  void report_circle(const std::vector<DraftStep>& list, const std::vector<StepIndex>& siblings) {
    const auto left = steps_in_circles(siblings);
    if (left.empty()) return;
    std::vector<StepIndex> path{left.begin()->first};
    for (;;) {
      const auto& needs = step(path.back()).needs;
      const auto in_circle =
          std::find_if(needs.begin(), needs.end(), [&](StepIndex n) { return left.contains(n); });
      const auto seen = std::find(path.begin(), path.end(), *in_circle);
      if (seen == path.end()) {
        path.push_back(*in_circle);
        continue;
      }
      path.erase(path.begin(), seen);
      break;
    }
    std::string circle;
    for (const auto i : path) circle += step(i).id + " needs ";
    const auto& draft = list[left.at(path.front())];
    report_.error(draft.needs.front().place,
                  "these steps wait for each other: " + circle + step(path.front()).id,
                  "remove one of these `needs`");
  }

  Report& report_;
  Unfolded out_;
  std::map<std::string, int, std::less<>> ids_;
  std::vector<std::string> all_ids_;
};

}  // namespace

Unfolded unfold(const Draft& draft, Report& report) {
  return Unfolding(report).unfold(draft);
}

}  // namespace rung::runbooks
