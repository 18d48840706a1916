#include "cli/screen/document_screen.h"
#include "service/needs.h"
#include "service/report/document.h"
#include "tests/cli/rung_process.h"
#include "tests/cli/scripted_run.h"

#include <gmock/gmock.h>

namespace rung::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kFailover = R"(rung: v1
name: orders-db-failover
title: Fail the orders database over to the other site
objectives: {rto: 5m, rpo: 30s}
modes: [unplanned, drill]
inputs:
  to: {type: string, default: west}
steps:
  - {id: detect, phase: detect, command: ["true"], outputs: {rpo: duration}, undo: none, in_doubt: retry}
  - id: consent
    approve: {ask: "West is 41s behind. Lose <those> writes?", timeout: 90s, on_timeout: reject}
  - id: restart_agent
    phase: fence
    http: {method: POST, url: "http://agent-west/restart"}
    how_to_tell: "curl -s http://agent-west/uptime"
    undo: {command: [./start-agent, west]}
  - id: promote
    phase: promote
    command: ["true"]
    undo: none
    how_to_tell: look
    point_of_no_return: "the way back is orders-db-failback"
  - id: traffic
    parallel:
      - {id: lb, phase: repoint, command: ["true"], undo: none, in_doubt: retry}
      - {id: dns, phase: repoint, command: ["true"], undo: none, in_doubt: retry}
  - {id: warm, command: ["true"], undo: none, in_doubt: retry}
  - {id: tell, command: ["true"], undo: none, in_doubt: retry, tolerate: "mail may be down"}
finally:
  - {id: tidy, command: ["true"], in_doubt: retry}
)";

constexpr auto kUntold = state::AttemptEnd::unknown;

state::StepStarted intent(std::int64_t attempt) {
  state::StepStarted started;
  started.attempt = attempt;
  return started;
}
ActionError refused(std::string why) {
  return {ErrorClass::refused, std::move(why)};
}

// Started, asked for consent, in doubt after a crash, and answered.
void begin(ScriptedRun& run) {
  state::RunCreated created;
  created.mode = "unplanned";
  created.say = "PostgresDown east";
  created.inputs = {{"to", Value("west")}};
  run.created("03:13:20", created).claimed("03:13:20", 7001);
  run.event("03:13:20", "detect", intent(1));
  run.event("03:13:58", "detect",
            state::StepSucceeded{{{"rpo", Value(Duration(4100ms))}}, false, "", ""});
  state::StepOpened opened;
  opened.shown = {{"ask", Value("West is 41s behind. Lose <those> writes?")}};
  run.event("03:13:58", "consent", opened);
  run.event("03:14:50", "consent", state::Voted{true, "ana", "ok, carts only"});
  run.event("03:14:50", "consent",
            state::StepSucceeded{
                {{"approved", Value(true)}, {"by", Value("ana")}}, false, "ana", "ok, carts only"});
  run.event("03:14:50", "restart_agent", intent(1));
  run.claimed("03:14:53", 7002);
  run.event("03:14:53", "restart_agent",
            state::AttemptEnded{kUntold, {ErrorClass::internal, "the engine died"}, "", ""});
  run.event("03:14:53", "restart_agent",
            state::StepInDoubt{"the engine died while it was running"});
  run.event("03:15:20", "restart_agent", state::StepSucceeded{{}, false, "ana", "saw uptime 12s"});
  run.event("03:15:20", "promote", intent(1));
}

// A try that failed, a step that was skipped, one that was tolerated, a pause and notes.
ScriptedRun finished() {
  ScriptedRun run(kFailover);
  begin(run);
  run.event("03:15:53", "promote", state::StepSucceeded{});
  run.event("03:15:53", "traffic", state::StepOpened{});
  run.event("03:15:53", "traffic/lb", intent(1)).event("03:15:53", "traffic/dns", intent(1));
  run.event(
      "03:15:55", "traffic/lb",
      state::AttemptEnded{state::AttemptEnd::not_done, {ErrorClass::network, "refused"}, "", ""});
  run.event("03:15:55", "traffic/lb", state::RetryScheduled{});
  run.event("03:15:56", "traffic/dns", state::StepSucceeded{});
  run.event("03:15:57", "traffic/lb", intent(2))
      .event("03:16:06", "traffic/lb", state::StepSucceeded{});
  run.event("03:16:06", "traffic", state::StepSucceeded{});
  run.event("03:16:06", "warm", intent(1));
  run.event("03:16:07", "warm",
            state::AttemptEnded{state::AttemptEnd::failed, refused("exit code 4"), "", ""});
  run.event("03:16:07", "warm", state::StepFailed{refused("exit code 4"), false});
  run.event("03:16:07", "",
            state::RunPaused{state::PauseReason::failure, "warm", "warm failed", "", ""});
  run.event("03:16:20", "", state::RunNoted{"called the data centre | *urgent*", "li"});
  state::StepCorrected corrected{{{"cwd", Value("/srv")}}, "li", "the folder was wrong"};
  run.event("03:16:30", "warm", corrected);
  run.event("03:16:40", "warm", state::StepSkipped{"skip", {}, "li", "cache warms by itself"});
  run.event("03:16:40", "", state::RunContinued{"li", ""});
  run.event("03:16:40", "tell", intent(1));
  run.event("03:16:41", "tell",
            state::AttemptEnded{state::AttemptEnd::failed, refused("exit code 1"), "", ""});
  run.event("03:16:41", "tell", state::StepFailed{refused("exit code 1"), true});
  run.event("03:16:41", "", state::FinallyStarted{});
  run.event("03:16:41", "finally/tidy", intent(1))
      .event("03:17:01", "finally/tidy", state::StepSucceeded{});
  run.event("03:17:01", "",
            state::RunFinished{state::RunStatus::succeeded, "", {{"primary", Value("west")}}});
  return run;
}

service::Report told(const ScriptedRun& run, std::string_view now = "04:00:00") {
  service::ReportRequest request;
  request.now = ScriptedRun::time(now);
  request.evidence = service::Evidence{static_cast<std::int64_t>(run.events().size()), "5f1c09"};
  request.forecast.whole = service::Expected{220s, 300s, 12};
  request.forecast.steps["traffic/lb"] = service::Expected{2s, 3s, 12};
  request.forecast.steps["promote"] = service::Expected{30s, 40s, 12};
  return service::make_report(run.history(), run.events(), {.who = "mira", .groups = {}}, request);
}

TEST(ReportScreen, TellsAFinishedRun) {
  expect_golden("told", document_screen({}, lay_out(told(finished()), "rung")));
}

TEST(ReportScreen, TellsARunThatGoesOn) {
  ScriptedRun run(kFailover);
  begin(run);
  expect_golden("told_so_far", document_screen({}, lay_out(told(run, "03:15:40"), "rung")));
}

TEST(ReportScreen, IsMarkdown) {
  expect_golden("told_md", to_markdown(lay_out(told(finished()), "rung")));
}

TEST(ReportScreen, IsAPageOfItsOwn) {
  const service::Report report = told(finished());
  const std::string page = to_html(lay_out(report, "rung"), report);
  expect_golden("told_html", page);
  EXPECT_THAT(page,
              AllOf(Not(HasSubstr("<script")), Not(HasSubstr("src=")), Not(HasSubstr("href=")),
                    Not(HasSubstr("url(")), Not(HasSubstr("@import"))));
}

TEST(ReportScreen, EscapesEverything) {
  ScriptedRun run(kFailover);
  state::RunCreated created;
  created.say = "<script>alert('x')</script> & \"y\"";
  run.created("03:13:20", created);
  run.event("03:13:21", "", state::RunNoted{"<img src=x onerror=y>\033[2J", "li<b>"});
  const service::Report report = told(run);
  const std::string page = to_html(lay_out(report, "rung"), report);
  EXPECT_THAT(
      page, AllOf(HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;"),
                  HasSubstr("&lt;img src=x onerror=y&gt; [2J"), HasSubstr("li&lt;b&gt;")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img")), Not(HasSubstr("<b>")),
                          Not(HasSubstr("\033"))));
  EXPECT_THAT(document_screen({}, lay_out(report, "rung")), Not(HasSubstr("\033")));
}

TEST(ReportScreen, MasksSecrets) {
  ScriptedRun run(kFailover);
  state::RunCreated created;
  created.inputs = {{"token", Value("hunter2").as_secret()}};
  run.created("03:13:20", created);
  const service::Report report = told(run);
  EXPECT_THAT(document_screen({}, lay_out(report, "rung")),
              AllOf(HasSubstr("token=***"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(to_html(lay_out(report, "rung"), report), Not(HasSubstr("hunter2")));
}

TEST(ReportScreen, StaysUsableWithTenThousandSteps) {
  constexpr int kSteps = 10'000;
  std::string yaml = "rung: v1\nname: many\nsteps:\n  - id: all\n    parallel:\n";
  for (int i = 0; i < kSteps; ++i)
    yaml += "      - {id: s" + std::to_string(i) + ", set: {x: \"{{ 1 }}\"}}\n";
  ScriptedRun run(yaml);
  run.created("03:00:00", {}).claimed("03:00:00", 1).event("03:00:00", "all", state::StepOpened{});
  for (int i = 0; i < kSteps; ++i) {
    const std::string step = "all/s" + std::to_string(i);
    run.event("03:00:01", step, intent(1)).event("03:00:02", step, state::StepSucceeded{});
  }
  const service::Report report = told(run);
  const service::Document document = lay_out(report, "rung");
  EXPECT_LT(document_screen({}, document).size(), 40'000u);
  EXPECT_LT(to_html(document, report).size(), 120'000u);
}

// A run on this machine, with what can happen to one.
class ReportTest : public ::testing::Test {
 protected:
  ReportTest() {
    box.write("move.yaml", R"(rung: v1
name: move
objectives: {rto: 5m, rpo: 30s}
steps:
  - id: look
    phase: detect
    shell: echo "rpo=4s" >> "$RUNG_OUTPUT_FILE"
    outputs: {rpo: duration}
    undo: none
    in_doubt: retry
  - {id: consent, approve: {ask: "Go?", timeout: 10m, on_timeout: reject}}
  - id: fence
    phase: fence
    shell: "test -f fenced || { touch fenced; exit 3; }"
    undo: none
    in_doubt: retry
    retry: {attempts: 2, delay: 10ms, max_delay: 10ms}
  - {id: warm, shell: "exit 4", undo: none, in_doubt: retry}
outputs: {to: west}
)");
    box.write("back.yaml", R"(rung: v1
name: back
on_failure: undo_run
steps:
  - {id: copy, shell: "true", undo: {command: ["true"]}, in_doubt: retry}
  - {id: switch, shell: "exit 7", undo: none, in_doubt: retry}
)");
  }

  void move() {
    ASSERT_EQ(box.rung({"run", "move.yaml", "-q", "--say", "the site is down"}).code, 4);
    ASSERT_EQ(box.rung({"approve", "1", "consent", "--say", "carts only"}).code, 7);
    ASSERT_EQ(box.rung({"resume", "1", "-q"}).code, 4);
    ASSERT_EQ(box.rung({"retry", "1", "warm", "--say", "once more"}).code, 7);
    ASSERT_EQ(box.rung({"resume", "1", "-q"}).code, 4);
    ASSERT_EQ(box.rung({"note", "1", "called the data centre"}).code, 0);
    ASSERT_EQ(box.rung({"skip", "1", "warm", "--say", "by hand"}).code, 7);
    ASSERT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  }
  // As somebody with the file would change it.
  Ended sql(const std::string& statement) {
    box.write("change.py",
              "import sqlite3, sys\nstore = sqlite3.connect(sys.argv[1])\n"
              "store.execute(sys.argv[2])\nstore.commit()\n");
    return box.shell("python3 change.py '" + box.store() + "' \"" + statement + "\"");
  }

  Sandbox box;
};

TEST_F(ReportTest, TellsWhoApprovedRetriedSkippedAndNotedAndWhy) {
  move();
  const Ended ended = box.rung({"report", "1"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(ContainsRegex("started .*the site is down"),
                               ContainsRegex("approved +consent .*carts only"),
                               ContainsRegex("asked for another try +warm .*once more"),
                               ContainsRegex("noted .*called the data centre"),
                               ContainsRegex("skipped +warm .*by hand")));
  EXPECT_THAT(ended.out,
              AllOf(ContainsRegex("fence +try 1: FAILED"), ContainsRegex("fence +try 2: DONE"),
                    ContainsRegex("RPO +30s +4s +met"), ContainsRegex("RTO +5m .* met"),
                    ContainsRegex("outputs +to=west")));
}

TEST_F(ReportTest, IsJsonForPrograms) {
  move();
  for (const char* words : {"-o json", "--format json"}) {
    const Ended ended =
        box.shell("rung report 1 " + std::string(words) + " | python3 -m json.tool");
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, AllOf(HasSubstr("\"critical_path\""), HasSubstr("\"timeline\""),
                                 HasSubstr("\"left\"")));
  }
}

TEST_F(ReportTest, ExpectsWhatEarlierRunsTook) {
  move();
  box.write("quick.yaml",
            "rung: v1\nname: quick\nsteps:\n  - {id: one, shell: \"true\", undo: none, in_doubt: "
            "retry}\n");
  for (int i = 0; i < 3; ++i) ASSERT_EQ(box.rung({"run", "quick.yaml", "-q"}).code, 0);
  EXPECT_THAT(box.rung({"report", "4"}).out, HasSubstr("the earlier runs that succeeded (2)"));
  EXPECT_THAT(box.rung({"report", "2"}).out, Not(HasSubstr("Expected")));
}

TEST_F(ReportTest, TellsAnUndo) {
  ASSERT_EQ(box.rung({"run", "back.yaml", "-q"}).code, 1);
  EXPECT_THAT(box.rung({"report"}).out,
              AllOf(HasSubstr("UNDONE"), ContainsRegex("switch +try 1, the last: FAILED"),
                    HasSubstr("undo begins"), ContainsRegex("copy@undo +try 1: DONE")));
}

TEST_F(ReportTest, SaysWhatACancelledRunDidNotUndo) {
  box.write("half.yaml", R"(rung: v1
name: half
steps:
  - {id: copy, shell: "true", undo: {command: ["true"]}, in_doubt: retry}
  - {id: consent, approve: {ask: "Go?", timeout: 10m, on_timeout: reject}}
)");
  ASSERT_EQ(box.rung({"run", "half.yaml", "-q"}).code, 4);
  EXPECT_THAT(box.rung({"report"}).out,
              AllOf(HasSubstr("it is not over"), HasSubstr("rung approve 1 consent")));
  ASSERT_EQ(box.rung({"cancel", "1"}).code, 7);
  ASSERT_EQ(box.rung({"resume", "1", "-q"}).code, 1);
  EXPECT_THAT(box.rung({"report"}).out, ContainsRegex("copy +not undone .*copy@undo"));
}

TEST_F(ReportTest, VerifiesThatTheJournalIsWhatWasWritten) {
  move();
  const Ended ended = box.rung({"report", "1", "--verify"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out,
              ContainsRegex("verified: the chain of [0-9]+ events is whole, last hash [0-9a-f]+"));
}

TEST_F(ReportTest, FindsAByteThatWasFlipped) {
  move();
  ASSERT_EQ(sql("UPDATE event SET payload = replace(payload, 'carts only', 'carts onlx') "
                "WHERE type = 29")
                .code,
            0);
  EXPECT_EQ(box.rung({"report", "1"}).code, 0) << "it is readable, and wrong";
  const Ended ended = box.rung({"report", "1", "--verify"});
  EXPECT_EQ(ended.code, 13);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("approval.voted of consent"), HasSubstr("its hash does not follow")));
}

TEST_F(ReportTest, FindsThatTheEndOfAJournalIsMissing) {
  move();
  ASSERT_EQ(sql("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)").code, 0);
  const Ended ended = box.rung({"report", "1", "--verify"});
  EXPECT_EQ(ended.code, 13);
  EXPECT_THAT(ended.err, HasSubstr("events are missing"));
}

TEST_F(ReportTest, RefusesAFormatThatItDoesNotKnow) {
  const Ended ended = box.rung({"report", "1", "--format", "pdf"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("'pdf' is no form of a report: write text, json, md or html"));
}

}  // namespace
}  // namespace rung::cli
