#include "runbooks/verify_reader.h"

#include "runbooks/check_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

constexpr Duration kEvery = std::chrono::seconds(1);
// They are all in the journal: in the outputs of the check that judged them.
constexpr std::int64_t kMostSamples = 200;

void read_looks(const Fields& fields, Duration within, Report& report, WatchSpec& watch) {
  watch.every = fields.duration("every").value_or(
      within > Duration::zero() ? std::min(kEvery, within) : kEvery);
  watch.successes = static_cast<std::int32_t>(fields.integer("successes").value_or(1));
  const auto samples = fields.integer("samples").value_or(0);
  watch.samples = static_cast<std::int32_t>(std::min(samples, kMostSamples));
  watch.look_timeout = look_timeout(fields);
  if (within > Duration::zero()) watch.look_timeout = std::min(watch.look_timeout, within);
  refuse_too_often(fields, watch.every, report);
  if (samples <= kMostSamples) return;
  report.error(fields.place("samples"),
               "at most " + std::to_string(kMostSamples) + " samples are judged together",
               "write  samples: " + std::to_string(kMostSamples) + "  or fewer");
}

// The looks that are needed take their time, even if each is answered at once.
void check_time(const Fields& fields, const WatchSpec& watch, Duration within, Report& report) {
  const std::int64_t looks = std::int64_t{std::max(watch.samples, 1)} + watch.successes - 1;
  const Duration least = watch.every * (looks - 1);
  if (within == Duration::zero() || least <= within) return;
  const Duration every = std::chrono::floor<std::chrono::milliseconds>(within / looks);
  report.error(fields.place(fields.has("every")     ? "every"
                            : fields.has("samples") ? "samples"
                                                    : "successes"),
               std::to_string(looks) + " looks, one every " + to_string(watch.every) + ", take " +
                   to_string(least) + ", and `within` is " + to_string(within),
               "write  every: " + to_string(every) + "  or a longer `within`");
}

void read_condition(const Reading& reading, DraftStep& draft, WatchSpec& watch) {
  watch.until = std::exchange(draft.step.action.expect, {});
  if (watch.samples == 0) return;
  for (ExpressionUse& use : draft.uses) {
    if (use.field == "expect") use.names = names_of_samples(draft.step.action, reading.catalog);
  }
}

DraftStep read_one(const Member& member, Duration within, const Table& table,
                   const Reading& reading) {
  const Fields fields(member.value, table, reading.report);
  DraftStep check = begin_check(member, fields);
  check.step.timeout = within;
  WatchSpec watch;
  read_looks(fields, within, reading.report, watch);
  check_time(fields, watch, within, reading.report);
  if (!read_check(fields, reading, check)) return check;
  read_condition(reading, check, watch);
  check.step.watch = std::move(watch);
  return check;
}

bool is_taken(const Member& member, Report& report) {
  if (!is_engine_member(member.key)) return false;
  report.error(place_of(member), "`" + member.key + "` belongs to the engine in `steps.<id>`",
               "call the check something else, such as my_" + member.key);
  return true;
}

}  // namespace

void read_verify(const Node& node, const Reading& reading, DraftStep& draft) {
  static const Key* const kChecks = verify_table().find("checks");
  const Fields fields(node, verify_table(), reading.report);
  Step& step = draft.step;
  step.kind = StepKind::group;
  step.is_parallel = true;
  step.is_verify = true;
  if (step.phase.empty()) step.phase = "verify";
  const Duration within = fields.duration("within").value_or(Duration::zero());
  const Node* checks = fields.get("checks");
  if (checks == nullptr) return;
  if (checks->members.empty())
    reading.report.error(fields.place("checks"), "`checks` is empty", "add a check");
  for (const Member& member : checks->members) {
    if (!check_key_name(member, "checks", reading.report) || is_taken(member, reading.report))
      continue;
    if (member.value.kind != Node::Kind::map) continue;
    DraftStep check = read_one(member, within, *kChecks->table, reading);
    check.step.phase = step.phase;
    step.action.gives.push_back(member.key);
    draft.children.push_back(std::move(check));
  }
}

}  // namespace rung::runbooks
