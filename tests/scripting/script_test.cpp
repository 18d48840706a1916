#include "tests/scripting/script_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::scripting {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Value names(std::initializer_list<std::pair<const std::string, Value>> members) {
  return Value::Map(members.begin(), members.end());
}

TEST(Script, GivesWhatItReturnsByName) {
  EXPECT_EQ(ScriptDriver("return {sum = 1 + 2, who = inputs.from}").outputs(),
            names({{"sum", 3}, {"who", "east"}}));
}

TEST(Script, GivesNothingWithoutAReturn) {
  EXPECT_EQ(ScriptDriver("local x = 1").outputs(), names({}));
}

TEST(Script, AsksForEachActionOnceAndGoesOnWithItsAnswer) {
  ScriptDriver driver(R"(
    local a = action("http.get", {url = "http://a"})
    local b = action("http.get", {url = a.next})
    return {last = b.next})");
  driver.act = [](const ScriptCall& call) {
    const Value* with = call.arguments.at("with").member("url");
    return Value(Value::Map{{"next", *with->string() + "x"}});
  };
  EXPECT_EQ(driver.outputs(), names({{"last", "http://axx"}}));
  EXPECT_THAT(driver.acted, ElementsAre("http.get", "http.get-2"));
}

TEST(Script, AsksForNothingAgainThatItsRecordAnswers) {
  const char* text = R"(
    local seen = {}
    for i = 1, 5 do seen[i] = action("http.get", {url = "u" .. i}, {id = "call" .. i}).code end
    return {seen = seen})";
  for (std::size_t turns = 0; turns <= 5; ++turns) {
    ScriptDriver driver(text);
    driver.act = [](const ScriptCall& call) { return Value(Value::Map{{"code", call.name}}); };
    driver.run(turns);
    driver.crash();
    EXPECT_EQ(driver.outputs(),
              names({{"seen", Value::List{"call1", "call2", "call3", "call4", "call5"}}}));
    EXPECT_EQ(driver.acted.size(), 5u) << "after a crash at turn " << turns;
  }
}

TEST(Script, FindsWhatAStepChangedAroundItAsItWas) {
  const char* text = R"(
    local count = 0
    local a = step("first", function()
      local one = action("http.get", {url = "1"})
      count = count + 1
      return action("http.get", {url = "2"}).n + one.n
    end)
    local b = step("second", function() count = count + 1 return a * 10 end)
    return {a = a, b = b, count = count})";
  for (std::size_t turns = 0; turns <= 6; ++turns) {
    ScriptDriver driver(text);
    driver.act = [](const ScriptCall&) { return Value(Value::Map{{"n", 4}}); };
    driver.run(turns);
    driver.crash();
    EXPECT_EQ(driver.outputs(), names({{"a", 8}, {"b", 80}, {"count", 2}})) << turns;
    EXPECT_EQ(driver.acted.size(), 2u) << turns;
  }
}

TEST(Script, FindsTheSameTimeAndTheSameChanceAgain) {
  ScriptDriver driver("local a, b = now(), random(10, 20) sleep(\"1s\") return {a = a, b = b}");
  driver.run(3);
  const auto records = driver.records.size();
  driver.crash();
  EXPECT_EQ(driver.outputs(),
            names({{"a", parse_time("2026-03-27T03:13:20Z").value()}, {"b", 15}}));
  EXPECT_EQ(driver.records.size(), records);
}

TEST(Script, GivesNilAndTheErrorOfACallThatFailedAndIsTolerated) {
  ScriptDriver driver(R"(
    local answer, why = action("http.get", {url = "u"}, {tolerate = "a look"})
    return {answer = tostring(answer), why = why.class})");
  driver.run(1);
  driver.records[0].value = Value();
  driver.records[0].error = names({{"class", "network"}});
  EXPECT_EQ(driver.outputs(), names({{"answer", "nil"}, {"why", "network"}}));
}

TEST(Script, FailsWithWhatItsAuthorSays) {
  ScriptDriver driver("if inputs.count < 9 then fail(\"no room\") end");
  const ScriptTurn turn = driver.run();
  ASSERT_TRUE(std::holds_alternative<ScriptFailed>(turn));
  EXPECT_EQ(std::get<ScriptFailed>(turn).fault, ScriptFault::by_author);
  EXPECT_EQ(std::get<ScriptFailed>(turn).message, "no room");
}

TEST(Script, SaysInWhichLineOfTheFileAMistakeIs) {
  EXPECT_THAT(ScriptDriver("local x = 1\nreturn {y = x.y.z}").problem(),
              HasSubstr("runbook.yaml:11: attempt to index"));
}

TEST(Script, HandsSecretsOnByNameOnly) {
  ScriptDriver driver(R"(
    action("http.get", {headers = {Authorization = "Bearer " .. secrets.token, X = secrets.token}})
  )");
  Value with;
  driver.act = [&](const ScriptCall& call) {
    with = *Value(call.arguments).member("with");
    return Value(Value::Map{});
  };
  driver.run();
  const Value reference = Value::Map{{"$expr", "secrets.token"}};
  EXPECT_EQ(
      with,
      names({{"headers",
              names({{"Authorization", Value::Map{{"$text", Value::List{"Bearer ", reference}}}},
                     {"X", reference}})}}));
}

// --- a record that does not fit

TEST(Script, StraysWhereItMakesAnotherCallThanItsRecordSays) {
  ScriptDriver driver("action(\"http.get\", {url = \"u\"}, {id = \"page\"})");
  driver.run(1);
  driver.records[0].name = "other";
  driver.crash();
  const ScriptTurn turn = driver.turn();
  ASSERT_TRUE(std::holds_alternative<ScriptStrayed>(turn));
  EXPECT_EQ(ScriptDriver::problem_of(turn),
            "runbook.yaml:10: run again, the script does something else than its record says. Its "
            "record has call 1 as action \"other\"; here it makes action \"page\"");
}

TEST(Script, StraysWhereItsCallHasOtherArguments) {
  ScriptDriver driver("action(\"http.get\", {url = \"u\"})");
  driver.run(1);
  driver.records[0].arguments = {{"uses", "http.get"}, {"with", names({{"url", "v"}})}};
  driver.crash();
  EXPECT_THAT(driver.problem(),
              HasSubstr("as action \"http.get\" with "
                        "{\"uses\":\"http.get\",\"with\":{\"url\":\"v\"}}; here"));
}

TEST(Script, StraysWhereItEndsBeforeItsRecord) {
  ScriptDriver driver("action(\"http.get\", {url = \"u\"})");
  driver.run(1);
  driver.records.push_back({ScriptCallKind::sleep, "sleep", {}, true, {}, {}, 2});
  driver.crash();
  EXPECT_THAT(driver.problem(), HasSubstr("its record goes on with sleep \"sleep\""));
}

TEST(Script, StraysWhereAStepGivesSomethingElse) {
  ScriptDriver driver("step(\"a\", function() return 1 end)");
  driver.run(2);
  driver.records[0].value = 2;
  driver.crash();
  EXPECT_EQ(driver.problem(), "run again, step \"a\" gives 1, and its record says 2");
}

// --- what may be written

struct Refused {
  const char* name;
  const char* text;
  const char* message;
};
void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.name;
}
class RefusedScript : public testing::TestWithParam<Refused> {};

TEST_P(RefusedScript, SaysWhy) {
  EXPECT_THAT(ScriptDriver(GetParam().text).problem(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedScript,
    testing::Values(
        Refused{"Global", "x = 1", "`x` is not declared: write  local x"},
        Refused{"UnknownName", "return {a = inputz}", "there is no name `inputz` here"},
        Refused{"UnknownStep", "return {a = steps.nowhere}",
                "steps.nowhere: there is no such step"},
        Refused{"NamelessOutputs", "return 5", "return {name = value}"},
        Refused{"SecretOutput", "return {a = secrets.token}", "a secret cannot be recorded"},
        Refused{"SecretStep", "step(\"a\", function() return secrets.token end)",
                "a secret cannot be recorded"},
        Refused{"SecretCompared", "return {a = secrets.token < \"b\"}", "attempt to compare"},
        Refused{"SecretAsText", "return {a = tostring(secrets.token)}", "a secret cannot"},
        Refused{"SecretInFunction", "return {a = upper(secrets.token)}", "a secret cannot"},
        Refused{"FunctionRecorded", "return {a = function() end}", "no value that can be recorded"},
        Refused{"NotANumber", "return {a = 0 / 0}", "infinite, or none"},
        Refused{"MixedTable", "return {a = {1, b = 2}}", "a list or a map, not both"},
        Refused{"Circle", "local t = {} t.t = t return {t = t}", "holds itself"},
        Refused{"Bytes", "return {a = \"\\xff\"}", "not UTF-8"},
        Refused{"SameName", "step(\"a\", function() end) step(\"a\", function() end)",
                "two calls have the name \"a\""},
        Refused{"BadSleep", "sleep(3)", "write  sleep(\"30s\")"},
        Refused{"BadRandom", "random(1.5)", "write  random()"},
        Refused{"TypesOfLanguage", "return {a = duration(\"1s\") < size(\"1MB\")}", "duration"}),
    [](const auto& refused) { return std::string(refused.param.name); });

TEST(Script, ComputesWithTheTypesOfTheLanguage) {
  EXPECT_EQ(ScriptDriver("local d = duration(\"1m\") + steps.lag.lag return {d = d, "
                         "long = d > duration(\"90s\"), text = \"lag \" .. steps.lag.lag, "
                         "type = type(d)}")
                .outputs(),
            names({{"d", Duration(std::chrono::seconds(101))},
                   {"long", true},
                   {"text", "lag 41s"},
                   {"type", "duration"}}));
}

TEST(Script, GoesThroughATableInTheOrderOfItsKeys) {
  EXPECT_EQ(ScriptDriver("local out = {} for k, v in pairs({b = 2, a = 1, [3] = 0, c = 3}) do "
                         "table.insert(out, k .. v) end return {out = out}")
                .outputs(),
            names({{"out", Value::List{"30", "a1", "b2", "c3"}}}));
}

TEST(Script, SortsAndKeepsTheOrderOfEquals) {
  EXPECT_EQ(
      ScriptDriver("local t = {{n = 2, k = 1}, {n = 1, k = 2}, {n = 2, k = 3}, {n = 1, k = 4}}"
                   "table.sort(t, function(a, b) return a.n < b.n end) "
                   "local out = {} for _, x in ipairs(t) do table.insert(out, x.k) end "
                   "table.insert(out, 1, table.remove(out)) return {out = out}")
          .outputs(),
      names({{"out", Value::List{3, 2, 4, 1}}}));
}

TEST(Script, KeepsAnEmptyListAList) {
  ScriptDriver driver("return {list = action(\"a\", {}).list, map = {}}");
  driver.act = [](const ScriptCall&) { return Value(Value::Map{{"list", Value::List{}}}); };
  EXPECT_EQ(driver.outputs(), names({{"list", Value::List{}}, {"map", Value::Map{}}}));
}

// Recorded with another byte in its place, no run with such a name could be read again.
TEST(ScriptNames, AreTexts) {
  for (const char* text : {"step('x\\xff', function() end)", "signal('x\\xff')",
                           "action('x\\xff', {})", "action('x', {}, {id = 'x\\xff'})"}) {
    EXPECT_THAT(ScriptDriver(text).problem(), HasSubstr("is not UTF-8")) << text;
  }
}

TEST(ScriptNames, AreWhole) {
  ScriptDriver driver("step('a\\0b', function() end) step('a\\0c', function() end)");
  driver.run();
  ASSERT_EQ(driver.records.size(), 2u);
  EXPECT_EQ(driver.records[1].name, std::string("a\0c", 3));
}

TEST(Script, FailsWithAMessageThatCanBeRecorded) {
  EXPECT_EQ(ScriptDriver("fail('no\\xff')").problem(), "no\xEF\xBF\xBD");
}

}  // namespace
}  // namespace rung::scripting
