#include "runbooks/check_references.h"

#include "base/words.h"
#include "runbooks/expression_use.h"
#include "runbooks/fields.h"
#include "runbooks/step_order.h"
#include "runbooks/step_reader.h"
#include "scripting/evaluator.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace rung::runbooks {
namespace {

using scripting::Reference;

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A lone text, number or duration: surely no bool.
bool is_literal(std::string_view text) {
  if (text.empty()) return false;
  const char first = text.front();
  if (first == '"' || first == '\'') return text.find(first, 1) == text.size() - 1;
  const auto is_part = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '%';
  };
  return text == "nil" || text == "null" ||
         (first >= '0' && first <= '9' && std::all_of(text.begin(), text.end(), is_part));
}

class ReferenceCheck {
 public:
  ReferenceCheck(const Draft& draft, const Unfolded& unfolded, Checking checking)
      : draft_(draft), unfolded_(unfolded), checking_(checking), order_(unfolded.steps) {
    for (std::size_t i = 0; i < unfolded.steps.size(); ++i) {
      const auto& id = unfolded.steps[i].id;
      if (i > 1 && !id.empty()) ids_.emplace(id, StepIndex{static_cast<std::uint32_t>(i)});
    }
    for (const auto& input : draft.plan.inputs) inputs_.push_back(input.name);
    for (const auto& [name, value] : draft.plan.vars) vars_.push_back(name);
    for (const auto& [name, source] : draft.plan.secrets) secrets_.push_back(name);
  }

  void check_all() {
    for (const auto& use : draft_.require) check(use);
    const auto all = vars_;
    for (std::size_t i = 0; i < draft_.vars.size(); ++i) {
      vars_.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i));
      later_vars_.assign(all.begin() + static_cast<std::ptrdiff_t>(i), all.end());
      for (const auto& use : draft_.vars[i]) check(use);
    }
    vars_ = all;
    later_vars_.clear();
    for (const auto& use : draft_.locks) check(use);
    for (const auto& use : draft_.env) check(use);
    for (std::size_t i = 0; i < unfolded_.steps.size(); ++i) {
      if (unfolded_.drafts[i] == nullptr) continue;
      reader_ = StepIndex{static_cast<std::uint32_t>(i)};
      for (const auto& use : unfolded_.drafts[i]->uses) check(use);
      if (const auto& script = unfolded_.drafts[i]->script) {
        for (const auto& reference : script->analysis.references)
          check_root(script->use, reference);
      }
    }
    reader_.reset();
    for (const auto& use : draft_.outputs) check(use);
  }

 private:
  const Step& step(StepIndex i) const { return unfolded_.steps[i.number]; }

  Report::Place place(const ExpressionUse& use, std::size_t offset, std::size_t length) const {
    return place_in_file(use, offset, length, checking_.report.source());
  }
  Report::Place place(const ExpressionUse& use, const Reference& reference) const {
    return place_in_file(use, reference, checking_.report.source());
  }
  void error(const ExpressionUse& use, const Reference& at, std::string message, std::string fix) {
    checking_.report.error(place(use, at), std::move(message), std::move(fix));
  }

  void check(const ExpressionUse& use) {
    const auto analysis = check_syntax(use, checking_.report);
    if (!analysis) return;
    const auto flaws = flaws_;
    for (const auto& reference : analysis->references) check_root(use, reference);
    if (use.must_be_bool && !analysis->yields_bool && flaws == flaws_)
      check_bool(use, analysis->references);
  }

  void flaw(const ExpressionUse& use, const Reference& at, std::string message, std::string fix) {
    ++flaws_;
    error(use, at, std::move(message), std::move(fix));
  }

  void check_root(const ExpressionUse& use, const Reference& reference) {
    const auto& root = reference.root;
    if (std::find(use.names.outputs.begin(), use.names.outputs.end(), root) !=
        use.names.outputs.end())
      return;
    if (root == "inputs") return check_member(use, reference, inputs_, "input");
    if (root == "vars") return check_var(use, reference);
    if (root == "run") return check_member(use, reference, run_members(), "member of `run`");
    if (root == "mode") return;
    if (root == "steps") return check_step(use, reference);
    if (root == "secrets") return check_secret(use, reference);
    if (root == "self") return check_self(use, reference);
    if (is_item(root)) return check_item(use, reference);
    if (root == "sites") return check_sites(use, reference);
    if (root == "alert") {
      return flaw(use, reference,
                  "`" + root + "` is part of the language but this rung (0.1) does not have it yet",
                  "use an input instead");
    }
    report_unknown_name(use, reference);
  }

  void report_unknown_name(const ExpressionUse& use, const Reference& reference) {
    const auto& root = reference.root;
    std::vector<std::string_view> known{"inputs", "vars", "run", "mode", "sites"};
    if (use.names.steps) known.push_back("steps");
    if (use.names.self) known.push_back("self");
    if (use.names.secrets) known.push_back("secrets");
    std::string fix;
    if (root == "yes" || root == "on" || root == "no" || root == "off")
      fix = std::string("did you mean ") + (root == "yes" || root == "on" ? "true?" : "false?");
    else if (contains(inputs_, root))
      fix = "write  inputs." + root;
    else if (contains(vars_, root))
      fix = "write  vars." + root;
    else if (ids_.contains(root) && use.names.steps)
      fix = "write  steps." + root;
    for (const auto& output : use.names.outputs) known.push_back(output);
    for (const auto item : items()) known.push_back(item);
    const bool is_script = use.field == "lua";
    if (is_script) {
      for (const auto name : scripting::script_names()) known.push_back(name);
    }
    if (fix.empty()) {
      const auto near = nearest(root, known);
      fix = !near.empty() ? "did you mean " + std::string(near) + "?"
            : is_script   ? "declare it:  local " + root + " = ..."
                          : "it may read " + joined(known) + "; text goes in quotes";
    }
    flaw(use, reference, "there is no name `" + root + "` here", std::move(fix));
  }

  void check_member(const ExpressionUse& use, const Reference& reference,
                    const std::vector<std::string_view>& known, std::string_view what) {
    if (reference.path.empty() || contains(known, reference.path[0])) return;
    const auto near = nearest(reference.path[0], known);
    flaw(use, reference, "there is no " + std::string(what) + " `" + reference.path[0] + "`",
         !near.empty()   ? "did you mean " + reference.root + "." + std::string(near) + "?"
         : known.empty() ? "declare it under `" + reference.root + ":`"
                         : "there are " + joined(known));
  }

  void check_var(const ExpressionUse& use, const Reference& reference) {
    if (!reference.path.empty() && contains(later_vars_, reference.path[0])) {
      return flaw(use, reference,
                  "vars." + reference.path[0] + " is not computed yet: vars see those above them",
                  "move `" + reference.path[0] + "` above this one");
    }
    check_member(use, reference, vars_, "var");
  }

  void check_sites(const ExpressionUse& use, const Reference& reference) {
    const auto& sites = draft_.plan.sites;
    if (sites.empty()) {
      return flaw(use, reference, "the project has no sites",
                  "add to rung.yaml  sites: {east: {...}, west: {...}}");
    }
    if (reference.path.empty()) {
      if (reference.behind_key.empty()) return;
      for (const auto& [name, site] : sites) check_site(use, reference, name, reference.behind_key);
      return;
    }
    std::vector<std::string_view> known;
    for (const auto& [name, site] : sites) known.push_back(name);
    if (!contains(known, reference.path[0])) return check_member(use, reference, known, "site");
    check_site(use, reference, reference.path[0],
               {reference.path.begin() + 1, reference.path.end()});
  }

  // Of each site that a computed key may choose: one that lacks a value fails on the day it is
  // chosen.
  void check_site(const ExpressionUse& use, const Reference& reference, const std::string& name,
                  const std::vector<std::string>& members) {
    if (members.empty()) return;
    const auto* site = draft_.plan.sites.at(name).map();
    if (site == nullptr || site->contains(members[0])) return;
    std::vector<std::string_view> known;
    for (const auto& [key, value] : *site) known.push_back(key);
    const auto near = nearest(members[0], known);
    flaw(use, reference,
         "the site `" + name + "` has no `" + members[0] + "`" +
             (known.empty() ? "" : "; it has " + joined(known)),
         near.empty() ? "add it to the site in rung.yaml; null says that there is none"
                      : "did you mean " + std::string(near) + "?");
  }

  void check_secret(const ExpressionUse& use, const Reference& reference) {
    if (!use.names.secrets) {
      const bool is_argument = use.field == "command";
      return flaw(
          use, reference,
          is_argument
              ? "a secret in the arguments would be visible to every user of the machine"
              : "secrets may be read only in env, files, stdin and fields of `with` that take them",
          is_argument ? "pass it by  files: {NAME: \"{{ " + written(reference) +
                            " }}\"}  and give \"$NAME\" as the path"
                      : "leave it out of `" + use.field + "`");
    }
    if (reference.path.empty()) {
      return flaw(use, reference, "all secrets at once cannot be read",
                  "name one:  secrets.some_name");
    }
    if (contains(secrets_, reference.path[0])) return;
    const auto near = nearest(reference.path[0], secrets_);
    flaw(use, reference, "there is no secret `" + reference.path[0] + "`",
         near.empty() ? "declare it in rung.yaml:  secrets: {" + reference.path[0] +
                            ": {file: /run/credentials/rung/" + reference.path[0] + "}}"
                      : "did you mean secrets." + std::string(near) + "?");
  }

  void check_self(const ExpressionUse& use, const Reference& reference) {
    if (!use.names.self) {
      return flaw(use, reference, "`self` is the step that is undone or probed; there is none here",
                  "write  steps.<id>  for another step");
    }
    static const std::vector<std::string_view> kMembers{"before", "with", "outputs"};
    if (reference.path.empty()) return;
    if (!contains(kMembers, reference.path[0]))
      return check_member(use, reference, kMembers, "member of `self`");
    if (reference.path[0] == "before") return check_before(use, reference);
    if (reference.path[0] != "outputs" || reference.path.size() < 2 || !reader_ ||
        !step(*reader_).undoes)
      return;
    check_output(use, reference, {*step(*reader_).undoes, 1, "self.outputs"});
  }

  void check_before(const ExpressionUse& use, const Reference& reference) {
    if (!reader_) return;
    const auto look = step(step(*reader_).undoes.value_or(*reader_)).before;
    if (!look) {
      return flaw(use, reference, "nobody looks at what was there before this step",
                  "add  before: {command: [./show.sh], outputs: {...}}  to the step");
    }
    if (reference.path.size() > 1) check_output(use, reference, {*look, 1, "self.before"});
  }

  void check_step(const ExpressionUse& use, const Reference& reference) {
    if (!use.names.steps && use.field == "target") {
      return flaw(use, reference, "a target is known before the run, and no step has run then",
                  "choose it by inputs:  target: \"{{ sites[inputs.to].db }}\"");
    }
    if (use.field == "locks") {
      return flaw(use, reference,
                  "the names of locks are known when the run is created, and no step has run then",
                  "use `inputs` and `vars`; or take one lock for all that it can be");
    }
    if (!use.names.steps) {
      return flaw(use, reference, "no step has run when this is computed",
                  "use `inputs` and `vars`");
    }
    if (reference.path.empty()) return;
    const auto found = ids_.find(reference.path[0]);
    if (found == ids_.end()) return report_unknown_step(use, reference);
    if (!check_order(use, reference, found->second) || reference.path.size() < 2) return;
    const auto& id = found->first;
    const bool is_explicit = reference.path[1] == "outputs";
    if (is_explicit && reference.path.size() > 2) {
      check_output(use, reference, {found->second, 2, "steps." + id});
    } else if (!is_engine_member(reference.path[1]) || reference.path[1] == "results") {
      check_output(use, reference, {found->second, 1, "steps." + id});
    } else if (!is_explicit) {
      return;
    }
    warn_if_skipped(use, reference, found->second);
  }

  void report_unknown_step(const ExpressionUse& use, const Reference& reference) {
    std::vector<std::string_view> known;
    for (const auto& [id, index] : ids_) known.push_back(id);
    const auto near = nearest(reference.path[0], known);
    flaw(use, reference, "there is no step `" + reference.path[0] + "`",
         !near.empty()       ? "did you mean steps." + std::string(near) + "?"
         : known.size() > 12 ? "`rung plan` lists the steps"
                             : "the steps are " + joined(known));
  }

  // The names of the items that the reader is part of, the innermost first.
  std::vector<std::string_view> items() const {
    std::vector<std::string_view> names;
    if (!reader_) return names;
    for (const auto i : order_.chain(step(*reader_).undoes.value_or(*reader_))) {
      const auto& loop = step(*step(i).parent).loop;
      if (loop) names.push_back(loop->item);
    }
    return names;
  }
  bool is_item(std::string_view name) const { return contains(items(), name); }

  void check_item(const ExpressionUse& use, const Reference& reference) {
    if (use.field != "locks") return;
    flaw(use, reference,
         "the names of locks are known when the run is created, and `" + reference.root +
             "` only in the loop",
         "use `inputs` and `vars`: one lock for all items, which wait for each other then");
  }

  // False where it was refused.
  bool check_order(const ExpressionUse& use, const Reference& reference, StepIndex other) {
    if (!reader_ && order_.loop_between(reader_, other))
      return refuse_in_loop(use, reference, other);
    if (!reader_) return true;
    const std::string name = "steps." + reference.path[0];
    switch (order_.relation(*reader_, other)) {
      case StepOrder::Relation::before: return true;
      case StepOrder::Relation::itself:
        flaw(use, reference, name + " is this step: it has no outputs yet",
             "in `expect` write the output by its bare name; elsewhere read an earlier step");
        return false;
      case StepOrder::Relation::around:
        flaw(use, reference, name + " is the group that holds this step and has not ended yet",
             "read a step that comes before this one");
        return false;
      case StepOrder::Relation::after:
        flaw(use, reference, name + " cannot have run yet: it comes after this step",
             "move it before this step, or read an earlier one");
        return false;
      case StepOrder::Relation::other_branch:
        flaw(use, reference, name + " is in another branch: where this step runs, it does not",
             "read a step of this branch, or one before the choice");
        return false;
      case StepOrder::Relation::in_loop: return refuse_in_loop(use, reference, other);
      case StepOrder::Relation::unordered:
        flaw(use, reference, name + " may not have run yet: nothing orders it before this step",
             "add  needs: [" + reference.path[0] + "]  here, or put this step after it");
        return false;
    }
    return false;
  }

  bool refuse_in_loop(const ExpressionUse& use, const Reference& reference, StepIndex other) {
    const std::string id = "steps." + reference.path[0];
    const std::string loop = step(*order_.loop_between(reader_, other)).id;
    flaw(use, reference, id + " is in the loop `" + loop + "`: there is one for each item",
         "write  steps." + loop + ".results  (each has key, item, status, outputs." +
             reference.path[0] + ") or  steps." + loop + ".by_key");
    return false;
  }

  struct OutputOf {
    StepIndex step;
    std::size_t at;  // of the output's name in the path
    std::string prefix;
  };

  void check_output(const ExpressionUse& use, const Reference& reference, const OutputOf& of) {
    const auto known = outputs_of(step(of.step), checking_.catalog);
    const auto& name = reference.path[of.at];
    std::vector<std::string_view> names;
    std::string list;
    for (const auto& output : known.outputs) {
      if (output.name == name) return;
      names.push_back(output.name);
      list += (list.empty() ? "" : ", ") + output.name;
      if (output.type != Type::any && output.type != Type::string) {
        list += " (" + std::string(name_of(output.type)) + ")";
      }
    }
    if (!known.are_all) return;
    const auto near = nearest(name, names);
    const bool may_declare = step(of.step).kind == StepKind::action;
    flaw(use, reference,
         of.prefix + " has no output `" + name + "`" +
             (list.empty() ? "; it has none" : "; it has " + list),
         !near.empty() ? "did you mean " + of.prefix + "." + std::string(near) + "?"
         : may_declare ? "declare it in that step:  outputs: {" + name + ": string}"
                       : "read one that it has, or status, error, attempts, started_at, "
                         "finished_at, duration");
  }

  inline static const std::string kOtherwise = "otherwise";

  // A skipped step's outputs are null: reading them needs a guard.
  void warn_if_skipped(const ExpressionUse& use, const Reference& reference, StepIndex other) {
    if (!reader_ || is_in_finally(*reader_) || use.text.find(" or ") != std::string::npos) return;
    const auto around = order_.chain(*reader_);
    for (const auto i : order_.chain(other)) {
      if (std::find(around.begin(), around.end(), i) != around.end()) return;
      const bool is_branch = step(i).parent && step(*step(i).parent).is_choice;
      const auto& when = is_branch && step(i).when.text.empty() ? kOtherwise : step(i).when.text;
      if (when.empty() || is_guarded(use, when, reference.path[0], around)) continue;
      checking_.report.warning(
          place(use, reference),
          "steps." + reference.path[0] + " may have been skipped (`" +
              (&when == &kOtherwise ? when : "when: " + when) + "`): its outputs are null then",
          "add  when: steps." + reference.path[0] + ".status == \"succeeded\"");
      return;
    }
  }

  bool is_in_finally(StepIndex i) const {
    const auto chain = order_.chain(i);
    const bool is_of_group =
        std::any_of(chain.begin(), chain.end(), [&](StepIndex at) { return step(at).is_finally; });
    return is_of_group || (!chain.empty() && step(chain.back()).parent == StepIndex{1});
  }

  bool is_guarded(const ExpressionUse& use, const std::string& when, const std::string& id,
                  const std::vector<StepIndex>& around) const {
    const std::string name = "steps." + id;
    for (const auto i : around) {
      const auto& guard = step(i).when.text;
      if (guard == when || (use.field != "when" && guard.find(name) != std::string::npos))
        return true;
    }
    return use.text.find(name + ".status") != std::string::npos ||
           use.text.find("nil") != std::string::npos || use.text.find("null") != std::string::npos;
  }

  void check_bool(const ExpressionUse& use, const std::vector<Reference>& references) {
    std::string_view type;
    if (is_literal(use.text)) {
      type = "a plain value";
    } else if (references.size() == 1 && written(references[0]) == use.text) {
      type = type_of(references[0]);
    }
    if (type.empty() || type == "any" || type == "bool") return;
    const bool is_plain = is_literal(use.text);
    checking_.report.error(
        place(use, 0, use.text.size()),
        "`" + use.field + "` must be true or false, and this is " + std::string(type),
        is_plain ? "write a comparison, such as  " + use.field + ": mode == \"planned\""
                 : "compare it with something:  " + use.field + ": " + use.text + " == ...");
  }

  // "" where it is not known.
  std::string_view type_of(const Reference& reference) const {
    if (reference.root == "mode") return "string";
    if (reference.path.empty()) return "";
    if (reference.root == "inputs" && reference.path.size() == 1) {
      for (const auto& input : draft_.plan.inputs) {
        if (input.name == reference.path[0]) return name_of(input.type);
      }
    }
    if (reference.root != "steps" || reference.path.size() < 2) return "";
    const auto found = ids_.find(reference.path[0]);
    const auto at = reference.path[1] == "outputs" ? std::size_t{2} : std::size_t{1};
    if (found == ids_.end() || reference.path.size() != at + 1) return "";
    if (at == 1 && reference.path[1] == "status") return "string";
    for (const auto& output : outputs_of(step(found->second), checking_.catalog).outputs) {
      if (output.name == reference.path[at]) return name_of(output.type);
    }
    return "";
  }

  const Draft& draft_;
  const Unfolded& unfolded_;
  Checking checking_;
  StepOrder order_;
  std::map<std::string, StepIndex, std::less<>> ids_;
  std::vector<std::string_view> inputs_;
  std::vector<std::string_view> vars_;
  std::vector<std::string_view> later_vars_;
  std::vector<std::string_view> secrets_;
  std::optional<StepIndex> reader_;
  int flaws_ = 0;
};

}  // namespace

const std::vector<std::string_view>& run_members() {
  static const std::vector<std::string_view> names{"number", "id",         "runbook", "who",
                                                   "mode",   "created_at", "failed",  "reason"};
  return names;
}

void check_references(const Draft& draft, const Unfolded& unfolded, Checking checking) {
  ReferenceCheck(draft, unfolded, checking).check_all();
}

}  // namespace rung::runbooks
