#include "tests/state/golden_journal.h"

#include "base/json.h"

namespace rung::state {
namespace {

Value to_value(const Recorded& recorded) {
  const EncodedEvent& event = recorded.event;
  return Value::Map{{"type", std::int64_t{event.type}},
                    {"version", std::int64_t{event.version}},
                    {"name", name_of_type(event.type)},
                    {"at", event.at.time_since_epoch().count()},
                    {"step", event.step},
                    {"payload", event.payload},
                    {"hash", to_hex(recorded.hash)}};
}

Error not_a_dump(const std::string& what) {
  return {ErrorCode::corrupt, "no stored journal: \"" + what + "\" is missing or of another kind"};
}

Result<std::int64_t> integer_in(const Value& value, const std::string& name) {
  const Value* member = value.member(name);
  if (member == nullptr || member->integer() == nullptr) return not_a_dump(name);
  return *member->integer();
}
Result<std::string> text_in(const Value& value, const std::string& name) {
  const Value* member = value.member(name);
  if (member == nullptr || member->string() == nullptr) return not_a_dump(name);
  return *member->string();
}

Result<Recorded> from_value(const Value& value) {
  Recorded recorded;
  TRY(const std::int64_t type, integer_in(value, "type"));
  TRY(const std::int64_t version, integer_in(value, "version"));
  TRY(const std::int64_t at, integer_in(value, "at"));
  TRY(recorded.event.step, text_in(value, "step"));
  TRY(recorded.event.payload, text_in(value, "payload"));
  TRY(const std::string hash, text_in(value, "hash"));
  recorded.event.type = static_cast<std::int32_t>(type);
  recorded.event.version = static_cast<std::int32_t>(version);
  recorded.event.at = TimePoint{Duration{at}};
  recorded.hash = parse_sha256(hash);
  return recorded;
}

}  // namespace

std::string dump_journal(const GoldenJournal& journal) {
  std::string out = "{\n\"run\": " + std::to_string(journal.run.number) + ",\n\"plan\": ";
  append_json_string(out, journal.plan_json);
  out += ",\n\"events\": [";
  for (std::size_t i = 0; i < journal.events.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    out += to_plain_json(to_value(journal.events[i]));
  }
  return out + "\n]\n}\n";
}

Result<GoldenJournal> restore_journal(const std::string& json) {
  TRY(const Value value, from_plain_json(json));
  GoldenJournal journal;
  TRY(journal.run.number, integer_in(value, "run"));
  TRY(journal.plan_json, text_in(value, "plan"));
  const Value* events = value.member("events");
  if (events == nullptr || events->list() == nullptr) return not_a_dump("events");
  for (const Value& event : *events->list()) {
    TRY(auto recorded, from_value(event));
    journal.events.push_back(std::move(recorded));
  }
  return journal;
}

GoldenJournal golden_from(RunId run, std::string plan_json, const std::vector<Event>& events) {
  GoldenJournal journal{run, std::move(plan_json), {}};
  Sha256 last{};
  for (const Event& event : events) {
    EncodedEvent encoded = encode(event);
    last = chain(last, encoded);
    journal.events.push_back({std::move(encoded), last});
  }
  return journal;
}

Result<RunSummary> summary_of(const GoldenJournal& journal) {
  TRY(const auto events, decode_journal(journal.run, journal.events));
  const auto* created = events.empty() ? nullptr : std::get_if<RunCreated>(&events.front().payload);
  if (created == nullptr) return not_a_dump("run.created");
  RunSummary summary{.run = journal.run,
                     .runbook = created->runbook,
                     .plan = to_hex(sha256({journal.plan_json})),
                     .status = RunStatus::running,
                     .reason = "",
                     .who = created->who,
                     .created_at = events.front().at,
                     .finished_at = std::nullopt,
                     .wake_at = std::nullopt};
  if (const auto* finished = std::get_if<RunFinished>(&events.back().payload)) {
    summary.status = finished->status;
    summary.reason = finished->reason;
    summary.finished_at = events.back().at;
  }
  return summary;
}

}  // namespace rung::state
