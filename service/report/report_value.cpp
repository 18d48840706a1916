#include "service/describe_run.h"
#include "service/report/report.h"

namespace rung::service {
namespace {

std::string rounded(TimePoint time) {
  return to_string(TimePoint(std::chrono::floor<std::chrono::milliseconds>(time)));
}
Value rounded(Duration duration) {
  return Duration(std::chrono::floor<std::chrono::milliseconds>(duration));
}

Value expected_value(const std::optional<Expected>& expected) {
  if (!expected) return {};
  return Value::Map{{"median", rounded(expected->median)},
                    {"p90", rounded(expected->p90)},
                    {"runs", expected->runs}};
}

Value objectives_value(const Report& report) {
  Value::Map map;
  if (report.run.rto > Duration::zero()) {
    map.emplace("rto", Value::Map{{"target", report.run.rto},
                                  {"reached", rounded(report.took)},
                                  {"met", report.is_over() ? Value(report.is_rto_met) : Value()}});
  }
  if (report.run.rpo > Duration::zero() || report.run.loss) {
    const bool has_target = report.run.rpo > Duration::zero();
    Value::Map rpo{{"target", has_target ? Value(report.run.rpo) : Value()},
                   {"reached", Value()},
                   {"met", Value()}};
    if (report.run.loss) {
      rpo.insert_or_assign("reached", Value(report.run.loss->lost));
      rpo.insert_or_assign("step", Value(report.run.loss->step));
      if (has_target) rpo.insert_or_assign("met", Value(report.run.loss->lost <= report.run.rpo));
    }
    map.emplace("rpo", std::move(rpo));
  }
  return map;
}

Value parts_value(const Report& report) {
  Value::Map map;
  for (std::size_t i = 0; i < kParts; ++i) {
    if (report.parts[i] > Duration::zero())
      map.emplace(name_of(static_cast<Part>(i)), rounded(report.parts[i]));
  }
  return map;
}

Value path_value(const Report& report) {
  Value::List list;
  for (const PartPiece& piece : report.path) {
    list.emplace_back(Value::Map{{"part", name_of(piece.part)},
                                 {"step", piece.step},
                                 {"from", rounded(piece.from)},
                                 {"to", rounded(piece.to)},
                                 {"took", rounded(piece.to - piece.from)}});
  }
  return list;
}

Value times_value(const Report& report) {
  Value::List list;
  for (const StepTimes& times : report.steps) {
    list.emplace_back(Value::Map{{"step", times.step},
                                 {"took", rounded(times.took)},
                                 {"people", rounded(times.people)},
                                 {"critical", rounded(times.on_path)},
                                 {"slack", rounded(times.slack)},
                                 {"expected", expected_value(times.expected)},
                                 {"slow", times.is_slow}});
  }
  return list;
}

Value moment_value(const Moment& moment) {
  Value::Map map{{"at", rounded(moment.at)}, {"kind", name_of(moment.kind)}, {"what", moment.what}};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) map.emplace(name, text);
  };
  add("step", moment.step);
  add("detail", moment.detail);
  add("who", moment.who);
  add("say", moment.say);
  const bool is_try = moment.kind == MomentKind::attempt;
  if (is_try || moment.ended != Ended::done) map.emplace("ended", name_of(moment.ended));
  if (moment.lasted) map.emplace("lasted", rounded(*moment.lasted));
  return map;
}

Value timeline_value(const Report& report) {
  Value::List list;
  for (const Moment& moment : report.timeline) list.push_back(moment_value(moment));
  return list;
}

Value looks_value(const Report& report) {
  Value::List list;
  for (const Watched& one : report.looks) {
    Value::List seen;
    for (const Look& look : one.seen) {
      Value::Map map{{"at", rounded(look.at)}, {"holds", look.holds}};
      if (!look.outputs.empty()) map.emplace("outputs", look.outputs);
      if (!look.error.empty()) map.emplace("error", look.error);
      seen.emplace_back(std::move(map));
    }
    list.emplace_back(Value::Map{{"step", one.step},
                                 {"looks", one.looks},
                                 {"ended", name_of(one.ended)},
                                 {"seen", std::move(seen)}});
  }
  return list;
}

Value left_value(const Report& report) {
  Value::List list;
  for (const Left& left : report.left) {
    list.emplace_back(Value::Map{{"kind", name_of(left.kind)},
                                 {"step", left.step},
                                 {"text", left.text},
                                 {"command", left.command}});
  }
  return list;
}

Value evidence_value(const Report& report) {
  if (!report.evidence) return {};
  return Value::Map{{"verified", true},
                    {"events", report.evidence->events},
                    {"last_hash", report.evidence->last_hash}};
}

}  // namespace

Value to_value(const Report& report) {
  Value value = to_value(report.run);
  Value::Map& map = *value.map();
  const auto put = [&](const char* name, Value what) {
    map.insert_or_assign(name, std::move(what));
  };
  put("over", report.is_over());
  put("until", rounded(report.until));
  put("took", rounded(report.took));
  put("expected", expected_value(report.expected));
  put("objectives", objectives_value(report));
  put("parts", parts_value(report));
  put("critical_path", path_value(report));
  put("times", times_value(report));
  put("timeline", timeline_value(report));
  put("looks", looks_value(report));
  put("left", left_value(report));
  put("evidence", evidence_value(report));
  return value;
}

}  // namespace rung::service
