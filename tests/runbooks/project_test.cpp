#include "runbooks/closed_set.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace rung::runbooks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kProject = R"(rung: v1
project: payments
sites:
  east: {db: db_east, port: 5432}
  west: {db: db_west, port: 5433}
connections:
  db_east: {uses: db, host: east, port: 5432, password: "{{ secrets.db }}"}
  db_west: {uses: db, host: west}
secrets:
  db: {env: DB}
people:
  dba: {users: [ana], notify: [pager]}
notify:
  channels: {pager: {uses: pagerduty, key: "{{ secrets.db }}"}}
  events: [started]
defaults: {step: {timeout: 1m}}
environments:
  drill:
    connections: {db_west: {host: west.drill}}
    sites: {west: {port: 1}}
    secrets: {db: {file: /drill/db}}
    defaults: {step: {timeout: 7m}}
)";

Loaded load_in(const std::string& environment, std::string_view text,
               std::string_view project = kProject) {
  return load_text({"runbook.yaml", std::string(text), std::string(project), ""}, test_catalog(),
                   {.environment = environment});
}

Plan plan_in(const std::string& environment) {
  const auto loaded =
      load_in(environment, runbook_of("- {id: a, uses: test.noop, with: {n: 1}, undo: none, "
                                      "in_doubt: retry}"));
  EXPECT_TRUE(loaded.plan) << findings(loaded);
  return loaded.plan ? *loaded.plan : Plan{};
}

TEST(Project, GivesARunbookTheCalendarsThatHoldIt) {
  const auto loaded =
      load_in("", runbook_of("- {id: a, set: {x: 1}}"),
              "rung: v1\ncalendars:\n"
              "  year_end: {from: \"2026-12-20\", to: \"2027-01-04\", say: closing}\n"
              "  night: {from: \"22:00\", to: \"06:00\", weekdays: [fri], modes: [drill], "
              "timezone: Europe/Berlin, say: night, runbooks: [example]}\n"
              "  other: {from: \"22:00\", to: \"06:00\", say: x, runbooks: [other]}\n"
              "  spared: {from: \"22:00\", to: \"06:00\", say: x, except: [example]}\n");
  ASSERT_TRUE(loaded.plan) << findings(loaded);
  ASSERT_EQ(loaded.plan->freezes.size(), 2u);
  const FreezeSpec& period = loaded.plan->freezes[0];
  EXPECT_EQ(period.from + " " + period.to, "2026-12-20 00:00 2027-01-04 24:00");
  EXPECT_EQ(period.modes, (std::vector<std::string>{"planned", "drill"}));
  EXPECT_EQ(loaded.plan->freezes[1].weekdays, std::vector<int>{4});
  EXPECT_EQ(plan_from_json(to_json(*loaded.plan)).value(), *loaded.plan);
}

TEST(Project, IsPartOfThePlan) {
  const Plan plan = plan_in("");
  EXPECT_EQ(plan.project, "payments");
  EXPECT_EQ(plan.environment, "");
  EXPECT_EQ(*plan.sites.at("west").member("db"), Value("db_west"));
  EXPECT_EQ(plan.connections.at("db_east").uses, "db");
  EXPECT_EQ(plan.connections.at("db_east").fields.at("port"), Template{Value(5432)});
  EXPECT_TRUE(reads_secrets(plan.connections.at("db_east").fields.at("password")));
  EXPECT_THAT(plan.people.at("dba").notify, ElementsAre("pager"));
  EXPECT_EQ(plan.notify.channels.at("pager").uses, "pagerduty");
  EXPECT_THAT(plan.notify.events, ElementsAre("started"));
}

TEST(Project, ComesBackFromTheStoredPlan) {
  const Plan plan = plan_in("drill");
  const auto read = plan_from_json(to_json(plan));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read.value(), plan);
}

TEST(Environment, ChangesTheFieldsThatItNamesAndNoOthers) {
  const Plan plan = plan_in("drill");
  EXPECT_EQ(plan.environment, "drill");
  EXPECT_EQ(plan.connections.at("db_west").fields.at("host"), Template{Value("west.drill")});
  EXPECT_EQ(plan.connections.at("db_east").fields.at("host"), Template{Value("east")});
  EXPECT_EQ(*plan.sites.at("west").member("port"), Value(1));
  EXPECT_EQ(*plan.sites.at("west").member("db"), Value("db_west"));
  EXPECT_EQ(plan.secrets.at("db"), (SecretSource{"", "/drill/db"}));
  EXPECT_EQ(plan.steps.at(2).timeout, std::chrono::minutes(7));
}

TEST(Environment, ThatTheProjectDoesNotHaveIsRefusedWithTheOneThatWasMeant) {
  EXPECT_THAT(findings(load_in("dril", runbook_of("- {id: a, set: {x: 1}}"))),
              HasSubstr("the project has no environment `dril` | did you mean  --env drill?"));
}

TEST(Environment, NeedsAProject) {
  EXPECT_THAT(findings(load_in("drill", runbook_of("- {id: a, set: {x: 1}}"), "")),
              HasSubstr("no rung.yaml here or above"));
}

TEST(Environment, IsCheckedForTargetsAlsoWhenNobodyAsksForIt) {
  constexpr const char* kProjectWithHole = R"(rung: v1
sites: {east: {db: db_east}}
connections: {db_east: {uses: db, host: east}}
environments:
  drill: {sites: {east: {db: db_drill}}}
)";
  const auto text = runbook_of(
      "- {id: a, uses: test.query, target: \"{{ sites.east.db }}\", with: {sql: select 1}, "
      "in_doubt: retry, undo: none}");
  EXPECT_THAT(findings(load_in("", text, kProjectWithHole)),
              HasSubstr("there is no connection `db_drill` (in the environment `drill`)"));
}

TEST(SiteInput, IsOneOfTheProjectsSites) {
  const Plan plan = plan_of(
      "rung: v1\nname: x\ninputs: {to: {type: site, default: west}}\n"
      "steps: [{id: a, set: {port: \"{{ sites[inputs.to].port }}\"}}]\n",
      kProject);
  EXPECT_EQ(plan.inputs.at(0).type, Type::site);
  EXPECT_THAT(plan.inputs.at(0).choices, ElementsAre("east", "west"));
}

TEST(SiteInput, NeedsSites) {
  EXPECT_THAT(findings(load("rung: v1\nname: x\ninputs: {to: {type: site}}\n"
                            "steps: [{id: a, set: {x: 1}}]\n",
                            "rung: v1\n")),
              HasSubstr("`to` is a site, and the project has no sites"));
}

TEST(Target, ReachesThePlanAsItWasWritten) {
  const Plan plan = plan_of(
      "rung: v1\nname: x\ninputs: {to: {type: site}}\n"
      "vars: {db: \"{{ sites[inputs.to].db }}\"}\n"
      "steps: [{id: a, uses: test.query, target: \"{{ vars.db }}\", with: {sql: select 1}, "
      "in_doubt: retry, undo: none}]\n",
      kProject);
  EXPECT_EQ(plan.steps.at(2).action.target, Template{Expression{"vars.db"}});
}

TEST(Target, MayBringWhatTheActionRequires) {
  const Plan plan =
      plan_of("rung: v1\nname: x\nsteps: [{id: a, http: {method: GET}, target: api}]\n",
              "rung: v1\nconnections: {api: {uses: http, url: \"http://api\"}}\n");
  EXPECT_EQ(plan.steps.at(2).action.target, Template{Value("api")});
}

TEST(Connection, NamesFilesFromTheFolderOfTheProject) {
  const auto folder = std::filesystem::temp_directory_path().string();
  const auto loaded =
      load_text({"runbook.yaml", runbook_of("- {id: a, set: {x: 1}}"),
                 "rung: v1\nconnections: {db: {uses: db, host: a, ca_file: tls/ca.pem}}\n", folder},
                test_catalog());
  ASSERT_TRUE(loaded.plan) << findings(loaded);
  EXPECT_EQ(loaded.plan->connections.at("db").fields.at("ca_file"),
            Template{Value((std::filesystem::path(folder) / "tls/ca.pem").string())});
}

Plan plan_with_inputs() {
  Plan plan;
  plan.inputs = {{"to", Type::site, {"east", "west"}, {}, ""},
                 {"sure", Type::boolean, {}, {}, ""},
                 {"name", Type::string, {}, {}, ""}};
  plan.modes = {"planned", "drill"};
  return plan;
}

std::vector<std::string> texts_of(const ClosedSet& set) {
  std::vector<std::string> out;
  for (const auto& member : set.members) out.push_back(to_text(member.value));
  return out;
}

TEST(ClosedSet, HoldsEachValueThatTheChoicesGive) {
  const Plan plan = plan_with_inputs();
  const auto set =
      closed_set(Template{Expression{"inputs.sure and mode == 'planned' and inputs.to or 'none'"}},
                 {plan, {}});
  EXPECT_THAT(texts_of(set), ::testing::UnorderedElementsAre("none", "east", "west"));
}

TEST(ClosedSet, IsOpenWhereSomethingMayBeAnything) {
  const Plan plan = plan_with_inputs();
  const auto set = closed_set(Template{Expression{"inputs.name"}}, {plan, {}});
  EXPECT_EQ(set.open, "inputs.name");
  EXPECT_THAT(set.members, IsEmpty());
}

TEST(ClosedSet, SaysWithWhichChoiceItCannotBeComputed) {
  const Plan plan = plan_with_inputs();
  const Value::Map sites{{"east", Value::Map{{"db", "a"}}}, {"west", Value::Map{}}};
  const auto set = closed_set(Template{Expression{"sites[inputs.to].db .. 'x'"}}, {plan, sites});
  ASSERT_TRUE(set.error);
  EXPECT_EQ(set.error_where, "to=west");
}

TEST(ClosedSet, GivesUpBeforeItTakesLong) {
  Plan plan;
  std::string expression = "''";
  for (int i = 0; i < 12; ++i) {
    plan.inputs.push_back({"i" + std::to_string(i), Type::boolean, {}, {}, ""});
    expression += " .. string(inputs.i" + std::to_string(i) + ")";
  }
  const auto set = closed_set(Template{Expression{expression}}, {plan, {}});
  ASSERT_TRUE(set.error);
  EXPECT_EQ(set.error->code(), ErrorCode::exhausted);
}

}  // namespace
}  // namespace rung::runbooks
