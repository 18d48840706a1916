#include "runbooks/two_phase_reader.h"

namespace rung::runbooks {
namespace {

// Long enough for statements, short enough for those who wait for the locks that it holds.
constexpr Duration kPrepareWithin = std::chrono::seconds(30);

DraftStep read_participant(const Member& member, const Table& table, const Reading& reading) {
  const Fields fields(member.value, table, reading.report);
  DraftStep participant;
  participant.label = member.key;
  participant.node = &member.value;
  participant.place = place_of(member);
  participant.kind_bit = kind_two_phase;
  participant.step.kind = StepKind::participant;
  participant.step.at = participant.place.at;
  if (fields.has("uses")) participant.step.action = read_action(fields, reading, participant);
  return participant;
}

}  // namespace

void read_two_phase(const Node& node, const Table& table, const Reading& reading,
                    DraftStep& draft) {
  const Fields fields(node, table, reading.report);
  draft.step.kind = StepKind::two_phase;
  draft.step.is_parallel = true;
  draft.step.two_phase.prepare_within = fields.duration("prepare_within").value_or(kPrepareWithin);
  const Node* participants = fields.get("participants");
  if (participants == nullptr) return;
  if (participants->members.empty()) {
    reading.report.error(fields.place("participants"), "`participants` is empty",
                         "add one: {ledger: {uses: postgres.transaction, target: ..., with: {sql: "
                         "[...]}}}");
  }
  const Table& of_each = *table.find("participants")->table;
  for (const auto& member : participants->members) {
    if (!check_key_name(member, "participants", reading.report)) continue;
    if (member.value.kind != Node::Kind::map) continue;
    draft.children.push_back(read_participant(member, of_each, reading));
  }
}

}  // namespace rung::runbooks
