#include "runbooks/keys.h"

#include <algorithm>
#include <utility>

// The keys of a step.
namespace rung::runbooks {
namespace {

constexpr unsigned kCommands = kind_shell | kind_command;
constexpr unsigned kActions = kCommands | kind_http | kind_uses;
constexpr unsigned kWaits = kind_wait | kind_approve | kind_manual;
constexpr unsigned kLists = kind_steps | kind_parallel;
constexpr unsigned kGroups = kLists | kind_choose | kind_runbook | kind_verify | kind_lua;

const Table& retry_table() {
  static const Table table{
      "retry",
      {{"attempts", Shape::integer, "How often in all: 3."},
       {"delay", Shape::duration, "Before the second attempt, then doubling: 1s."},
       {"max_delay", Shape::duration, "The longest delay: 30s."},
       {"errors",
        Shape::choices,
        "Only after errors of these classes.",
        nullptr,
        {"network", "timeout", "auth", "quota", "not_found", "conflict", "invalid", "refused",
         "unavailable", "internal"}}},
      {},
      {{"max_attempts", "attempts"},
       {"count", "attempts"},
       {"times", "attempts"},
       {"limit", "attempts"},
       {"backoff", "delay"},
       {"interval", "delay"},
       {"on", "errors"}}};
  return table;
}

const Table& wait_table() {
  static const Table table{
      "wait",
      {{"signal", Shape::name, "Until `rung signal RUN NAME` comes."},
       {"at", Shape::written, "Until a time of day (\"02:30\") or a point in time (RFC 3339)."},
       {"timezone", Shape::text,
        "Of a time of day, as in Europe/Berlin; UTC where it is not given."},
       {"check", Shape::table, "Until what this action sees is as it should be.", &check_table()},
       {"until", Shape::condition, "What must hold of the check's outputs, by their bare names."},
       {"hold", Shape::duration, "So long without interruption: 30m."},
       {"every", Shape::duration, "From one look to the next: 10s."},
       {"timeout", Shape::duration, "How long to wait; a check must have one."},
       {"on_timeout",
        Shape::choice,
        "What is done then: fail.",
        nullptr,
        {"fail", "pause", "continue"}}},
      {},
      {{"duration", "wait: 30s"},
       {"for", "wait: 30s"},
       {"seconds", "wait: 30s"},
       {"tz", "timezone"},
       {"interval", "every"},
       {"poll", "every"},
       {"within", "timeout"},
       {"stable", "hold"},
       {"expect", "until"}}};
  return table;
}

const Table& escalate_table() {
  static const Table table{
      "escalate",
      {{"after", Shape::duration, "How long nobody has answered by then: 5m.", nullptr, {}, true},
       {"to",
        Shape::texts,
        "Who is asked too and may answer from then on, names from `people:`.",
        nullptr,
        {},
        true}},
      {},
      {{"people", "to"}, {"who", "to"}, {"by", "to"}, {"timeout", "after"}}};
  return table;
}

// Of everything that waits for a person.
Key remind_key() {
  return {"remind", Shape::duration, "How often people are reminded while it waits: 10m."};
}
Key escalate_key() {
  return {"escalate", Shape::table, "Who is asked too when nobody answers.", &escalate_table()};
}

const Table& approve_table() {
  static const Table table{
      "approve",
      {{"ask", Shape::written, "The question, as the person reads it.", nullptr, {}, true},
       {"show", Shape::values, "Facts shown beside the question: name and value."},
       {"by", Shape::texts, "Who may decide, names from `people:`. Without it anybody confirms."},
       {"count", Shape::integer, "How many different people must approve: 1."},
       {"each", Shape::texts,
        "Instead of by and count: one person for each of these names, nobody for two."},
       remind_key(),
       escalate_key(),
       {"timeout", Shape::duration,
        "How long the question stays open; must be stated here or beside."},
       {"on_timeout",
        Shape::choice,
        "What silence means.",
        nullptr,
        {"reject", "approve", "pause", "fail"},
        true},
       {"on_reject",
        Shape::choice,
        "What a no means: cancel.",
        nullptr,
        {"cancel", "undo_run", "continue"}}},
      {},
      {{"message", "ask"},
       {"text", "ask"},
       {"question", "ask"},
       {"approvers", "by"},
       {"who", "by"}}};
  return table;
}

const Table& manual_table() {
  static const Table table{"manual",
                           {{"do", Shape::written, "What the person does.", nullptr, {}, true},
                            {"checklist", Shape::texts, "Points to confirm one by one."},
                            {"by", Shape::texts, "Who does it, names from `people:`."},
                            {"outputs", Shape::types, "What the person reports: {ticket: string}."},
                            {"timeout", Shape::duration, "How long it may take."},
                            remind_key(),
                            escalate_key(),
                            {"on_timeout",
                             Shape::choice,
                             "What happens then: pause.",
                             nullptr,
                             {"pause", "fail", "continue"}}},
                           {},
                           {{"text", "do"},
                            {"instruction", "do"},
                            {"instructions", "do"},
                            {"ask", "do"},
                            {"steps", "checklist"}}};
  return table;
}

const Table& decide_table() {
  static const Table table{
      "decide",
      {{"ask", Shape::written, "The question, as the person reads it.", nullptr, {}, true},
       {"options",
        Shape::values,
        "Name and meaning of each: {repair: \"Wait for the disk\"}.",
        nullptr,
        {},
        true},
       {"default", Shape::name, "The option that is taken when nobody has decided."},
       {"after", Shape::duration, "How long to wait until then: 3m."},
       {"by", Shape::texts, "Who may decide, names from `people:`. Without it anybody."},
       remind_key(),
       escalate_key()},
      {},
      {{"message", "ask"},
       {"question", "ask"},
       {"text", "ask"},
       {"choices", "options"},
       {"timeout", "after"},
       {"on_timeout", "default"},
       {"who", "by"}}};
  return table;
}

const Table& loop_table() {
  static const Table table{
      "for_each",
      {{"item", Shape::name, "The name by which the steps see the item.", nullptr, {}, true},
       {"in", Shape::value, "A list, or a map (items are then {key, value}).", nullptr, {}, true},
       {"key", Shape::written,
        "What the item is called in addresses, unique: \"{{ tier.name }}\"."},
       {"max_parallel", Shape::integer, "How many items at once: 1."},
       {"tolerate", Shape::integer, "So many items may fail without stopping the rest: 0."},
       {"only_if", Shape::condition, "Only the items for which this holds; others are skipped."}},
      {},
      {{"as", "item"},
       {"var", "item"},
       {"loop_var", "item"},
       {"items", "in"},
       {"list", "in"},
       {"of", "in"},
       {"when", "only_if"},
       {"if", "only_if"},
       {"parallel", "max_parallel"},
       {"concurrency", "max_parallel"},
       {"id", "key"}}};
  return table;
}

const Table& participant_table() {
  static const Table table{
      "participant",
      {{"uses",
        Shape::text,
        "The action that can prepare and then commit: postgres.transaction.",
        nullptr,
        {},
        true},
       {"target", Shape::written, "The connection of rung.yaml that it works on."},
       {"with", Shape::values, "Its inputs: {sql: [...], params: [[...]]}."},
       {"expect", Shape::condition,
        "What must hold of its outputs, by their bare names, else nothing is committed: "
        "affected[1] == 1."}},
      {},
      {{"connection", "target"}, {"action", "uses"}, {"args", "with"}, {"params", "with"}}};
  return table;
}

const Table& two_phase_table() {
  static const Table table{
      "two_phase",
      {{"prepare_within", Shape::duration,
        "How long all together may take to prepare, before nothing is done: 30s."},
       {"participants",
        Shape::named,
        "What is committed together, by name.",
        &participant_table(),
        {},
        true}},
      {},
      {{"timeout", "prepare_within"}, {"within", "prepare_within"}, {"steps", "participants"}}};
  return table;
}

// long: the table of the keys that every form of action takes.
std::vector<Key> action_keys() {
  return {
      {"shell", Shape::text,
       "A script for bash --noprofile --norc -euo pipefail. Values go in by env."},
      {"command", Shape::list,
       "A program and its arguments, without a shell: [./warm.sh, --fast]."},
      {"http", Shape::values, "An HTTP request: {method: GET, url: \"...\"}."},
      {"uses", Shape::text, "An action by its name: http.get."},
      {"with",
       Shape::values,
       "The inputs of the action or the runbook.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kind_uses | kind_runbook},
      {"target",
       Shape::written,
       "The connection of rung.yaml that it works on: \"{{ sites[inputs.to].db }}\".",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kind_uses | kind_http},
      {"env",
       Shape::values,
       "Environment variables of the command; of a group: of every command in it.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kCommands | kLists | kind_choose | kind_verify},
      {"stdin",
       Shape::value,
       "What the command reads from its standard input.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kCommands},
      {"files",
       Shape::values,
       "Variable and content: the command finds the path of a private file in the variable.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kCommands},
      {"cwd",
       Shape::written,
       "The working directory; it begins at the runbook's folder, which is the default.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kCommands},
      {"interpreter",
       Shape::texts,
       "Runs the script instead of bash: [python3, -u].",
       nullptr,
       {},
       false,
       true,
       Shape::text,
       {},
       kind_shell},
      {"outputs",
       Shape::types,
       "What the step gives to later ones: {bytes: size}.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kActions | kind_lua},
      {"expect",
       Shape::condition,
       "What must hold of the outputs, by their bare names: exit_code == 0.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kActions},
      {"timeout",
       Shape::duration,
       "Of each attempt, in a script of each action: 5m. For people and signals: how long to wait.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kActions | kWaits | kind_lua},
      {"step_timeout",
       Shape::duration,
       "Of all attempts and delays together.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kActions},
      {"retry",
       Shape::table,
       "How often and when to try again.",
       &retry_table(),
       {},
       false,
       false,
       Shape::text,
       {},
       kActions},
      {"leftovers",
       Shape::choice,
       "What to do with processes that the command leaves behind.",
       nullptr,
       {"allow", "kill", "fail"},
       false,
       false,
       Shape::text,
       {},
       kCommands | kind_lua},
      {"unpinned",
       Shape::boolean,
       "Do not pin the files that the step names: they may change during a run.",
       nullptr,
       {},
       false,
       false,
       Shape::text,
       {},
       kCommands | kind_lua},
  };
}

std::vector<std::pair<std::string_view, std::string_view>> foreign_words() {
  return {{"run", "shell"},
          {"script", "shell"},
          {"sh", "shell"},
          {"bash", "shell"},
          {"cmd", "command"},
          {"exec", "command"},
          {"argv", "command"},
          {"if", "when"},
          {"only_if", "when"},
          {"name", "id"},
          {"depends_on", "needs"},
          {"dependencies", "needs"},
          {"after", "needs"},
          {"requires", "needs"},
          {"description", "title"},
          {"retries", "retry"},
          {"environment", "env"},
          {"connection", "target"},
          {"args", "with"},
          {"params", "with"},
          {"action", "uses"},
          {"ignore_errors", "tolerate"},
          {"continue_on_error", "tolerate"},
          {"compensate", "undo"},
          {"rollback", "undo"},
          {"approval", "approve"},
          {"sleep", "wait"},
          {"pause", "wait"},
          {"switch", "choose"},
          {"abort_if", "abort_if: of the runbook, beside `steps`"},
          {"foreach", "for_each"},
          {"loop", "for_each"},
          {"with_items", "for_each"},
          {"tasks", "steps"}};
}

Table make_action_table() {
  Table table{"action", action_keys(), {"lua", "runbook"}, foreign_words()};
  table.keys.push_back({"title", Shape::text, "What it does, for screens."});
  return table;
}

// The table names itself (groups hold steps), so its address must be known before its content.
Table& step_table_storage() {
  static Table table;
  return table;
}

void add_step_words(std::vector<Key>& keys);

const Table& branch_table() {
  static const Table table{
      "branch",
      {{"when", Shape::condition, "Takes this branch if it holds, and no branch before it did."},
       {"otherwise", Shape::boolean,
        "true: takes this branch if no other was taken; the last one."},
       {"steps", Shape::tables, "What is done then.", &step_table_storage(), {}, true}},
      {},
      {{"if", "when"},
       {"case", "when"},
       {"else", "otherwise"},
       {"default", "otherwise"},
       {"then", "steps"},
       {"do", "steps"}}};
  return table;
}

Table make_step_table() {
  Table table{"step", {}, {}, foreign_words()};
  table.later = {"failover", "backup", "scale", "accept_split_brain_risk", "triggers"};
  table.keys = {
      {"id",
       Shape::name,
       "The step's name, unique in the file: small letters, digits and _.",
       nullptr,
       {},
       true},
      {"title", Shape::text, "What it does, for screens."},
      {"when", Shape::condition, "Only if this holds; else the step is skipped."},
      {"modes", Shape::names, "Only in these modes of the run: [unplanned]; else it is skipped."},
      {"needs", Shape::names,
       "Steps of the same list that must have ended well. Makes the list a graph."},
      {"phase",
       Shape::choice,
       "The part of the recovery that it belongs to, for the report.",
       nullptr,
       {"detect", "wait", "fence", "promote", "repoint", "verify"}},
  };
  for (auto& key : action_keys()) table.keys.push_back(std::move(key));
  add_step_words(table.keys);
  return table;
}

void add_group_words(std::vector<Key>& keys) {
  const auto add = [&](Key key, unsigned kinds) {
    key.kinds = kinds;
    keys.push_back(std::move(key));
  };
  add({"steps", Shape::tables, "A group: steps in order, or as a graph with needs.",
       &step_table_storage()},
      ~0u);
  add({"parallel", Shape::tables, "A group whose steps start together.", &step_table_storage()},
      ~0u);
  add({"runbook", Shape::text,
       "The steps of another runbook, as a part of this run: ./fence.yaml. Its inputs by with."},
      ~0u);
  add({"lua", Shape::text,
       "A durable script: local x = action(\"http.get\", {url = inputs.url}) ... return {n = "
       "x.json.n}"},
      ~0u);
  add({"choose", Shape::tables, "Of several branches the first whose condition holds.",
       &branch_table()},
      ~0u);
  add({"verify", Shape::table, "Looks until all its checks are good, or the time is over.",
       &verify_table()},
      ~0u);
  add({"for_each", Shape::table, "Does the steps once for each item of a list.", &loop_table()},
      kLists | kind_runbook);
  add({"locks", Shape::entries,
       "What no other group or run uses meanwhile; taken at its begin: [\"lb:web\"].",
       &lock_table()},
      kLists | kind_runbook);
  add({"finally", Shape::tables,
       "Steps that run when the group has begun and is over, however it ended.",
       &step_table_storage()},
      kLists);
  add({"cancel_others", Shape::boolean, "A failing step of the group cancels those that run."},
      kLists);
  add({"on_failure",
       Shape::choice,
       "What a step that fails in this group means for the run.",
       nullptr,
       {"pause", "fail", "undo_run"}},
      kGroups);
}

void add_step_words(std::vector<Key>& keys) {
  const unsigned effects = kActions | kind_manual | kind_two_phase;
  const auto add = [&](Key key, unsigned kinds) {
    key.kinds = kinds;
    keys.push_back(std::move(key));
  };
  add({"set", Shape::values, "Outputs computed by expressions: {started_by: \"{{ run.who }}\"}."},
      ~0u);
  add({"fail", Shape::written, "Ends the steps with this reason; finally still runs."}, ~0u);
  add({"wait",
       Shape::table,
       "For a time, a time of day or a signal: 30s.",
       &wait_table(),
       {},
       false,
       true,
       Shape::written},
      ~0u);
  add({"approve", Shape::table, "Asks people for consent.", &approve_table()}, ~0u);
  add({"manual", Shape::table, "Asks a person to do something.", &manual_table()}, ~0u);
  add({"decide", Shape::table, "Asks a person to choose one of several ways.", &decide_table()},
      ~0u);
  add({"two_phase", Shape::table, "A transaction over several databases: all commit, or none does.",
       &two_phase_table()},
      ~0u);
  add_group_words(keys);
  add({"tolerate", Shape::text, "The reason why the run may go on when this step fails."},
      kActions | kind_wait | kind_manual | kind_two_phase | kGroups);
  add({"undo",
       Shape::table,
       "The action that takes it back, or none.",
       &action_table(),
       {},
       false,
       true,
       Shape::choice,
       {"none"}},
      effects);
  add({"undo_on",
       Shape::choices,
       "After which outcomes undo applies: both.",
       nullptr,
       {"succeeded", "failed"}},
      effects);
  add({"point_of_no_return", Shape::text,
       "From here on the run is not undone; the text names the way back."},
      effects);
  add({"probe", Shape::table,
       "Looks whether the effect happened: exit 0 done, 1 not done, else unknown.",
       &action_table()},
      kActions);
  add({"before", Shape::table,
       "Looks at what the step is about to change; its undo reads it as self.before.",
       &check_table()},
      kActions);
  add({"in_doubt",
       Shape::choice,
       "When nobody can tell whether it happened: ask a person, or run it again.",
       nullptr,
       {"retry", "ask"}},
      kActions);
  add({"how_to_tell", Shape::text, "How a person finds out whether it happened."}, kActions);
}

}  // namespace

const std::vector<StepWord>& step_words() {
  static const std::vector<StepWord> words{{"shell", kind_shell},
                                           {"command", kind_command},
                                           {"http", kind_http},
                                           {"uses", kind_uses},
                                           {"set", kind_set},
                                           {"fail", kind_fail},
                                           {"wait", kind_wait},
                                           {"approve", kind_approve},
                                           {"manual", kind_manual},
                                           {"steps", kind_steps},
                                           {"parallel", kind_parallel},
                                           {"choose", kind_choose},
                                           {"decide", kind_decide},
                                           {"runbook", kind_runbook},
                                           {"two_phase", kind_two_phase},
                                           {"verify", kind_verify},
                                           {"lua", kind_lua}};
  return words;
}

const Table& action_table() {
  static const Table table = make_action_table();
  return table;
}

const Table& check_table() {
  static const Table table = [] {
    Table check{"check", {}, {"lua", "runbook"}, foreign_words()};
    for (auto& key : action_keys()) {
      static constexpr std::string_view kNot[] = {"expect", "step_timeout", "retry", "leftovers"};
      if (std::find(std::begin(kNot), std::end(kNot), key.name) != std::end(kNot)) continue;
      if (key.name == "timeout") key.doc = "Of each look: 30s.";
      check.keys.push_back(std::move(key));
    }
    return check;
  }();
  return table;
}

const Table& step_table() {
  static const bool is_made = (step_table_storage() = make_step_table(), true);
  static_cast<void>(is_made);
  return step_table_storage();
}

}  // namespace rung::runbooks
