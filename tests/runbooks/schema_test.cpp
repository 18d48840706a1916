#include "runbooks/schema.h"

#include "base/durable_file.h"
#include "base/json.h"
#include "runbooks/keys.h"
#include "tests/runbooks/schema_check.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace rung::runbooks {
namespace {

const std::string kData = RUNBOOKS_TEST_DATA;

Value schema_of(SchemaOf of) {
  auto schema = from_plain_json(json_schema(of, &test_catalog()));
  return schema ? std::move(schema).value() : Value();
}

std::string why(const std::string& yaml, SchemaOf of = SchemaOf::runbook) {
  const auto schema = schema_of(of);
  return why_invalid(value_of_yaml(yaml), schema, schema);
}

std::vector<std::string> good_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kData + "/good")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  return files;
}

class SchemaOfGoodRunbook : public ::testing::TestWithParam<std::string> {};

TEST_P(SchemaOfGoodRunbook, AcceptsWhatTheLoaderAccepts) {
  EXPECT_EQ(why(read_file(GetParam(), 1u << 20).value()), "");
}

INSTANTIATE_TEST_SUITE_P(Examples, SchemaOfGoodRunbook, ::testing::ValuesIn(good_files()),
                         [](const auto& file) {
                           return std::filesystem::path(file.param).stem().string();
                         });

struct Refused {
  const char* name;
  const char* step;
};

class SchemaOfBadStep : public ::testing::TestWithParam<Refused> {};

TEST_P(SchemaOfBadStep, IsRefusedByTheSchemaAndByTheLoader) {
  const auto text = runbook_of(GetParam().step);
  EXPECT_NE(why(text), "");
  EXPECT_FALSE(load(text).plan);
}

INSTANTIATE_TEST_SUITE_P(
    Steps, SchemaOfBadStep,
    ::testing::Values(
        Refused{"without_an_id", "- set: {x: 1}"}, Refused{"without_a_kind", "- id: a"},
        Refused{"with_two_kinds", "- {id: a, set: {x: 1}, fail: no}"},
        Refused{"with_an_unknown_key", "- {id: a, set: {x: 1}, frob: 1}"},
        Refused{"with_a_later_key", "- {id: a, set: {x: 1}, triggers: [x]}"},
        Refused{"with_a_bad_id", "- {id: A-b, set: {x: 1}}"},
        Refused{"with_a_duration_without_unit", "- {id: a, command: [x], timeout: 5}"},
        Refused{"with_a_key_of_another_kind", "- {id: a, wait: 5s, env: {A: b}}"},
        Refused{"with_an_unknown_input", "- {id: a, uses: test.noop, with: {m: 1}}"},
        Refused{"with_an_unknown_http_input", "- {id: a, http: {url: x, verb: GET}}"},
        Refused{"with_an_empty_retry_count", "- {id: a, command: [x], retry: {attempts: 0}}"},
        Refused{"with_a_verify_that_never_ends",
                "- {id: a, verify: {checks: {up: {command: [x]}}}}"},
        Refused{"with_a_check_that_looks_at_nothing",
                "- {id: a, verify: {within: 5s, checks: {up: {expect: true}}}}"},
        Refused{"with_an_unknown_key_of_a_check",
                "- {id: a, verify: {within: 5s, checks: {up: {command: [x], hold: 5s}}}}"},
        Refused{"with_an_unknown_phase", "- {id: a, set: {x: 1}, phase: later}"},
        Refused{"with_an_unknown_output_type", "- {id: a, command: [x], outputs: {x: text}}"}),
    [](const auto& refused) { return refused.param.name; });

TEST(Schema, HasExactlyTheKeysThatTheParserKnows) {
  const auto schema = schema_of(SchemaOf::runbook);
  for (const Table* table : {&runbook_table(), &step_table(), &action_table(), &check_table(),
                             &verify_table(), &guard_table()}) {
    const auto* definition = schema.member("definitions")->member(std::string(table->what));
    ASSERT_NE(definition, nullptr) << table->what;
    EXPECT_EQ(definition->member("properties")->map()->size(), table->keys.size());
    for (const auto& key : table->keys) {
      EXPECT_NE(definition->member("properties")->member(std::string(key.name)), nullptr)
          << key.name;
    }
  }
}

TEST(Schema, DescribesEveryKey) {
  for (const Table* table : {&runbook_table(), &step_table(), &action_table(), &project_table()}) {
    for (const auto& key : table->keys) EXPECT_NE(key.doc, "") << table->what << "." << key.name;
  }
}

TEST(Schema, AcceptsAProjectFile) {
  EXPECT_EQ(why("rung: v1\nproject: x\nsecrets: {a: {env: A}}\npeople: {dba: {users: [ana]}}\n"
                "defaults: {step: {timeout: 1m}}\n",
                SchemaOf::project),
            "");
  EXPECT_NE(why("rung: v1\nsecret: {a: {env: A}}\n", SchemaOf::project), "");
}

struct ProjectText {
  const char* name;
  const char* text;
};
class SchemaOfBadProject : public ::testing::TestWithParam<ProjectText> {};

TEST_P(SchemaOfBadProject, IsRefusedByTheSchemaAndByTheLoader) {
  const auto text = "rung: v1\n" + std::string(GetParam().text) + "\n";
  EXPECT_NE(why(text, SchemaOf::project), "");
  EXPECT_FALSE(load(runbook_of("- {id: a, set: {x: 1}}"), text).plan);
}

INSTANTIATE_TEST_SUITE_P(
    Projects, SchemaOfBadProject,
    ::testing::Values(
        ProjectText{"with_an_unknown_kind", "connections: {a: {uses: x}}"},
        ProjectText{"with_no_kind", "connections: {a: {host: x}}"},
        ProjectText{"with_a_missing_field", "connections: {a: {uses: db}}"},
        ProjectText{"with_an_unknown_field", "connections: {a: {uses: db, host: x, hots: y}}"},
        ProjectText{"with_a_field_of_another_kind",
                    "connections: {a: {uses: db, host: x, url: \"http://y\"}}"},
        ProjectText{"with_an_unknown_channel", "notify: {channels: {a: {uses: db, host: x}}}"},
        ProjectText{"with_an_unknown_event", "notify: {events: [ended]}"}),
    [](const auto& project) { return project.param.name; });

TEST(Schema, AcceptsConnectionsSitesAndEnvironments) {
  const std::string text =
      "rung: v1\nsites: {east: {db: a}}\n"
      "connections: {a: {uses: db, host: x, port: 1}}\n"
      "notify: {channels: {p: {uses: pagerduty, key: k}}, events: [started]}\n"
      "environments: {drill: {connections: {a: {host: y}}}}\n";
  EXPECT_EQ(why(text, SchemaOf::project), "");
  EXPECT_TRUE(load(runbook_of("- {id: a, set: {x: 1}}"), text).plan);
}

}  // namespace
}  // namespace rung::runbooks
