#include "scripting/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace rung::scripting {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The tree as one line; each value with the line in which it was written.
std::string shown(const Built& built, std::string_view text) {
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(built.offset), '\n');
  std::string out;
  switch (built.kind) {
    case Built::Kind::null: return "null";
    case Built::Kind::word: return built.text + "@" + std::to_string(line);
    case Built::Kind::text: return "'" + built.text + "'@" + std::to_string(line);
    case Built::Kind::list:
      for (const Built& item : built.items) out += (out.empty() ? "" : " ") + shown(item, text);
      return "[" + out + "]";
    case Built::Kind::map: break;
  }
  for (const auto& member : built.members)
    out += (out.empty() ? "" : " ") + member.key + "=" + shown(member.value, text);
  return "{" + out + "}";
}

std::string tree_of(std::string_view text) {
  const Program program = run_program(text, "runbook.lua");
  if (!program.root) return program.diagnostics.front().message;
  return shown(*program.root, text);
}

TEST(Program, GivesItsTableWithThePlacesOfItsValues) {
  EXPECT_EQ(tree_of("return {\n  name = \"x\",\n  steps = {\n    {id = 'a', n = 3, b = true},\n  "
                    "  {id = [[b]]},\n  },\n}"),
            "{name='x'@2 steps=[{id='a'@4 n=3@4 b=true@4} {id='b'@5}]}");
}

TEST(Program, KeepsThePlacesOfTablesThatFunctionsMake) {
  EXPECT_EQ(tree_of("local function step(id)\n  return {id = id, n = 1}\nend\nlocal s = {}\n"
                    "for i = 1, 2 do table.insert(s, step(\"s\" .. i)) end\nreturn {steps = s}"),
            "{steps=[{id='s1'@2 n=1@2} {id='s2'@2 n=1@2}]}");
}

TEST(Program, UnderstandsCallsWithoutParentheses) {
  EXPECT_EQ(tree_of("local function same(t) return t end\nreturn same{a = same{1, 2}, b = {}}"),
            "{a=[1@2 2@2] b={}}");
}

TEST(Program, TakesNoCommaOfAFunctionForAField) {
  EXPECT_EQ(tree_of("local t = {f = function() local a, b = 1, 2 return a, b end, g = 2}\n"
                    "t.f = nil\nreturn t"),
            "{g=2@1}");
}

TEST(Program, HasTheValuesOfTheLanguage) {
  EXPECT_EQ(tree_of("return {d = duration(\"90s\"), s = size(\"1MB\"), n = 1.5}"),
            "{d=1m30s@1 s=1MB@1 n=1.5@1}");
}

TEST(Program, SaysInWhichLineAMistakeIs) {
  const Program program = run_program("local x\n\nreturn {a = x.y}", "runbook.lua");
  ASSERT_EQ(program.diagnostics.size(), 1u);
  EXPECT_EQ(program.diagnostics[0].at.line, 3);
  EXPECT_THAT(program.diagnostics[0].message, HasSubstr("attempt to index"));
}

TEST(Program, SaysInWhichLineItsBudgetWasSpent) {
  const Program program = run_program("local n = 0\nwhile true do\n  n = n + 1\nend", "r.lua");
  ASSERT_EQ(program.diagnostics.size(), 1u);
  EXPECT_EQ(program.diagnostics[0].at.line, 3);
}

struct Wrong {
  const char* name;
  const char* text;
  const char* message;
};
void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.name;
}
class WrongProgram : public testing::TestWithParam<Wrong> {};

TEST_P(WrongProgram, IsRefused) {
  const Program program = run_program(GetParam().text, "runbook.lua");
  EXPECT_FALSE(program.root);
  ASSERT_FALSE(program.diagnostics.empty());
  EXPECT_THAT(program.diagnostics.front().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongProgram,
    testing::Values(Wrong{"Syntax", "return {", "Lua does not understand this"},
                    Wrong{"NoTable", "local x = 1", "returns no table"},
                    Wrong{"AList", "return {1, 2}", "returns no table"},
                    Wrong{"Inputs", "return {a = inputs.x}", "known in a run only"},
                    Wrong{"Action", "return {a = action(\"x\")}", "calls stand in a script"},
                    Wrong{"World", "os.execute('id')", "reaches the world"},
                    Wrong{"Function", "return {a = function() end}", "a function cannot stand"},
                    Wrong{"Secret", "return {a = secrets.x}", "a secret cannot be recorded"},
                    Wrong{"Mixed", "return {a = {1, b = 2}}", "a list and a map at once"},
                    Wrong{"Twice", "return {a = 1, a = 2}", "`a` stands twice"},
                    Wrong{"Circle", "local t = {} t.t = t return t", "nested too deep"},
                    Wrong{"Loop", "while true do end", "too many instructions"},
                    Wrong{"Hungry", "local s = 'x' while true do s = s .. s end", "memory"},
                    Wrong{"Texts",
                          "local s = 'x' for i = 1, 20 do s = s .. s end local t = {} "
                          "for i = 1, 50000 do t[i] = s end return {t = t}",
                          "too large"},
                    Wrong{"Tables", "local a = {1} for i = 1, 40 do a = {a, a} end return {a = a}",
                          "too large"},
                    Wrong{"Key", "return {['\\xff'] = 1}", "a key is not UTF-8"},
                    Wrong{"NoNumber", "return {a = 0/0}", "the number is infinite"},
                    Wrong{"Gap", "local t = {1, 2, 3} t[5] = 5 return {t = t}",
                          "something at place 5, and it ends at 3"},
                    Wrong{"FromZero", "return {t = {[0] = 1, 2}}", "something at place 0"},
                    Wrong{"Binary", "\x1bLua", "Lua does not understand this"}),
    [](const auto& wrong) { return std::string(wrong.param.name); });

}  // namespace
}  // namespace rung::scripting
