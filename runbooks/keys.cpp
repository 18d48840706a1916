#include "runbooks/keys.h"

#include <algorithm>

namespace rung::runbooks {
namespace {

const Table& input_table() {
  static const Table table{
      "input",
      {{"type",
        Shape::choice,
        "What it holds.",
        nullptr,
        {"string", "int", "number", "bool", "duration", "size", "percent", "time", "list", "map",
         "enum", "site"},
        true},
       {"default", Shape::value,
        "Its value where none is given. Without it the input is required."},
       {"of", Shape::texts, "The choices of an enum: [small, large]."},
       {"doc", Shape::text, "What it is for, shown to whoever starts the run."}},
      {},
      {{"required", "default"},
       {"description", "doc"},
       {"choices", "of"},
       {"enum", "of"},
       {"values", "of"}}};
  return table;
}

const Table& requirement_table() {
  static const Table table{
      "requirement",
      {{"that", Shape::condition, "What must hold before the run begins.", nullptr, {}, true},
       {"say", Shape::written, "What is told where it does not.", nullptr, {}, true}},
      {},
      {{"message", "say"}, {"when", "that"}, {"if", "that"}}};
  return table;
}

const Table& objectives_table() {
  static const Table table{"objectives",
                           {{"rto", Shape::duration, "Recovery time objective: 5m."},
                            {"rpo", Shape::duration, "Recovery point objective: 30s."}}};
  return table;
}

const Table& pause_table() {
  static const Table table{
      "pause",
      {{"for", Shape::duration, "How long a pause after a failure may last: 30m."},
       {"then", Shape::choice, "What happens then: fail.", nullptr, {"fail", "undo_run", "cancel"}},
       {"remind", Shape::duration, "How often people are reminded while it lasts: 10m."}},
      {},
      {{"timeout", "for"}, {"after", "for"}, {"on_timeout", "then"}}};
  return table;
}

const Table& concurrency_table() {
  static const Table table{
      "concurrency",
      {{"key",
        Shape::written,
        "At most one run of this key goes on at a time: \"web-{{ inputs.from }}\".",
        nullptr,
        {},
        true},
       {"on_conflict",
        Shape::choice,
        "What becomes of a second run: it waits its turn, or is refused.",
        nullptr,
        {"queue", "reject"},
        true}},
      {},
      {{"group", "key"}, {"name", "key"}, {"policy", "on_conflict"}}};
  return table;
}

const Table& calendar_table() {
  static const Table table{
      "calendar",
      {{"from",
        Shape::text,
        "When it begins, by the clocks of the time zone: \"2026-12-20\", \"2026-12-20 18:00\", or "
        "of "
        "each day \"09:00\".",
        nullptr,
        {},
        true},
       {"to",
        Shape::text,
        "When it ends: \"2027-01-04\" (that day is within), \"2027-01-04 08:00\", or \"17:30\".",
        nullptr,
        {},
        true},
       {"weekdays", Shape::texts, "The days on which a part of a day is frozen: [mon, fri]."},
       {"timezone", Shape::text, "Whose clocks: Europe/Berlin. UTC."},
       {"say", Shape::text, "Why, for whoever is held up.", nullptr, {}, true},
       {"runbooks", Shape::texts, "Which runbooks do not begin, by their names: all."},
       {"except", Shape::texts, "Which runbooks begin all the same."},
       {"modes", Shape::names, "In which modes they do not begin: [planned, drill]."}},
      {},
      {{"start", "from"},
       {"begin", "from"},
       {"end", "to"},
       {"until", "to"},
       {"days", "weekdays"},
       {"tz", "timezone"},
       {"reason", "say"}}};
  return table;
}

const Table& secret_table() {
  static const Table table{
      "secret",
      {{"env", Shape::text, "The environment variable of the engine that holds it."},
       {"file", Shape::text, "The file that holds it, read when it is needed."}},
      {},
      {{"path", "file"}, {"value", "file"}}};
  return table;
}

const Table& person_table() {
  static const Table table{"person",
                           {{"users", Shape::texts, "Names of OS users."},
                            {"groups", Shape::texts, "Names of OS groups."},
                            {"notify", Shape::texts, "Channels of `notify:` that reach them."}},
                           {},
                           {{"user", "users"}, {"group", "groups"}, {"members", "users"}}};
  return table;
}

const Table& step_defaults_table() {
  static const Table table{
      "defaults.step",
      {{"timeout", Shape::duration, "Of each attempt, where a step does not say: 5m."},
       {"step_timeout", Shape::duration, "Of all attempts and delays together."},
       {"leftovers",
        Shape::choice,
        "What to do with processes that a command leaves behind.",
        nullptr,
        {"allow", "kill", "fail"}}}};
  return table;
}

const Table& defaults_table() {
  static const Table table{
      "defaults",
      {{"step", Shape::table, "For every step of the project.", &step_defaults_table()}}};
  return table;
}

const Table& connection_table() {
  static const Table table{"connection",
                           {{"uses",
                             Shape::text,
                             "Its kind, which says what other fields it has: http.",
                             nullptr,
                             {},
                             true}},
                           {},
                           {},
                           true};
  return table;
}

const Table& channel_table() {
  static const Table table{
      "channel",
      {{"uses", Shape::text, "Its kind: slack, pagerduty or webhook.", nullptr, {}, true}},
      {},
      {},
      true};
  return table;
}

const Table& notify_table() {
  static const Table table{
      "notify",
      {{"channels", Shape::named, "Ways to reach people, by name.", &channel_table()},
       {"events",
        Shape::choices,
        "Of what they are told.",
        nullptr,
        {"started", "needs_a_person", "rto_at_risk", "finished"}}},
      {},
      {{"on", "events"}, {"channel", "channels"}}};
  return table;
}

const Table& environment_table() {
  static const Table table{
      "environment",
      {{"connections", Shape::values, "Fields of connections: {db_east: {host: db-east.drill}}."},
       {"sites", Shape::values, "Values of sites: {east: {db_host: db-east.drill}}."},
       {"secrets", Shape::named, "Where secrets come from instead.", &secret_table()},
       {"defaults", Shape::table, "What a step has where it does not say.", &defaults_table()}},
      {"people", "notify"},
      {{"connection", "connections"}, {"site", "sites"}, {"secret", "secrets"}}};
  return table;
}

}  // namespace

const Key* Table::find(std::string_view name) const {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

const Table& lock_table() {
  static const Table table{
      "lock",
      {{"name",
        Shape::written,
        "What is locked, as all runbooks call it: \"site:{{ inputs.from }}\".",
        nullptr,
        {},
        true},
       {"shared", Shape::boolean, "Several runs may hold it at once, if all of them share it."}},
      {},
      {{"key", "name"}, {"lock", "name"}}};
  return table;
}

const Table& runbook_table() {
  static const Table table{
      "runbook",
      {{"rung", Shape::choice, "The version of the language.", nullptr, {"v1"}, true},
       {"name", Shape::text, "The runbook's name: small letters, digits and -.", nullptr, {}, true},
       {"title", Shape::text, "What it does, in one line."},
       {"objectives", Shape::table, "What the run is measured against.", &objectives_table()},
       {"modes", Shape::names, "The ways to run it; the first is what an alert starts: [planned]."},
       {"inputs", Shape::named, "What a run is given.", &input_table()},
       {"require", Shape::tables, "What must hold before the run begins.", &requirement_table()},
       {"vars", Shape::values, "Constants, computed once at the start."},
       {"secrets", Shape::named, "Where secrets come from.", &secret_table()},
       {"env", Shape::values, "Environment variables of every command of the runbook."},
       {"locks", Shape::entries,
        "What no two runs use at once: [\"pg:orders\", {name: \"site:east\", shared: true}].",
        &lock_table()},
       {"concurrency", Shape::table, "How many runs of one key go on at a time: one.",
        &concurrency_table()},
       {"timeout", Shape::duration, "Of the whole run."},
       {"on_failure",
        Shape::choice,
        "What a failed step means for the run: pause.",
        nullptr,
        {"pause", "fail", "undo_run"}},
       {"pause", Shape::table, "How long the run pauses after a failure, and what then.",
        &pause_table()},
       {"abort_if", Shape::named,
        "What ends the run when it holds before the point of no return, by name: {east_is_back: "
        "{http: {...}, that: code == 200}}.",
        &guard_table()},
       {"steps",
        Shape::tables,
        "What is done, in order, or as a graph with needs.",
        &step_table(),
        {},
        true},
       {"finally", Shape::tables, "Steps that run once before the end, however it ends.",
        &step_table()},
       {"outputs", Shape::values, "What the run gives: {new_primary: \"{{ inputs.to }}\"}."}},
      {"triggers", "verify", "environments", "sites", "connections", "notify"},
      {{"version", "rung"},
       {"apiVersion", "rung"},
       {"id", "name"},
       {"description", "title"},
       {"tasks", "steps"},
       {"params", "inputs"},
       {"parameters", "inputs"},
       {"variables", "vars"},
       {"requires", "require"},
       {"preconditions", "require"},
       {"on_error", "on_failure"},
       {"always", "finally"},
       {"rto", "objectives"}}};
  return table;
}

const Table& project_table() {
  static const Table table{
      "rung.yaml",
      {{"rung", Shape::choice, "The version of the language.", nullptr, {"v1"}, true},
       {"project", Shape::text, "The project's name."},
       {"secrets", Shape::named, "Where secrets come from; never the secrets themselves.",
        &secret_table()},
       {"people", Shape::named, "Who may decide and who is asked, by role.", &person_table()},
       {"calendars", Shape::named,
        "When no run begins: {year_end: {from: \"2026-12-20\", to: \"2027-01-04\", say: \"Year-end "
        "closing\"}}.",
        &calendar_table()},
       {"break_glass", Shape::texts, "Who may begin a run all the same, by role: anybody."},
       {"sites", Shape::values,
        "Places and what is there, as expressions read them: {east: {db: db_east}}."},
       {"connections", Shape::named, "What `target:` of a step may name.", &connection_table()},
       {"notify", Shape::table, "How people are told, and of what.", &notify_table()},
       {"environments", Shape::named, "What is different under --env NAME.", &environment_table()},
       {"defaults", Shape::table, "What a step has where it does not say.", &defaults_table()}},
      {"locks"},
      {{"version", "rung"},
       {"name", "project"},
       {"freeze", "calendars"},
       {"freezes", "calendars"},
       {"maintenance", "calendars"},
       {"users", "people"},
       {"roles", "people"},
       {"targets", "connections"},
       {"hosts", "connections"},
       {"locations", "sites"},
       {"datacenters", "sites"},
       {"envs", "environments"},
       {"notifications", "notify"},
       {"channels", "notify"}}};
  return table;
}

}  // namespace rung::runbooks
