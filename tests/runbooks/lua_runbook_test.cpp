#include "base/durable_file.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

// `runbook.lua`: a runbook that is written in Lua.
namespace rung::runbooks {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = std::string(RUNBOOKS_TEST_DATA) + "/bad_lua";

std::string content_of(const std::string& path) {
  auto content = read_file(path, 1u << 20);
  return content ? std::move(content).value() : "";
}

Loaded load_lua(std::string text) {
  return load_text({"runbook.lua", std::move(text), "", ""}, test_catalog());
}

// A plan without what tells in which language, and where, it was written.
std::string meaning_of(Plan plan) {
  plan.file.clear();
  plan.sources.clear();
  for (Step& step : plan.steps) {
    step.at = {};
    if (step.script) step.script->line = 1;
  }
  return to_json(plan);
}

constexpr const char* kYaml = R"(rung: v1
name: both
title: Two ways to say one thing
objectives: {rto: 5m}
inputs:
  site: {type: string, default: west}
  count: {type: int, default: 2}
vars: {b: "{{ inputs.count + 1 }}", a: "{{ vars.b + 1 }}"}
require:
  - {that: inputs.count > 0, say: "nothing to do"}
steps:
  - id: page
    http: {method: GET, url: "http://{{ inputs.site }}/"}
    expect: code == 200
    timeout: 10s
    retry: {attempts: 5, delay: 2s}
  - id: both
    tolerate: "{{ is no expression here"
    parallel:
      - {id: left, set: {x: true, y: "5", z: null}}
      - {id: right, set: {x: 5, y: 1.5}}
  - id: which
    choose:
      - when: steps.page.code == 200
        steps: [{id: yes, wait: 30s}]
      - {otherwise: true, steps: [{id: no, fail: "no"}]}
  - id: script
    lua: "return {n = inputs.count}"
outputs: {n: "{{ steps.script.n }}"}
)";

constexpr const char* kLua = R"(
local function group(word, id, steps) return {id = id, [word] = steps} end
local both = group("parallel", "both", {
  {id = "left", set = {x = true, y = "5", z = null}},
  {id = "right", set = {x = 5, y = 1.5}},
})
both.tolerate = "{{ is no expression here"
return {
  rung = "v1", name = "both", title = "Two ways to say one thing",
  objectives = {rto = "5m"},
  inputs = {site = {type = "string", default = "west"}, count = {type = "int", default = 2}},
  vars = {b = "{{ inputs.count + 1 }}", a = "{{ vars.b + 1 }}"},
  require = {{that = "inputs.count > 0", say = "nothing to do"}},
  steps = {
    {
      id = "page",
      http = {method = "GET", url = "http://{{ inputs.site }}/"},
      expect = "code == 200",
      timeout = duration("10s"),
      retry = {attempts = 5, delay = "2s"},
    },
    both,
    {id = "which", choose = {
      {when = "steps.page.code == 200", steps = {{id = "yes", wait = "30s"}}},
      {otherwise = true, steps = {{id = "no", fail = "no"}}},
    }},
    {id = "script", lua = "return {n = inputs.count}"},
  },
  outputs = {n = "{{ steps.script.n }}"},
}
)";

TEST(LuaRunbook, MeansWhatTheSameMeansInYaml) {
  const Loaded yaml = load_text({"runbook.yaml", kYaml, "", ""}, test_catalog());
  const Loaded lua = load_lua(kLua);
  ASSERT_TRUE(yaml.plan) << findings(yaml);
  ASSERT_TRUE(lua.plan) << findings(lua);
  EXPECT_EQ(meaning_of(*lua.plan), meaning_of(*yaml.plan));
}

TEST(LuaRunbook, IsPinnedByItsText) {
  const Loaded lua = load_lua(kLua);
  ASSERT_TRUE(lua.plan);
  EXPECT_EQ(lua.plan->sources.at("runbook.lua"), to_hex(sha256({kLua})));
}

TEST(LuaRunbook, IsTheSameEachTimeThatItIsLoaded) {
  const std::string text = R"(
local env = {}
for i = 1, 50 do env["K" .. i * 7919 % 101] = "v" .. i end
return {rung = "v1", name = "env", steps = {{id = "a", env = env, in_doubt = "retry", shell = "env"}}})";
  const Loaded first = load_lua(text);
  ASSERT_TRUE(first.plan) << findings(first);
  EXPECT_EQ(to_hex(hash_of(*first.plan)), to_hex(hash_of(*load_lua(text).plan)));
}

std::vector<std::string> bad_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".lua") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class BadLuaRunbook : public ::testing::TestWithParam<std::string> {};

TEST_P(BadLuaRunbook, IsRefusedWithTheExpectedDiagnostics) {
  const std::string name = GetParam() + ".lua";
  const auto loaded = load_text({name, content_of(kFolder + "/" + name), "", ""}, test_catalog());
  const auto shown = render(loaded.diagnostics, loaded.texts.lookup());
  const auto golden = kFolder + "/" + GetParam() + ".expected";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(replace_file(golden, shown, 0644));
  }
  EXPECT_EQ(shown, content_of(golden));
  EXPECT_FALSE(loaded.plan);
  for (const auto& d : loaded.diagnostics) EXPECT_NE(d.fix, "") << d.message;
}

INSTANTIATE_TEST_SUITE_P(Files, BadLuaRunbook, ::testing::ValuesIn(bad_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace rung::runbooks
