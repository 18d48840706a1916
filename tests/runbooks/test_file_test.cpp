#include "runbooks/test_file.h"

#include "base/durable_file.h"
#include "base/json.h"
#include "runbooks/keys.h"
#include "runbooks/schema.h"
#include "runbooks/source.h"
#include "tests/runbooks/schema_check.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>

namespace rung::runbooks {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = std::string(RUNBOOKS_TEST_DATA) + "/bad_tests";

std::string content_of(const std::string& path) {
  auto content = read_file(path, 1u << 20);
  return content ? std::move(content).value() : "";
}

Loaded runbook() {
  return load(content_of(kFolder + "/runbook.txt"));
}

LoadedTests tests(std::string text, const std::string& name = "test.yaml") {
  const Loaded loaded = runbook();
  EXPECT_EQ(findings(loaded), "");
  return tests_from(name, std::move(text), loaded, test_catalog());
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class BadTestFile : public ::testing::TestWithParam<std::string> {};

TEST_P(BadTestFile, IsRefusedWithTheExpectedDiagnostics) {
  const auto loaded = tests(content_of(kFolder + "/" + GetParam() + ".yaml"), GetParam() + ".yaml");
  const auto shown = render(loaded.diagnostics, loaded.texts.lookup());
  const auto golden = kFolder + "/" + GetParam() + ".expected";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(replace_file(golden, shown, 0644));
  }
  EXPECT_EQ(shown, content_of(golden));
  EXPECT_TRUE(loaded.cases.empty());
}

TEST_P(BadTestFile, SaysTheFixOfEachMistakeAtAPlaceThatExists) {
  const auto text = content_of(kFolder + "/" + GetParam() + ".yaml");
  const Source source(GetParam(), text);
  const auto loaded = tests(text);
  for (const auto& d : loaded.diagnostics) {
    EXPECT_NE(d.fix, "") << d.message;
    EXPECT_GE(d.at.line, 1) << d.message;
    EXPECT_LE(d.at.line, source.lines()) << d.message;
    EXPECT_LE(d.at.column, static_cast<int>(source.line(d.at.line).size()) + 1) << d.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, BadTestFile, ::testing::ValuesIn(names()),
                         [](const auto& name) { return name.param; });

constexpr const char* kGood = R"(rung: v1
runbook: runbook.yaml
inputs: {to: east}
mode: drill
started_by: mira
begins_at: "2026-03-27T03:13:20Z"
unstubbed: succeed
stubs:
  look: [{error: network, effect: none, message: gone}, {outputs: {code: 200}, takes: 2s}]
  copy: {outputs: {bytes: 16MB, files: "{{ 1 + 1 }}"}, probe: done}
  copy@undo: {error: timeout, probe: {says: done, outputs: {stdout: x}}}
cases:
  - name: all of it
    inputs: {to: west}
    stubs: {look: {}}
    people:
      - {approve: consent, by: ana, groups: [dba], after: 20s, say: ok}
      - {decide: way, option: left, at: 1m}
      - {done: cables, outputs: {ticket: NET-7}}
      - {signal: ready, payload: {x: [1, 2]}}
      - {resolve: copy, as: not-done, refused: nothing to resolve}
      - {cancel: kill}
      - {undo: true}
    crash_after: look
    crash_during: [copy]
    down: 5s
    expect:
      status: cancelled
      reason: "no {{ inputs.to }}"
      order: [look, copy]
      ran: [look]
      not_run: [way]
      skipped: []
      failed: [copy]
      undone: [copy]
      steps: {copy: {status: undone, attempts: 2, error: refused, message: no, outputs: {bytes: 16MB}}}
      outputs: {x: 1}
      that: ["steps.copy.attempts == 2"]
      received: {copy: {script: "true"}}
      asked: {consent: {text: "go?", of: [dba], show: {a: 1}}}
      took: {at_least: 1s, at_most: 1h}
  - name: exactly
    expect: {took: 5s}
)";

TEST(TestFile, ReadsEverythingThatACaseCanSay) {
  const auto loaded = tests(kGood);
  ASSERT_EQ(render(loaded.diagnostics, loaded.texts.lookup()), "");
  ASSERT_EQ(loaded.cases.size(), 2u);
  const TestCase& first = loaded.cases.front();
  EXPECT_EQ(first.inputs.at("to"), Value("west"));
  EXPECT_EQ(first.mode, "drill");
  EXPECT_EQ(first.stubs.at("look").attempts.size(), 1u) << "its own instead of the file's";
  EXPECT_EQ(first.stubs.at("copy@undo").attempts.front().effect, EffectOnError::unknown);
  EXPECT_EQ(first.acts.size(), 7u);
  EXPECT_TRUE(first.acts[1].is_from_start);
  EXPECT_EQ(first.crash_after, std::vector<std::string>{"look"});
  EXPECT_EQ(first.expectations.size(), 21u);
  EXPECT_EQ(loaded.cases.back().stubs.at("look").attempts.size(), 2u);
}

// The fragments of docs/testing.md, each as the keys of one case.
std::vector<std::string> documented_fragments() {
  std::vector<std::string> fragments;
  std::istringstream lines(content_of(std::string(RUNBOOKS_TEST_ROOT) + "/docs/testing.md"));
  bool is_inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "# fragment of a case") {
      fragments.emplace_back("rung: v1\ncases:\n  - name: it\n");
      is_inside = true;
    } else if (line == "```") {
      is_inside = false;
    } else if (is_inside) {
      fragments.back() += "    " + line + "\n";
    }
  }
  return fragments;
}

constexpr const char* kDocumented = R"(rung: v1
name: documented
inputs: {to: {type: string, default: west}}
steps:
  - {id: look, http: {method: GET, url: "http://x/"}, undo: none}
  - {id: consent, approve: {ask: "go?", timeout: 1m, on_timeout: reject}}
  - {id: way, decide: {ask: "which?", options: {left: "l", right: "r"}}}
  - {id: cables, manual: {do: plug, outputs: {ticket: string}}}
  - {id: copy, shell: "true", outputs: {bytes: size}, in_doubt: retry, undo: {command: ["true"]}}
  - {id: promote, http: {method: POST, url: "http://x/"}, how_to_tell: look, undo: none}
  - {id: check, shell: "true", in_doubt: retry, undo: none}
)";

class DocumentedFragment : public ::testing::TestWithParam<std::string> {};

TEST_P(DocumentedFragment, IsReadWithoutAWord) {
  const auto loaded = tests_from("test.yaml", GetParam(), load(kDocumented), test_catalog());
  EXPECT_EQ(render(loaded.diagnostics, loaded.texts.lookup()), "");
  EXPECT_EQ(loaded.cases.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Testing, DocumentedFragment, ::testing::ValuesIn(documented_fragments()));

Value schema() {
  return from_plain_json(json_schema(SchemaOf::test)).value();
}

TEST(TestFile, TheSchemaAcceptsWhatTheReaderAccepts) {
  EXPECT_EQ(why_invalid(value_of_yaml(kGood), schema(), schema()), "");
}

TEST(TestFile, TheSchemaRefusesAnUnknownKeyOfEachTable) {
  for (const char* text :
       {"rung: v1\ncases: []\nfrob: 1\n", "rung: v1\ncases: [{name: a, frob: 1}]\n",
        "rung: v1\ncases: [{name: a, stubs: {look: {frob: 1}}}]\n",
        "rung: v1\ncases: [{name: a, people: [{frob: look}]}]\n",
        "rung: v1\ncases: [{name: a, expect: {frob: 1}}]\n",
        "rung: v1\ncases: [{name: a, expect: {status: success}}]\n"}) {
    EXPECT_NE(why_invalid(value_of_yaml(text), schema(), schema()), "") << text;
  }
}

void collect(const Table& table, std::set<const Table*>& all) {
  if (!all.insert(&table).second) return;
  for (const Key& key : table.keys) {
    if (key.table != nullptr) collect(*key.table, all);
  }
}

TEST(TestFile, TheSchemaHasExactlyTheKeysThatTheReaderKnowsAndDescribesEach) {
  std::set<const Table*> tables;
  collect(test_table(), tables);
  const Value root = schema();
  ASSERT_EQ(root.member("definitions")->map()->size(), tables.size());
  for (const Table* table : tables) {
    const Value* definition = root.member("definitions")->member(std::string(table->what));
    ASSERT_NE(definition, nullptr) << table->what;
    EXPECT_EQ(definition->member("properties")->map()->size(), table->keys.size()) << table->what;
    for (const Key& key : table->keys) EXPECT_NE(key.doc, "") << table->what << "." << key.name;
  }
}

TEST(TestFile, IsKnownByItsName) {
  EXPECT_TRUE(is_test_file("test.yaml"));
  EXPECT_TRUE(is_test_file("failover.test.yaml"));
  EXPECT_FALSE(is_test_file("failover.yaml"));
  EXPECT_FALSE(is_test_file("mytest.yaml"));
  EXPECT_FALSE(is_test_file(".test.yaml"));
}

}  // namespace
}  // namespace rung::runbooks
