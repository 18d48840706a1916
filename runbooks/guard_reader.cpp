#include "runbooks/guard_reader.h"

#include "runbooks/check_reader.h"
#include "runbooks/value_reader.h"

#include <utility>

namespace rung::runbooks {
namespace {

constexpr Duration kEvery = std::chrono::seconds(10);

void read_looks(const Fields& fields, Report& report, WatchSpec& watch) {
  watch.every = fields.duration("every").value_or(kEvery);
  watch.hold = fields.duration("hold").value_or(Duration::zero());
  watch.successes = static_cast<std::int32_t>(fields.integer("successes").value_or(1));
  watch.look_timeout = look_timeout(fields);
  refuse_too_often(fields, watch.every, report);
}

DraftStep read_one(const Member& member, const Table& table, const Reading& reading) {
  const Fields fields(member.value, table, reading.report);
  DraftStep guard = begin_check(member, fields);
  guard.step.guard = GuardSpec{};
  WatchSpec watch;
  read_looks(fields, reading.report, watch);
  if (!read_check(fields, reading, guard)) return guard;
  if (!guard.step.action.expect.text.empty()) {
    reading.report.error(
        fields.place("http"), "what ends the run stands in `that`",
        "write  that: " + guard.step.action.expect.text + "  beside `http`, and remove `expect`");
  }
  const Names names = names_of_outputs(guard.step.action, reading.catalog);
  ValueReader values(reading.report, guard.uses);
  if (const Node* that = fields.get("that")) watch.until = values.condition(*that, "that", names);
  if (const Node* say = fields.get("say"))
    guard.step.guard->say = values.read(*say, {"say", names, Type::string, true});
  // It begins before all steps, and stands beside them.
  for (ExpressionUse& use : guard.uses) use.names.steps = false;
  guard.step.watch = std::move(watch);
  return guard;
}

}  // namespace

std::vector<DraftStep> read_guards(const Node& map, const Reading& reading) {
  static const Key* const kGuards = runbook_table().find("abort_if");
  std::vector<DraftStep> guards;
  for (const Member& member : map.members) {
    if (!check_key_name(member, "abort_if", reading.report)) continue;
    if (member.value.kind != Node::Kind::map) continue;
    guards.push_back(read_one(member, *kGuards->table, reading));
  }
  return guards;
}

}  // namespace rung::runbooks
