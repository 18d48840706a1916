#include "runbooks/step_reader.h"

#include "runbooks/check_reader.h"
#include "runbooks/lock_reader.h"
#include "runbooks/loop_reader.h"
#include "runbooks/people_reader.h"
#include "runbooks/script_reader.h"
#include "runbooks/shared_env.h"
#include "runbooks/two_phase_reader.h"
#include "runbooks/value_reader.h"
#include "runbooks/verify_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

constexpr Duration kDefaultTimeout = std::chrono::minutes(5);
constexpr unsigned kActions = kind_shell | kind_command | kind_http | kind_uses;

Retry read_retry(const Fields& fields, Report& report) {
  Retry retry{3, std::chrono::seconds(1), std::chrono::seconds(30), {}};
  retry.attempts = static_cast<std::int32_t>(fields.integer("attempts").value_or(retry.attempts));
  retry.delay = fields.duration("delay").value_or(retry.delay);
  retry.max_delay = fields.duration("max_delay").value_or(std::max(retry.max_delay, retry.delay));
  for (const auto& name : fields.texts("errors")) {
    if (const auto error_class = parse_error_class(name)) retry.errors.push_back(*error_class);
  }
  if (retry.max_delay < retry.delay) {
    report.error(fields.place("max_delay"), "`max_delay` is shorter than `delay`",
                 "write  max_delay: " + to_string(retry.delay) + "  or more");
  }
  return retry;
}

// A branch of `choose`: a group of its own that is taken or skipped.
DraftStep read_branch(const Node& node, std::size_t number, bool is_last, const Reading& reading) {
  static const Key* const kChoose = step_table().find("choose");
  const Fields fields(node, *kChoose->table, reading.report);
  DraftStep branch;
  branch.node = &node;
  branch.place = place_of(node);
  branch.kind_bit = kind_steps;
  branch.step.kind = StepKind::group;
  branch.step.at = node.at;
  branch.label = fields.has("otherwise") ? "otherwise" : std::to_string(number);
  ValueReader values(reading.report, branch.uses);
  if (const Node* when = fields.get("when")) branch.step.when = values.condition(*when, "when", {});
  if (fields.has_unknown()) {
    // Reported already, and probably the word that is missing.
  } else if (fields.has("when") == fields.has("otherwise")) {
    reading.report.error(branch.place,
                         fields.has("when") ? "a branch has both `when` and `otherwise`"
                                            : "a branch says neither `when` nor `otherwise`",
                         "write  {when: CONDITION, steps: [...]}  or, for the last one,  "
                         "{otherwise: true, steps: [...]}");
  } else if (fields.has("otherwise") && !fields.boolean("otherwise")) {
    reading.report.error(fields.place("otherwise"), "`otherwise: false` is never taken",
                         "write  otherwise: true  or remove the branch");
  } else if (fields.has("otherwise") && !is_last) {
    reading.report.error(fields.place("otherwise"),
                         "the branches after `otherwise` are never taken", "move it to the end");
  }
  const Node* list = fields.get("steps");
  if (list == nullptr) return branch;
  if (list->items.empty()) {
    reading.report.error(fields.place("steps"), "`steps` is an empty list",
                         "add a step, or remove the branch");
  }
  branch.children = read_steps(*list, reading);
  return branch;
}

// Reads one step: what it is, then what every step may have.
class StepReader {
 public:
  StepReader(const Node& node, const Table& table, const Reading& reading)
      : node_(node), reading_(reading), fields_(node, table, reading.report) {
    draft_.node = &node;
    draft_.place = place_of(node);
    draft_.step.at = node.at;
  }

  DraftStep read() {
    choose_kind();
    check_applicable();
    read_common();
    if (draft_.kind_bit != 0) read_kind();
    read_limits();
    if (fields_.has("undo")) read_undo();
    if (const Node* before = fields_.get("before")) read_before(*before);
    if (const Node* probe = fields_.get("probe")) read_probe(*probe);
    return std::move(draft_);
  }

  // `undo:` of the step `undone`.
  DraftStep read_as_undo(const DraftStep& undone) {
    draft_.step.undoes = StepIndex{};  // its number is known when the plan is unfolded
    draft_.step.id = "";
    choose_kind();
    check_applicable();
    draft_.step.title = fields_.text("title");
    draft_.step.phase = undone.step.phase;
    if (draft_.kind_bit != 0) read_kind();
    read_limits();
    return std::move(draft_);
  }

 private:
  Report& report() const { return reading_.report; }
  std::string name() const {
    return draft_.step.id.empty() ? "this step" : "step `" + draft_.step.id + "`";
  }

  void choose_kind() {
    draft_.step.id = fields_.text("id");
    if (const Node* id = fields_.get("id")) draft_.place = place_of(*id);
    std::vector<const StepWord*> found;
    for (const auto& word : step_words()) {
      if (fields_.has(word.key)) found.push_back(&word);
    }
    if (found.size() == 1) {
      draft_.kind_bit = found.front()->bit;
      return;
    }
    draft_.is_flawed = true;
    if (found.size() > 1) {
      const std::string first(found[0]->key);
      const std::string second(found[1]->key);
      report().error(fields_.place(second),
                     name() + " has both `" + first + "` and `" + second + "`",
                     "a step does one thing: make them two steps");
      return;
    }
    // An unknown key was reported already and is probably the word that is missing.
    if (fields_.has_unknown() || node_.is_broken) return;
    report().error(
        draft_.place, name() + " does nothing",
        "add one of shell, command, http, uses, set, fail, wait, approve, manual, decide, steps, "
        "parallel, choose, runbook, two_phase, verify, lua");
  }

  void check_applicable() {
    if (draft_.kind_bit == 0) return;
    std::string kind;
    for (const auto& word : step_words()) {
      if (word.bit == draft_.kind_bit) kind = word.key;
    }
    for (const auto& member : fields_.map().members) {
      const Key* key = fields_.table().find(member.key);
      if (key == nullptr || (key->kinds & draft_.kind_bit) != 0) continue;
      std::string fits;
      for (const auto& word : step_words()) {
        if ((key->kinds & word.bit) != 0)
          fits += (fits.empty() ? "" : ", ") + std::string(word.key);
      }
      const bool is_input = draft_.kind_bit == kind_uses || draft_.kind_bit == kind_http;
      report().error(
          place_of(member),
          "`" + member.key + "` means nothing beside `" + kind + "`; it goes with " + fits,
          is_input && member.key != "with"
              ? "remove it; what the action takes stands in `" +
                    std::string(is_input && draft_.kind_bit == kind_http ? "http" : "with") + "`"
              : "remove it");
    }
  }

  void read_common() {
    Step& step = draft_.step;
    step.title = fields_.text("title");
    step.phase = fields_.text("phase");
    step.modes = fields_.texts("modes");
    ValueReader values(report(), draft_.uses);
    if (const Node* when = fields_.get("when")) step.when = values.condition(*when, "when", {});
    if (const Node* needs = fields_.get("needs")) {
      for (const auto& item : needs->items) draft_.needs.push_back({item.text, place_of(item)});
    }
    read_tolerance();
    step.is_unpinned = fields_.boolean("unpinned");
    if (fields_.has("point_of_no_return"))
      step.point_of_no_return = fields_.text("point_of_no_return");
    step.how_to_tell = fields_.text("how_to_tell");
    const auto in_doubt = fields_.text("in_doubt");
    if (!in_doubt.empty()) step.in_doubt = in_doubt == "ask" ? InDoubt::ask : InDoubt::retry;
    step.undo_on = fields_.texts("undo_on");
  }

  void read_tolerance() {
    const auto reason = fields_.text("tolerate");
    if (reason.empty()) return;
    if (reason == "true" || reason == "false" || reason == "yes" || reason == "no") {
      report().error(place_of(*fields_.get("tolerate")),
                     "`tolerate` needs the reason, for the report",
                     "write  tolerate: \"the cache fills itself again\"");
      return;
    }
    draft_.step.tolerate = reason;
  }

  void read_kind() {
    Step& step = draft_.step;
    ValueReader values(report(), draft_.uses);
    if ((draft_.kind_bit & kActions) != 0) {
      step.kind = StepKind::action;
      step.action = read_action(fields_, reading_, draft_);
      return;
    }
    switch (draft_.kind_bit) {
      case kind_set: return read_set();
      case kind_fail:
        step.kind = StepKind::fail;
        if (const Node* node = fields_.get("fail"))
          step.fail = values.read(*node, {"fail", {}, Type::string, true});
        return;
      case kind_wait:
        step.kind = StepKind::wait;
        if (const Node* node = fields_.get("wait")) read_wait(*node, fields_, reading_, draft_);
        return;
      case kind_approve:
        step.kind = StepKind::approve;
        if (const Node* node = fields_.get("approve"))
          read_approve(*node, fields_, report(), draft_);
        return;
      case kind_manual:
        step.kind = StepKind::manual;
        if (const Node* node = fields_.get("manual")) read_manual(*node, fields_, report(), draft_);
        return;
      case kind_decide:
        step.kind = StepKind::decide;
        if (const Node* node = fields_.get("decide")) read_decide(*node, fields_, report(), draft_);
        return;
      case kind_choose: return read_choice();
      case kind_runbook: return read_child();
      case kind_two_phase:
        if (const Node* node = fields_.get("two_phase"))
          read_two_phase(*node, *fields_.table().find("two_phase")->table, reading_, draft_);
        return;
      case kind_verify:
        read_policy();
        if (const Node* node = fields_.get("verify"))
          read_verify(*node, reading_inside(draft_.uses), draft_);
        return;
      case kind_lua:
        read_policy();
        if (const Node* node = fields_.get("lua")) read_script(*node, fields_, reading_, draft_);
        return;
      default: return read_group();
    }
  }

  void read_choice() {
    Step& step = draft_.step;
    step.kind = StepKind::group;
    step.is_choice = true;
    read_policy();
    const Reading inside = reading_inside(draft_.uses);
    const Node* list = fields_.get("choose");
    if (list == nullptr) return;
    if (list->items.empty())
      report().error(fields_.place("choose"), "`choose` is an empty list", "add a branch");
    for (std::size_t n = 0; n < list->items.size(); ++n) {
      if (list->items[n].kind != Node::Kind::map) continue;
      draft_.children.push_back(
          read_branch(list->items[n], n + 1, n + 1 == list->items.size(), inside));
    }
  }

  // Its steps are read with its own file, when all else here has been.
  void read_child() {
    Step& step = draft_.step;
    step.kind = StepKind::group;
    step.child = ChildSpec{};
    read_policy();
    ExpressionUses uses;
    if (const Node* with = fields_.get("with"))
      step.child->with = ValueReader(report(), uses).read_map(*with, {"with", {}});
    if (const Node* file = fields_.get("runbook")) draft_.child = {file->text, place_of(*file)};
    read_loop_of(uses);
  }

  void read_policy() {
    const auto policy = fields_.text("on_failure");
    if (policy.empty()) return;
    draft_.step.on_failure = policy == "fail"       ? OnFailure::fail
                             : policy == "undo_run" ? OnFailure::undo_run
                                                    : OnFailure::pause;
    if (!draft_.step.tolerate) return;
    report().error(
        fields_.place("on_failure"),
        "`on_failure` beside `tolerate`: a failure that is tolerated means nothing for the run",
        "remove one of the two");
  }

  void read_set() {
    draft_.step.kind = StepKind::set;
    const Node* node = fields_.get("set");
    if (node == nullptr) return;
    for (const auto& member : node->members) {
      if (is_engine_member(member.key)) {
        report().error(place_of(member),
                       "`" + member.key + "` belongs to the engine in `steps.<id>`",
                       "call it something else, such as my_" + member.key);
      } else {
        Node name;
        name.text = member.key;
        name.at = member.at;
        check_name(name, "set", report());
      }
    }
    draft_.step.set = ValueReader(report(), draft_.uses).read_map(*node, {"set", {}});
  }

  // As what stands in this group is read: with its variables for the commands in it.
  Reading reading_inside(ExpressionUses& uses) const {
    Reading inside = reading_;
    if (const Node* env = fields_.get("env")) inside.env = read_shared_env(*env, reading_, uses);
    return inside;
  }

  void read_group() {
    Step& step = draft_.step;
    ExpressionUses uses;
    const Reading inside = reading_inside(uses);
    step.kind = StepKind::group;
    step.is_parallel = draft_.kind_bit == kind_parallel;
    step.cancel_others = fields_.boolean("cancel_others");
    read_policy();
    const char* key = step.is_parallel ? "parallel" : "steps";
    const Node* list = fields_.get(key);
    if (list == nullptr) return;
    if (list->items.empty()) {
      report().error(fields_.place(key), std::string("`") + key + "` is an empty list",
                     "add a step, or remove the group");
    }
    draft_.children = read_steps(*list, inside);
    if (step.is_parallel) check_no_needs();
    read_finally(inside);
    read_loop_of(uses);
  }

  void read_finally(const Reading& inside) {
    const Node* list = fields_.get("finally");
    if (list == nullptr) return;
    if (list->items.empty()) {
      report().error(fields_.place("finally"), "`finally` is an empty list",
                     "add a step, or remove it");
    }
    DraftStep last;
    last.node = list;
    last.place = fields_.place("finally");
    last.kind_bit = kind_steps;
    last.label = "finally";
    last.step.kind = StepKind::group;
    last.step.at = list->at;
    last.children = read_steps(*list, inside);
    draft_.finally.push_back(std::move(last));
  }

  // `uses` belong to the group that is repeated.
  void read_loop_of(const ExpressionUses& uses) {
    const Node* loop = fields_.get("for_each");
    if (loop != nullptr)
      read_loop(*loop, *fields_.table().find("for_each")->table, report(), draft_);
    ExpressionUses& owner = loop != nullptr ? draft_.children.front().uses : draft_.uses;
    owner.insert(owner.end(), uses.begin(), uses.end());
    // Of a loop as a whole.
    if (const Node* locks = fields_.get("locks"))
      draft_.step.locks = read_locks(*locks, report(), draft_.uses);
  }

  void check_no_needs() {
    for (const auto& child : draft_.children) {
      if (child.needs.empty()) continue;
      report().error(child.needs.front().place,
                     "the steps of `parallel` start together and need nothing",
                     "write `steps:` instead of `parallel:` where some wait for others");
    }
  }

  void read_limits() {
    Step& step = draft_.step;
    const auto& project = reading_.project;
    if ((draft_.kind_bit & (kActions | kind_lua)) == 0) {
      // Waiting for people and signals has no limit of its own unless somebody states one.
      if (step.timeout == Duration::zero())
        step.timeout = fields_.duration("timeout").value_or(Duration::zero());
      return;
    }
    step.timeout = fields_.duration("timeout").value_or(project.timeout.value_or(kDefaultTimeout));
    const auto all = fields_.duration("step_timeout");
    step.step_timeout = all.value_or(project.step_timeout.value_or(Duration::zero()));
    if (all && fields_.has("timeout") && *all < step.timeout) {
      report().error(
          fields_.place("step_timeout"),
          "`step_timeout` (all attempts) is shorter than `timeout` (each attempt)",
          "write  step_timeout: " + to_string(step.timeout) + "  or more, or a shorter timeout");
    }
    step.leftovers = fields_.has("leftovers") ? fields_.text("leftovers") : project.leftovers;
    if (step.leftovers.empty()) step.leftovers = "allow";
    if (const Node* retry = fields_.get("retry")) {
      step.retry =
          read_retry(Fields(*retry, *fields_.table().find("retry")->table, report()), report());
    }
  }

  void read_undo() {
    const Node* node = fields_.get("undo");
    if (node == nullptr) return;
    if (node->kind == Node::Kind::scalar) {
      draft_.step.undo_none = true;
      if (!fields_.has("undo_on")) return;
      report().error(fields_.place("undo_on"), "`undo_on` beside `undo: none`",
                     "remove one of the two");
      return;
    }
    draft_.undo.push_back(StepReader(*node, action_table(), reading_).read_as_undo(draft_));
  }

  // A step of its own that only reads, wanted where this one is.
  void read_before(const Node& node) {
    const Fields fields(node, check_table(), report());
    DraftStep look;
    look.node = &node;
    look.place = fields_.place("before");
    look.step.at = node.at;
    look.step.title = fields.text("title");
    look.step.phase = draft_.step.phase;
    look.step.when = draft_.step.when;
    look.step.modes = draft_.step.modes;
    look.step.timeout = look_timeout(fields);
    look.step.in_doubt = InDoubt::retry;
    look.step.undo_none = true;
    if (read_check(fields, reading_, look)) draft_.before.push_back(std::move(look));
  }

  void read_probe(const Node& node) {
    const Fields fields(node, action_table(), report());
    for (const std::string_view key : {"retry", "step_timeout", "title"}) {
      if (fields.has(key)) {
        report().error(fields.place(key), "a probe has no `" + std::string(key) + "`", "remove it");
      }
    }
    const auto words = std::count_if(step_words().begin(), step_words().end(),
                                     [&](const StepWord& word) { return fields.has(word.key); });
    if (words != 1) {
      report().error(fields_.place("probe"), "a probe is one of shell, command, http and uses",
                     "write  probe: {command: [./is-done.sh]}");
      return;
    }
    draft_.step.probe = read_action(fields, reading_, draft_);
  }

  const Node& node_;
  const Reading& reading_;
  Fields fields_;
  DraftStep draft_;
};

}  // namespace

std::vector<DraftStep> read_steps(const Node& list, const Reading& reading) {
  std::vector<DraftStep> steps;
  for (const auto& item : list.items) {
    if (item.kind == Node::Kind::map)
      steps.push_back(StepReader(item, step_table(), reading).read());
  }
  return steps;
}

}  // namespace rung::runbooks
