#include "service/report/document.h"

#include "base/utf8.h"
#include "service/report/condense.h"
#include "service/spoken_time.h"

#include <algorithm>

namespace rung::service {
namespace {

constexpr std::size_t kLongest = 160;  // characters of a detail

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return c == '_' ? ' ' : std::toupper(c); });
  return out;
}

std::string quoted(const std::string& say) {
  return say.empty() ? "" : "\"" + in_one_line(say, kLongest) + "\"";
}

std::string joined(const std::string& a, const std::string& b) {
  return a + (a.empty() || b.empty() ? "" : "  ") + b;
}

std::string expected_text(const std::optional<Expected>& expected) {
  if (!expected) return "";
  return brief(expected->median) + " (p90 " + brief(expected->p90) + ")";
}

std::string pairs_text(const Value::Map& map) {
  std::string out;
  for (const auto& [name, value] : map)
    out = joined(out, name + "=" + in_one_line(to_text(value), kLongest));
  return out;
}

Weight weight_of(RunStatus status) {
  switch (status) {
    case RunStatus::succeeded: return Weight::good;
    case RunStatus::failed:
    case RunStatus::in_doubt:
    case RunStatus::stuck: return Weight::bad;
    case RunStatus::waiting:
    case RunStatus::paused: return Weight::asks;
    case RunStatus::queued:
    case RunStatus::running:
    case RunStatus::undoing:
    case RunStatus::undone:
    case RunStatus::cancelled: break;
  }
  return Weight::strong;
}

std::string engine_text(const RunView& run) {
  std::int64_t interruptions = 0;
  Duration without{};
  for (const EngineView& engine : run.engines) {
    if (!engine.is_takeover || !engine.was_interrupted) continue;
    interruptions += 1;
    without += engine.at - engine.last_seen;
  }
  std::string text =
      std::to_string(run.engines.size()) + (run.engines.size() == 1 ? " engine, " : " engines, ") +
      std::to_string(interruptions) + (interruptions == 1 ? " interruption" : " interruptions");
  if (interruptions > 0) text += " (" + ends_text(run.engines) + ")";
  if (interruptions > 0) text += ", " + brief(without) + " without an engine";
  return text + "; " + std::to_string(run.adopted) + " adopted, " + std::to_string(run.repeated) +
         " repeated, " + std::to_string(run.doubts) + " in doubt";
}

std::string evidence_text(const Report& report, const std::string& rung) {
  if (!report.evidence)
    return "not verified: " + rung + " report " + std::to_string(report.run.id.number) +
           " --verify";
  return "verified: the chain of " + std::to_string(report.evidence->events) +
         " events is whole, last hash " + report.evidence->last_hash;
}

void add_facts(Document& document, const Report& report, const std::string& rung) {
  const RunView& run = report.run;
  const auto fact = [&](const char* name, std::string text) {
    if (!text.empty()) document.facts.emplace_back(name, std::move(text));
  };
  fact("title", run.title);
  fact("because", in_one_line(run.reason, kLongest));
  fact("runbook", run.runbook + " @ " + run.plan.substr(0, 12) + "  " + run.file);
  fact("mode", run.mode);
  fact("started by", joined(run.who, quoted(run.say)));
  for (const std::string& freeze : run.despite) fact("despite", freeze);
  fact("created", date_time(run.created_at));
  if (run.finished_at) fact("finished", date_time(*run.finished_at));
  fact("inputs", pairs_text(run.inputs));
  fact("outputs", pairs_text(run.outputs));
  fact("engine", engine_text(run));
  fact("evidence", evidence_text(report, rung));
}

Cell verdict(const Report& report, bool is_met) {
  if (!report.is_over())
    return {is_met ? "not over" : "missed", is_met ? Weight::dim : Weight::bad};
  return is_met ? Cell("met", Weight::good) : Cell("missed", Weight::bad);
}

Section objectives(const Report& report) {
  Section section{"Objectives", {{"", "target", "reached", "", ""}, {}}, {}};
  const bool has_rto = report.run.rto > Duration::zero();
  const bool is_met = report.is_over() ? report.is_rto_met : report.took <= report.run.rto;
  section.table.rows.push_back(
      {has_rto ? "RTO" : "duration", has_rto ? brief(report.run.rto) : "",
       has_rto ? measured(report.took) : brief(report.took),
       has_rto ? verdict(report, is_met) : Cell(""),
       report.expected ? "expected " + expected_text(report.expected) : ""});
  const bool has_rpo = report.run.rpo > Duration::zero();
  if (has_rpo || report.run.loss) {
    const bool is_kept = report.run.loss && report.run.loss->lost <= report.run.rpo;
    section.table.rows.push_back(
        {"RPO", has_rpo ? brief(report.run.rpo) : "",
         report.run.loss ? measured(report.run.loss->lost) : "not measured",
         !report.run.loss || !has_rpo ? Cell("")
         : is_kept                    ? Cell("met", Weight::good)
                                      : Cell("missed", Weight::bad),
         report.run.loss ? "by " + report.run.loss->step : ""});
  }
  section.lines.emplace_back("The time runs from the run's creation to its end.");
  if (report.expected)
    section.lines.push_back("Expected: the median of the earlier runs that succeeded (" +
                            std::to_string(report.expected->runs) + ").");
  return section;
}

Section parts(const Report& report) {
  Section section{"Where the time went", {{"part", "took", "of all"}, {}}, {}};
  for (std::size_t i = 0; i < kParts; ++i) {
    const Duration spent = report.parts[i];
    if (brief(spent) == brief(Duration::zero())) continue;
    const auto percent = report.took.count() == 0 ? 0 : 100 * spent.count() / report.took.count();
    section.table.rows.push_back(
        {std::string(name_of(static_cast<Part>(i))), brief(spent), std::to_string(percent) + "%"});
  }
  return section;
}

std::string what_of(const Moment& moment) {
  const bool lasts = moment.kind != MomentKind::person && moment.lasted;
  std::string text = moment.what;
  if (moment.kind == MomentKind::attempt)
    text += moment.ended == Ended::not_yet ? ": goes on" : ": " + upper(name_of(moment.ended));
  if (lasts && *moment.lasted > Duration::zero())
    text += (moment.kind == MomentKind::attempt ? " in " : " for ") + brief(*moment.lasted);
  return text;
}

Weight weight_of(const Moment& moment) {
  switch (moment.kind) {
    case MomentKind::person: return Weight::strong;
    case MomentKind::question: return Weight::asks;
    case MomentKind::doubt: return Weight::bad;
    case MomentKind::wait:
    case MomentKind::delay:
    case MomentKind::skip: return Weight::dim;
    case MomentKind::attempt:
      return moment.ended == Ended::done      ? Weight::good
             : moment.ended == Ended::not_yet ? Weight::plain
                                              : Weight::bad;
    case MomentKind::run:
    case MomentKind::engine: break;
  }
  return Weight::plain;
}

std::vector<Cell> row_of(const Moment& moment) {
  std::string detail = in_one_line(moment.detail, kLongest);
  if (moment.kind == MomentKind::person) {
    detail = joined(joined(moment.who, quoted(moment.say)), detail);
    if (moment.lasted) detail += "  (waited for " + brief(*moment.lasted) + ")";
  }
  return {
      clock_time(moment.at), moment.step, {what_of(moment), weight_of(moment)}, std::move(detail)};
}

Section timeline(const Report& report) {
  Section section{"Timeline", {{"UTC", "step", "what", "detail"}, {}}, {}};
  for (const CondensedMoment& one : condense(report.timeline)) {
    if (one.moment != nullptr)
      section.table.rows.push_back(row_of(*one.moment));
    else
      section.table.rows.push_back({clock_time(one.from),
                                    "",
                                    {std::to_string(one.left_out) + " more", Weight::dim},
                                    one.summary});
  }
  return section;
}

std::string_view verdict(const Watched& watched) {
  if (watched.step.starts_with("abort_if/"))
    return watched.ended == Ended::done ? "ended the run" : "did not hold";
  switch (watched.ended) {
    case Ended::done: return "good";
    case Ended::not_yet: return "looks";
    case Ended::not_done: return "given up";
    case Ended::failed:
    case Ended::unknown: break;
  }
  return "not good in time";
}

Section looks(const Report& report) {
  constexpr std::size_t kMost = 50;
  Section section{"Looks", {{"step", "", "looks", "good", "least / median / most"}, {}}, {}};
  for (const Watched& one : report.looks) {
    if (section.table.rows.size() == kMost) {
      section.lines.push_back("And " + std::to_string(report.looks.size() - kMost) + " more.");
      break;
    }
    const auto good =
        std::count_if(one.seen.begin(), one.seen.end(), [](const Look& l) { return l.holds; });
    const std::string last_error = one.seen.empty() ? "" : one.seen.back().error;
    std::string saw = spread_text(one);
    if (!last_error.empty()) saw += (saw.empty() ? "" : "; ") + ("at last: " + last_error);
    section.table.rows.push_back(
        {one.step,
         {std::string(verdict(one)), one.ended == Ended::failed ? Weight::bad : Weight::plain},
         std::to_string(one.looks),
         std::to_string(good),
         in_one_line(saw, kLongest)});
  }
  if (!report.looks.empty()) section.lines.emplace_back("-o json has each look.");
  return section;
}

Section path(const Report& report) {
  Section section{"Critical path", {{"from", "step", "part", "took"}, {}}, {}};
  const CondensedPath condensed = condense(report.path);
  for (const PartPiece* piece : condensed.pieces) {
    const bool is_people = piece->part == Part::people;
    section.table.rows.push_back(
        {clock_time(piece->from),
         piece->step.empty()
             ? Cell(piece->part == Part::people ? "(paused)" : "(none ran)", Weight::dim)
             : Cell(piece->step),
         {std::string(name_of(piece->part)), is_people ? Weight::asks : Weight::plain},
         brief(piece->to - piece->from)});
  }
  if (condensed.left_out > 0)
    section.lines.push_back("And " + std::to_string(condensed.left_out) + " shorter pieces, " +
                            brief(condensed.left_out_took) + " together.");
  section.lines.emplace_back(
      "Only what is shorter here makes the run shorter; other steps have the slack shown below.");
  return section;
}

Section steps(const Report& report) {
  Section section{
      "Steps", {{"step", "took", "expected", "of it people", "critical", "slack", ""}, {}}, {}};
  const CondensedSteps condensed = condense(report.steps);
  for (const StepTimes* times : condensed.steps) {
    const bool is_critical = times->on_path > Duration::zero();
    section.table.rows.push_back(
        {times->step, brief(times->took), expected_text(times->expected),
         times->people > Duration::zero() ? brief(times->people) : "",
         is_critical ? brief(times->on_path) : "",
         is_critical || times->slack == Duration::zero() ? "" : brief(times->slack),
         times->is_slow ? Cell("slower than usual", Weight::asks) : Cell("")});
  }
  if (condensed.left_out > 0)
    section.lines.push_back("And " + std::to_string(condensed.left_out) + " others, " +
                            brief(condensed.longest_left_out) + " at most; -o json has them all.");
  return section;
}

Section left(const Report& report) {
  constexpr std::size_t kMost = 50;
  Section section{"Left to do", {{"step", "what", "command", ""}, {}}, {}};
  for (const Left& one : report.left) {
    if (section.table.rows.size() == kMost) {
      section.lines.push_back("And " + std::to_string(report.left.size() - kMost) +
                              " more; -o json has them all.");
      break;
    }
    const bool is_bad = one.kind == LeftKind::doubt || one.kind == LeftKind::not_undone;
    std::string what = std::string(name_of(one.kind));
    std::replace(what.begin(), what.end(), '_', ' ');
    section.table.rows.push_back({one.step,
                                  {what, is_bad ? Weight::bad : Weight::asks},
                                  one.command,
                                  in_one_line(one.text, kLongest)});
  }
  if (report.left.empty()) section.lines.emplace_back("Nothing.");
  return section;
}

Section people(const Report& report) {
  constexpr std::size_t kMost = 100;
  Section section{"People", {{"UTC", "who", "what", "step", "waited for", "why"}, {}}, {}};
  std::size_t left_out = 0;
  for (const Moment& moment : report.timeline) {
    if (moment.kind != MomentKind::person) continue;
    if (section.table.rows.size() == kMost) {
      left_out += 1;
      continue;
    }
    section.table.rows.push_back(
        {clock_time(moment.at), moment.who, moment.what, moment.step,
         moment.lasted ? brief(*moment.lasted) : "",
         joined(in_one_line(moment.detail, kLongest), in_one_line(moment.say, 4 * kLongest))});
  }
  if (left_out > 0)
    section.lines.push_back("And " + std::to_string(left_out) + " more; -o json has them all.");
  return section;
}

}  // namespace

std::string in_one_line(std::string_view text, std::size_t at_most) {
  std::string out;
  std::size_t count = 0;
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    const bool is_control = character.code_point < 0x20 ||
                            (character.code_point >= 0x7f && character.code_point < 0xa0);
    if (count == at_most) return out + "...";
    if (!character.is_valid)
      out += kReplacementCharacter;
    else if (!is_control)
      out += text.substr(0, character.length);
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
    count += 1;
    text.remove_prefix(character.length);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Document lay_out(const Report& report, const std::string& rung) {
  Document document;
  document.run = report.run.name;
  document.headline = upper(state::name_of(report.run.status));
  document.weight = weight_of(report.run.status);
  document.duration = report.is_over() ? "in " + brief(report.took)
                                       : "so far " + brief(report.took) + ": it is not over";
  add_facts(document, report, rung);
  for (Section section : {objectives(report), parts(report), left(report), people(report),
                          timeline(report), looks(report), path(report), steps(report)}) {
    const bool is_empty = section.table.rows.empty() && section.heading != "Left to do";
    if (!is_empty) document.sections.push_back(std::move(section));
  }
  return document;
}

}  // namespace rung::service
