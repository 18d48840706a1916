#include "runbooks/people_reader.h"

#include "runbooks/calendar.h"
#include "runbooks/value_reader.h"
#include "runbooks/watch_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

OnTimeout on_timeout(const std::string& word, OnTimeout otherwise) {
  if (word == "reject") return OnTimeout::reject;
  if (word == "approve") return OnTimeout::approve;
  if (word == "pause") return OnTimeout::pause;
  if (word == "fail") return OnTimeout::fail;
  if (word == "continue") return OnTimeout::proceed;
  return otherwise;
}

Template written(const Fields& fields, std::string_view key, Report& report, DraftStep& draft) {
  const Node* node = fields.get(key);
  if (node == nullptr) return {};
  return ValueReader(report, draft.uses).read(*node, {std::string(key), {}, Type::string, true});
}

void read_by(const Fields& fields, DraftStep& draft) {
  const Node* node = fields.get("by");
  if (node == nullptr) return;
  for (const auto& item : node->items) draft.by.push_back({item.text, place_of(item)});
}

constexpr Duration kRemind = std::chrono::minutes(10);

void add_people(const Node& node, DraftStep& draft) {
  for (const auto& item : node.items) draft.by.push_back({item.text, place_of(item)});
}

void read_reminding(const Fields& fields, Duration timeout, Report& report, DraftStep& draft) {
  auto& reminding = draft.step.reminding;
  reminding.every = fields.duration("remind").value_or(kRemind);
  const Node* node = fields.get("escalate");
  if (node == nullptr) return;
  const Fields escalate(*node, *fields.table().find("escalate")->table, report);
  reminding.escalate_after = escalate.duration("after").value_or(Duration::zero());
  reminding.escalate_to = escalate.texts("to");
  if (const Node* to = escalate.get("to")) add_people(*to, draft);
  const bool is_late = timeout > Duration::zero() && reminding.escalate_after >= timeout;
  if (!is_late) return;
  report.error(escalate.place("after"),
               "nobody would be asked: after " + to_string(reminding.escalate_after) +
                   " the waiting is over (" + to_string(timeout) + ")",
               "write a shorter `after`");
}

// `each` stands for `by` and `count` in one.
void read_each(const Fields& fields, Report& report, DraftStep& draft) {
  const Node* node = fields.get("each");
  if (node == nullptr) return;
  for (const char* other : {"by", "count"}) {
    if (!fields.has(other)) continue;
    report.error(fields.place(other),
                 std::string("`each` says who must approve, so `") + other + "` has no place",
                 std::string("remove `") + other + "`, or `each`");
  }
  auto& approve = draft.step.approve;
  std::vector<std::string> names = fields.texts("each");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) ==
        names.begin() + static_cast<std::ptrdiff_t>(i))
      continue;
    report.error(place_of(node->items[i]), "`" + names[i] + "` is named twice",
                 "write  by: [" + names[i] + "]  with  count: 2  for two of them");
  }
  add_people(*node, draft);
  approve.is_each = true;
  approve.count = static_cast<std::int32_t>(std::max<std::size_t>(names.size(), 1));
  approve.by = std::move(names);
}

// `timeout` stands inside, or beside; never in both places.
void read_timeout(const Fields& inner, const Fields& step, Report& report, DraftStep& draft) {
  if (inner.has("timeout") && step.has("timeout")) {
    report.error(
        step.place("timeout"),
        "`timeout` is here twice: beside `" + std::string(inner.table().what) + "` and in it",
        "keep the one in `" + std::string(inner.table().what) + "`");
  }
  if (const auto timeout = inner.duration("timeout")) draft.step.timeout = *timeout;
}

// Wherever it stands; what is wrong with it was reported.
Duration timeout_of(const Fields& inner, const Fields& step) {
  const auto inside = inner.duration("timeout");
  return inside ? *inside : step.duration("timeout").value_or(Duration::zero());
}

void read_options(const Node& options, Report& report, DraftStep& draft) {
  for (const auto& member : options.members) {
    Node name;
    name.text = member.key;
    name.at = member.at;
    check_name(name, "options", report);
    draft.step.decide.options.emplace_back(
        member.key,
        ValueReader(report, draft.uses).read(member.value, {"options", {}, Type::string, true}));
  }
  if (options.members.size() >= 2) return;
  report.error(place_of(options), "a decision needs two options or more",
               "add one, or write  approve:  for a yes or no");
}

void read_duration(const Node& node, Report& report, DraftStep& draft) {
  draft.step.wait.duration =
      ValueReader(report, draft.uses).read(node, {"wait", {}, Type::duration, false});
  const auto value = constant_value(draft.step.wait.duration);
  const auto* duration = value.get_if<Duration>();
  if (duration != nullptr && *duration == Duration::zero()) {
    report.error(place_of(node), "a wait of nothing", "write  wait: 30s  or remove the step");
  }
}

void read_at(const Fields& fields, Report& report, DraftStep& draft) {
  auto& wait = draft.step.wait;
  wait.at = written(fields, "at", report, draft);
  wait.timezone = fields.text("timezone");
  if (!wait.timezone.empty() && !is_timezone(wait.timezone)) {
    report.error(place_of(*fields.get("timezone")), "there is no time zone `" + wait.timezone + "`",
                 "write a name such as Europe/Berlin or UTC");
  }
  if (!fields.has("at") || !is_constant(wait.at)) return;
  const auto text = to_text(constant_value(wait.at));
  if (is_time_of_day(text)) return;
  const bool is_point = static_cast<bool>(parse_time(text));
  if (!is_point) {
    report.error(
        place_of(*fields.get("at")), "`" + text + "` is no time",
        "write a time of day as \"02:30\", or a point in time as \"2026-03-29T02:30:00Z\"");
  } else if (!wait.timezone.empty()) {
    report.error(fields.place("timezone"), "a point in time names its own offset",
                 "remove `timezone`");
  }
}

}  // namespace

void read_wait(const Node& node, const Fields& step, const Reading& reading, DraftStep& draft) {
  Report& report = reading.report;
  if (node.kind == Node::Kind::scalar) {
    read_duration(node, report, draft);
    if (step.has("timeout")) {
      report.error(step.place("timeout"), "`timeout` means nothing beside a wait for a time",
                   "remove it");
    }
    return;
  }
  const Fields fields(node, *step.table().find("wait")->table, report);
  const int words = int{fields.has("signal")} + int{fields.has("at")} + int{fields.has("check")};
  if (words != 1) {
    if (fields.has_unknown()) return;
    report.error(step.place("wait"),
                 "a wait is for one thing: a duration, `at`, `signal` or `check`",
                 "write  wait: 30s,  wait: {at: \"02:30\"},  wait: {signal: name}  or  wait: "
                 "{check: {...}, until: ...}");
    return;
  }
  read_timeout(fields, step, report, draft);
  if (fields.has("check")) return read_watch(fields, step, reading, draft);
  refuse_keys_of_a_check(fields, report);
  draft.step.wait.signal = fields.text("signal");
  if (fields.has("at")) read_at(fields, report, draft);
  if (fields.has("timezone") && !fields.has("at")) {
    report.error(fields.place("timezone"), "`timezone` goes with `at`", "remove it");
  }
  if (fields.has("at") && (step.has("timeout") || fields.has("timeout"))) {
    report.error(step.has("timeout") ? step.place("timeout") : fields.place("timeout"),
                 "`timeout` means nothing beside a wait for a time", "remove it");
  }
}

void read_approve(const Node& node, const Fields& step, Report& report, DraftStep& draft) {
  const Fields fields(node, *step.table().find("approve")->table, report);
  auto& approve = draft.step.approve;
  approve.ask = written(fields, "ask", report, draft);
  if (const Node* show = fields.get("show")) {
    approve.show = ValueReader(report, draft.uses).read_map(*show, {"show", {}});
  }
  read_by(fields, draft);
  approve.by = fields.texts("by");
  approve.count = static_cast<std::int32_t>(fields.integer("count").value_or(1));
  approve.on_timeout = on_timeout(fields.text("on_timeout"), OnTimeout::reject);
  const auto on_reject = fields.text("on_reject");
  if (on_reject == "undo_run") approve.on_reject = OnReject::undo_run;
  if (on_reject == "continue") approve.on_reject = OnReject::proceed;
  read_timeout(fields, step, report, draft);
  if (!fields.has("timeout") && !step.has("timeout")) {
    report.error(step.place("approve"), "`approve` needs `timeout`: nobody may be there to answer",
                 "add  timeout: 15m");
  }
  read_each(fields, report, draft);
  read_reminding(fields, timeout_of(fields, step), report, draft);
}

void read_manual(const Node& node, const Fields& step, Report& report, DraftStep& draft) {
  const Fields fields(node, *step.table().find("manual")->table, report);
  auto& manual = draft.step.manual;
  manual.instruction = written(fields, "do", report, draft);
  manual.checklist = fields.texts("checklist");
  read_by(fields, draft);
  manual.by = fields.texts("by");
  if (const Node* outputs = fields.get("outputs")) manual.outputs = read_outputs(*outputs, report);
  manual.on_timeout = on_timeout(fields.text("on_timeout"), OnTimeout::pause);
  read_timeout(fields, step, report, draft);
  read_reminding(fields, timeout_of(fields, step), report, draft);
}

void read_decide(const Node& node, const Fields& step, Report& report, DraftStep& draft) {
  const Fields fields(node, *step.table().find("decide")->table, report);
  auto& decide = draft.step.decide;
  decide.ask = written(fields, "ask", report, draft);
  if (const Node* options = fields.get("options")) read_options(*options, report, draft);
  read_by(fields, draft);
  decide.by = fields.texts("by");
  decide.fallback = fields.text("default");
  draft.step.timeout = fields.duration("after").value_or(Duration::zero());
  read_reminding(fields, draft.step.timeout, report, draft);
  const bool is_known =
      std::any_of(decide.options.begin(), decide.options.end(),
                  [&](const auto& option) { return option.first == decide.fallback; });
  if (!decide.fallback.empty() && !is_known) {
    report.error(fields.place("default"), "`" + decide.fallback + "` is none of the options",
                 "name one of `options`");
  }
  if (fields.has("default") == fields.has("after")) return;
  report.error(fields.place(fields.has("default") ? "default" : "after"),
               "`default` and `after` go together: what is taken, and when",
               fields.has("default") ? "add  after: 3m" : "add  default:  with one of the options");
}

}  // namespace rung::runbooks
