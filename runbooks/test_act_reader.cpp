#include "runbooks/test_reader.h"

#include <algorithm>
#include <array>
#include <utility>

// What people do in a case.
namespace rung::runbooks {
namespace {

constexpr std::array kVerbs{ActVerb::approve, ActVerb::reject,  ActVerb::decide, ActVerb::done,
                            ActVerb::signal,  ActVerb::resolve, ActVerb::retry,  ActVerb::skip,
                            ActVerb::pause,   ActVerb::resume,  ActVerb::cancel, ActVerb::undo};

// The keys that belong to some verbs only.
struct Belongs {
  std::string_view key;
  ActVerb verb;
  std::optional<ActVerb> or_verb{};
  std::optional<ActVerb> or_else{};
};
constexpr std::array kBelongs{Belongs{"option", ActVerb::decide}, Belongs{"as", ActVerb::resolve},
                              Belongs{"with", ActVerb::retry}, Belongs{"payload", ActVerb::signal},
                              Belongs{"outputs", ActVerb::done, ActVerb::skip, ActVerb::resolve}};

std::string fitting_kind(ActVerb verb) {
  switch (verb) {
    case ActVerb::approve:
    case ActVerb::reject: return "approve";
    case ActVerb::decide: return "decide";
    case ActVerb::done: return "manual";
    case ActVerb::signal:
    case ActVerb::resolve:
    case ActVerb::retry:
    case ActVerb::skip:
    case ActVerb::pause:
    case ActVerb::resume:
    case ActVerb::cancel:
    case ActVerb::undo: break;
  }
  return "";
}

bool is_kind(const Step& step, std::string_view kind) {
  if (kind == "approve") return step.kind == StepKind::approve;
  if (kind == "decide") return step.kind == StepKind::decide;
  return kind != "manual" || step.kind == StepKind::manual;
}

}  // namespace

std::string_view name_of(ActVerb verb) {
  switch (verb) {
    case ActVerb::approve: return "approve";
    case ActVerb::reject: return "reject";
    case ActVerb::decide: return "decide";
    case ActVerb::done: return "done";
    case ActVerb::signal: return "signal";
    case ActVerb::resolve: return "resolve";
    case ActVerb::retry: return "retry";
    case ActVerb::skip: return "skip";
    case ActVerb::pause: return "pause";
    case ActVerb::resume: return "resume";
    case ActVerb::cancel: return "cancel";
    case ActVerb::undo: return "undo";
  }
  return "";
}

Act TestReader::read_act(const Node& node, const Table& table) {
  const Fields fields(node, table, report_);
  Act act;
  act.at = node.at;
  int verbs = 0;
  for (const ActVerb verb : kVerbs) {
    if (!fields.has(name_of(verb))) continue;
    verbs += 1;
    act.verb = verb;
    read_target(fields, name_of(verb), act);
  }
  if (verbs != 1 && !fields.has_unknown()) {
    report_.error(place_of(node),
                  verbs == 0 ? "this says not what is done" : "this says more than one thing to do",
                  "write one act, as in  {approve: STEP, by: ana, after: 20s}");
  }
  act.who = fields.has("by") ? fields.text("by") : "somebody";
  act.groups = fields.texts("groups");
  act.say = fields.text("say");
  act.option = fields.text("option");
  act.as = fields.text("as");
  act.kills = fields.text("cancel") == "kill";
  act.outputs = constants_of(fields, "outputs");
  act.with = constants_of(fields, "with");
  if (const Node* payload = fields.get("payload")) act.payload = constant_of(*payload, "payload");
  if (fields.get("refused") != nullptr) act.refused = fields.text("refused");
  act.is_from_start = fields.has("at");
  act.delay = fields.duration(act.is_from_start ? "at" : "after").value_or(Duration::zero());
  if (verbs == 1) check_act(fields, act);
  return act;
}

void TestReader::read_target(const Fields& fields, std::string_view verb, Act& act) {
  const Node* node = fields.get(verb);
  if (node == nullptr) return;
  const std::string kind = fitting_kind(act.verb);
  const bool names_step = !kind.empty() || act.verb == ActVerb::resolve ||
                          act.verb == ActVerb::retry || act.verb == ActVerb::skip;
  if (act.verb == ActVerb::signal) act.step = node->text;
  if (!names_step) return;
  act.step = address_of(node->text, place_of(*node));
  if (act.step.empty() || is_kind(step_at(act.step), kind)) return;
  report_.error(place_of(*node),
                "`" + act.step + "` is no `" + kind + ":` step, so nobody can " +
                    (act.verb == ActVerb::done ? std::string("confirm") : std::string(verb)) +
                    " it",
                "name such a step; `rung plan` shows them");
}

void TestReader::check_act(const Fields& fields, const Act& act) {
  for (const Belongs& one : kBelongs) {
    const bool fits = act.verb == one.verb || act.verb == one.or_verb || act.verb == one.or_else;
    if (fits || !fields.has(one.key)) continue;
    report_.error(fields.place(one.key),
                  "`" + std::string(one.key) + "` has no meaning with `" +
                      std::string(name_of(act.verb)) + "`",
                  "remove it");
  }
  if (act.verb == ActVerb::resolve && act.as.empty() && !fields.has("as")) {
    report_.error(place_of(fields.map()), "this says not what became of the step",
                  "add  as: done  or  as: not-done  or  as: failed");
  }
  if (act.verb == ActVerb::decide && !act.step.empty()) {
    const auto options = step_at(act.step).decide.options;
    std::vector<std::string_view> names;
    std::string all;
    for (const auto& [name, meaning] : options) {
      names.push_back(name);
      all += (all.empty() ? "" : ", ") + name;
    }
    const bool is_known = std::find(names.begin(), names.end(), act.option) != names.end();
    if (!is_known) {
      report_.error(fields.has("option") ? fields.place("option") : place_of(fields.map()),
                    act.option.empty() ? "this says not which option is chosen"
                                       : act.step + " has no option `" + act.option + "`",
                    "write  option: " + (names.size() > 1 ? "one of " + all : all));
    }
  }
  if (fields.has("at") && fields.has("after")) {
    report_.error(fields.place("at"), "`at` and `after` are two ways to say when",
                  "keep `after`, counted from when it can be done, or `at`, from the beginning");
  }
}

}  // namespace rung::runbooks
