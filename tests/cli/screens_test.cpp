#include "cli/screen/list_screen.h"
#include "cli/screen/need_screen.h"
#include "cli/screen/plan_screen.h"
#include "cli/screen/report_screen.h"
#include "cli/screen/run_screen.h"
#include "cli/screen/times.h"
#include "cli/screen/undo_screen.h"
#include "tests/cli/scripted_run.h"

#include <gmock/gmock.h>

namespace rung::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kFailover = R"(rung: v1
name: orders-db-failover
title: Fail the orders database over to the other site
objectives: {rto: 5m}
modes: [unplanned, drill]
steps:
  - {id: detect, phase: detect, command: ["true"], outputs: {down: int}, undo: none, in_doubt: retry}
  - id: consent
    approve:
      ask: "West is 41s behind. Lose those writes?"
      show: {sent: 3/A81F2C0, replayed: 3/A7E0018}
      timeout: 90s
      on_timeout: reject
  - id: restart_agent
    phase: fence
    timeout: 1m
    http: {method: POST, url: "http://agent-west/restart"}
    how_to_tell: "curl -s http://agent-west/uptime"
    undo: {command: [./start-agent, west]}
  - id: promote
    phase: promote
    command: ["true"]
    undo: none
    how_to_tell: look
    point_of_no_return: "the way back is orders-db-failback"
  - {id: tell, command: ["true"], undo: none, in_doubt: retry, tolerate: "mail may be down"}
)";

TimePoint at(std::string_view clock) {
  return ScriptedRun::time(clock);
}

// Created at 03:13:20, detected, consent open since 03:14:58.
ScriptedRun waiting_for_consent() {
  ScriptedRun run(kFailover);
  state::RunCreated created;
  created.mode = "unplanned";
  created.say = "PostgresDown east";
  run.created("03:13:20", created).claimed("03:13:20", 7001);
  run.event("03:13:20", "detect", state::StepStarted{});
  run.event("03:14:58", "detect",
            state::StepSucceeded{{{"down", Value(2)}, {"exit_code", Value(0)}}, false, "", ""});
  state::StepOpened opened;
  opened.shown = {{"ask", Value("West is 41s behind. Lose those writes?")},
                  {"show", Value(Value::Map{{"sent", "3/A81F2C0"}, {"replayed", "3/A7E0018"}})}};
  opened.due = at("03:16:28");
  run.event("03:14:58", "consent", opened);
  return run;
}

ScriptedRun after_consent() {
  ScriptedRun run = waiting_for_consent();
  run.event("03:15:40", "consent", state::Voted{true, "ana", "ok, carts only"});
  run.event("03:15:40", "consent",
            state::StepSucceeded{
                {{"approved", Value(true)}, {"by", Value("ana")}}, false, "ana", "ok, carts only"});
  return run;
}

state::StepStarted intent(std::int64_t attempt) {
  state::StepStarted started;
  started.attempt = attempt;
  return started;
}

ScriptedRun in_doubt() {
  ScriptedRun run = after_consent();
  run.event("03:16:01", "restart_agent", intent(1));
  run.claimed("03:16:04", 7002);
  run.event("03:16:04", "restart_agent",
            state::AttemptEnded{state::AttemptEnd::unknown,
                                {ErrorClass::internal, "the engine died while it was running"},
                                "",
                                ""});
  run.event("03:16:04", "restart_agent",
            state::StepInDoubt{"the engine died while it was running"});
  return run;
}

// The engine was stopped in the middle of a step, and the next one took over.
ScriptedRun stopped() {
  ScriptedRun run = after_consent();
  run.event("03:16:01", "restart_agent", intent(1));
  run.event("03:16:02", "", state::RunReleased{0, "Ctrl-C"});
  return run;
}

ScriptedRun finished() {
  ScriptedRun run = in_doubt();
  run.event("03:16:30", "restart_agent", state::StepSucceeded{{}, false, "ana", "saw uptime 12s"});
  run.event("03:16:30", "promote", intent(1));
  run.claimed("03:16:33", 7003);
  run.event("03:16:50", "promote", state::StepSucceeded{});
  run.event("03:16:50", "tell", intent(1));
  run.event(
      "03:16:51", "tell",
      state::AttemptEnded{state::AttemptEnd::failed, {ErrorClass::refused, "exit code 1"}, "", ""});
  run.event("03:16:51", "tell", state::StepFailed{{ErrorClass::refused, "exit code 1"}, true});
  run.event("03:17:01", "",
            state::RunFinished{state::RunStatus::succeeded, "", {{"primary", Value("west")}}});
  return run;
}

TEST(Screens, WaitingForAnApproval) {
  expect_golden("approval", why_screen({}, waiting_for_consent().view(), at("03:15:36")));
}

TEST(Screens, WaitingWithoutAnEngine) {
  expect_golden("no_engine",
                why_screen({}, waiting_for_consent().view("ana", false), at("03:15:36")));
}

TEST(Screens, InDoubt) {
  expect_golden("in_doubt", why_screen({}, in_doubt().view(), at("03:16:10")));
}

TEST(Screens, ShowOfAWaitingRun) {
  expect_golden("show_waiting", show_screen({}, waiting_for_consent().view(), at("03:15:36")));
}

TEST(Screens, ShowOfAFinishedRun) {
  expect_golden("show_finished", show_screen({}, finished().view(), at("04:00:00")));
}

TEST(Screens, FinalReport) {
  expect_golden("report", report_screen({}, finished().view()));
}

TEST(Screens, ResumeAfterACrash) {
  ScriptedRun run = after_consent();
  run.event("03:16:01", "restart_agent", intent(1)).claimed("03:16:04", 7002);
  expect_golden("takeover", takeover_screen({}, run.view(), 11ms));
}

TEST(Screens, ResumeAfterAStop) {
  ScriptedRun run = stopped();
  run.claimed("03:16:09", 7002);
  EXPECT_THAT(takeover_screen({}, run.view(), 11ms),
              testing::HasSubstr("engine pid 7001 on host ops1 stopped (Ctrl-C) at 03:16:02Z"));
}

TEST(Screens, AStopIsCountedApartFromACrash) {
  ScriptedRun run = stopped();
  run.claimed("03:16:09", 7002);
  run.claimed("03:16:20", 7003);
  run.event("03:16:30", "", state::RunFinished{state::RunStatus::failed, "", {}});
  EXPECT_THAT(report_screen({}, run.view()),
              testing::HasSubstr("(1 killed or lost, 1 stopped in order)"));
}

TEST(Screens, AStoppedRunIsDrivenByNobodyThoughItsEngineStillEnds) {
  const ScriptedRun run = stopped();
  const auto view = run.view();
  const auto need = std::find_if(view.needs.begin(), view.needs.end(), [](const auto& one) {
    return one.kind == service::NeedKind::engine;
  });
  ASSERT_NE(need, view.needs.end());
  EXPECT_EQ(need->facts.front().second, "pid 7001 on ops1 stopped at 2026-03-27T03:16:02Z: Ctrl-C");
}

TEST(Screens, LiveRunFitsIntoItsTerminal) {
  ScriptedRun run = after_consent();
  run.event("03:16:01", "restart_agent", intent(1));
  const auto lines = live_screen({}, run.view(), at("03:16:10"), 24, "[p]ause  [d]etach");
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  expect_golden("live", text);
}

TEST(Screens, LiveRunOfManyStepsShowsThoseAroundTheOneThatRuns) {
  std::string yaml = "rung: v1\nname: many\nsteps:\n";
  for (int i = 0; i < 50; ++i)
    yaml +=
        "  - {id: s" + std::to_string(i) + ", command: [\"true\"], undo: none, in_doubt: retry}\n";
  ScriptedRun run(yaml);
  run.created("03:00:00", {}).claimed("03:00:00", 1);
  for (int i = 0; i < 25; ++i) {
    run.event("03:00:01", "s" + std::to_string(i), intent(1));
    run.event("03:00:02", "s" + std::to_string(i), state::StepSucceeded{});
  }
  run.event("03:00:03", "s25", intent(1));
  const auto lines = live_screen({}, run.view(), at("03:00:05"), 16, "keys");
  EXPECT_LE(lines.size(), 16u);
  EXPECT_THAT(lines, testing::Contains(testing::HasSubstr(">>   s25")));
  EXPECT_THAT(lines, testing::Contains(testing::HasSubstr("more above")));
  EXPECT_THAT(lines, testing::Contains(testing::HasSubstr("more below")));
}

TEST(Screens, ALongRowOfStepsThatAreAlikeIsShownByItsEndsOnATerminalOnly) {
  std::string yaml = "rung: v1\nname: many\nsteps:\n";
  for (int i = 0; i < 100; ++i) yaml += "  - {id: s" + std::to_string(i) + ", set: {x: 1}}\n";
  ScriptedRun run(yaml);
  run.created("03:00:00", {}).claimed("03:00:00", 1);
  for (int i = 0; i < 60; ++i)
    run.event("03:00:02", "s" + std::to_string(i), state::StepSucceeded{});
  const std::string shown = show_screen({}, run.view(), at("03:00:05"));
  EXPECT_THAT(shown, testing::HasSubstr("... 54 more succeeded"));
  EXPECT_THAT(shown, testing::HasSubstr("s59"));
  EXPECT_THAT(shown, testing::Not(testing::HasSubstr("s30")));
  Style pipe;
  pipe.is_terminal = false;
  EXPECT_THAT(show_screen(pipe, run.view(), at("03:00:05")), testing::HasSubstr("s30"));
}

TEST(Screens, ChangesAreALineEach) {
  const auto before = waiting_for_consent().view();
  const auto after = finished().view();
  std::string text;
  for (const std::string& line : change_lines({}, &before, after)) text += line + "\n";
  expect_golden("changes", text);
}

TEST(Screens, ListOfRuns) {
  state::RunSummary run;
  run.run = RunId{42};
  run.runbook = "orders-db-failover";
  run.status = state::RunStatus::waiting;
  run.reason = "approval of consent";
  run.who = "mira";
  run.created_at = at("03:13:20");
  state::RunSummary over = run;
  over.run = RunId{41};
  over.status = state::RunStatus::succeeded;
  over.reason = "";
  over.finished_at = at("03:17:01");
  expect_golden("list", list_screen({}, {{run, "", {}}, {over, "drill", {}}}, at("03:15:36")));
}

TEST(Screens, UndoAsAPlan) {
  ScriptedRun run = in_doubt();
  expect_golden("undo", undo_screen({}, service::describe_undo(run.history()), "rung"));
}

TEST(Screens, UndoAfterThePointOfNoReturn) {
  ScriptedRun run = in_doubt();
  run.event("03:16:30", "restart_agent", state::StepSucceeded{{}, false, "ana", "saw uptime 12s"});
  run.event("03:16:30", "promote", intent(1));
  expect_golden("undo_refused", undo_screen({}, service::describe_undo(run.history()), "rung"));
}

TEST(Screens, AColourlessScreenHasNoEscapes) {
  EXPECT_THAT(show_screen({}, finished().view(), at("04:00:00")),
              testing::Not(testing::HasSubstr("\033")));
  EXPECT_THAT(show_screen({.has_color = true}, finished().view(), at("04:00:00")),
              testing::HasSubstr("\033[32m"));
}

TEST(Screens, WithoutUtf8TheBarIsAscii) {
  EXPECT_THAT(rto_line({}, waiting_for_consent().view(), at("03:15:50")),
              testing::HasSubstr("[###############---"));
}

struct BriefCase {
  Duration duration;
  const char* text;
};
class BriefDurations : public testing::TestWithParam<BriefCase> {};
TEST_P(BriefDurations, ReadAloud) {
  EXPECT_EQ(brief(GetParam().duration), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(All, BriefDurations,
                         testing::Values(BriefCase{0s, "0s"}, BriefCase{400ms, "0.4s"},
                                         BriefCase{6s, "6s"}, BriefCase{118s, "1m58s"},
                                         BriefCase{300s, "5m"}, BriefCase{3h + 2min, "3h02m"},
                                         BriefCase{52h, "2d4h"}),
                         [](const auto& one) {
                           std::string name = one.param.text;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace rung::cli
