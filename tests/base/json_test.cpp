#include "base/json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace rung {
namespace {

constexpr int kDeepestGenerated = 4;

// Text of the characters that matter to JSON and of any other, as UTF-8.
std::string append_utf8(std::string out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

std::string any_text() {
  const auto points = *rc::gen::container<std::vector<char32_t>>(rc::gen::oneOf(
      rc::gen::inRange<char32_t>(0, 0x80), rc::gen::element<char32_t>('$', '"', '\\', 0, '\n'),
      rc::gen::inRange<char32_t>(0x80, 0xD800), rc::gen::inRange<char32_t>(0xE000, 0x110000)));
  std::string text;
  for (const char32_t point : points) text = append_utf8(std::move(text), point);
  return text;
}

std::string any_key() {
  return *rc::gen::element<std::string>("", "$", "$a", "$) ") +
         (*rc::gen::element<std::string>("", "duration", "map", "secret", "x")) + any_text();
}

double any_finite_double() {
  const auto bits = *rc::gen::arbitrary<std::uint64_t>();
  double number = 0;
  static_assert(sizeof number == sizeof bits);
  std::memcpy(&number, &bits, sizeof number);
  return std::isfinite(number) ? number : *rc::gen::arbitrary<double>();
}

Value any_value(int deepest) {
  const int kind = *rc::gen::inRange(0, deepest > 0 ? 11 : 9);
  const auto count = [] { return *rc::gen::arbitrary<std::int64_t>(); };
  switch (kind) {
    case 0: return {};
    case 1: return *rc::gen::arbitrary<bool>();
    case 2: return count();
    case 3: return any_finite_double();
    case 4: return any_text();
    case 5: return Duration(count());
    case 6: return Bytes{count()};
    case 7: return Percent{any_finite_double()};
    case 8: return TimePoint(Duration(count()));
    case 9: {
      Value::List list;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(any_value(deepest - 1));
      return list;
    }
    default: {
      Value::Map map;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
        map.insert_or_assign(any_key(), any_value(deepest - 1));
      return map;
    }
  }
}

RC_GTEST_PROP(JournalJson, BringsEachValueBackAndWritesItTheSameAgain, ()) {
  const Value value = any_value(kDeepestGenerated);
  const std::string text = to_journal_json(value);
  const Result<Value> back = from_journal_json(text);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back.value() == value);
  RC_ASSERT(to_journal_json(back.value()) == text);
}

TEST(JournalJson, HasOneSpellingForEachKind) {
  const Value value = Value::Map{{"b", Value::List{1, 2.0, 0.1, true, Value()}},
                                 {"a", Value::Map{{"d", Duration(5)},
                                                  {"p", Percent{20}},
                                                  {"s", Bytes{7}},
                                                  {"t", TimePoint(Duration(-1))}}}};
  EXPECT_EQ(to_journal_json(value),
            R"({"a":{"d":{"$duration":5},"p":{"$percent":20.0},"s":{"$size":7},)"
            R"("t":{"$time":-1}},"b":[1,2.0,0.1,true,null]})");
}

TEST(JournalJson, WrapsMapsWhoseKeysBeginWithADollar) {
  const Value value = Value::Map{{"$map", Value::Map{{"$duration", 5}}}};
  const std::string text = to_journal_json(value);
  EXPECT_EQ(text, R"({"$map":{"$map":{"$map":{"$duration":5}}}})");
  EXPECT_EQ(from_journal_json(text).value(), value);
}

TEST(JournalJson, NeverHoldsASecret) {
  const Value value = Value::List{1, Value("hunter2").as_secret()};
  const std::string text = to_journal_json(value);
  EXPECT_EQ(text, R"([1,{"$secret":true}])");
  const Value back = from_journal_json(text).value();
  EXPECT_TRUE(back.is_secret());
  EXPECT_TRUE(back.list()->at(1).is_null());
  EXPECT_EQ(to_journal_json(back), text);
}

TEST(JournalJson, WritesNullForNumbersThatAreNotFinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(to_journal_json(Value::List{infinity, std::nan(""), Percent{-infinity}}),
            "[null,null,null]");
}

TEST(JournalJson, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(to_journal_json("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
}

TEST(JournalJson, IsStillCanonicalWhereKeysHadToBeReplaced) {
  const Value value = Value::Map{{"\xF5", 1}, {"\xFF", 2}, {"\xF0\x9F\x9A\x80", 3}};
  const std::string text = to_journal_json(value);
  EXPECT_EQ(text, "{\"\xEF\xBF\xBD\":1,\"\xF0\x9F\x9A\x80\":3}");
  EXPECT_EQ(to_journal_json(from_journal_json(text).value()), text);
}

TEST(JournalJson, CarriesWhatCameInAsDeepAsItMay) {
  std::string text = "1";
  for (std::size_t i = 0; i < kDeepestJson; ++i) text = R"({"$":)" + text + "}";
  const Result<Value> value = from_plain_json(text);
  ASSERT_TRUE(value.has_value()) << value.error().message();
  const Result<Value> back = from_journal_json(to_journal_json(value.value()));
  ASSERT_TRUE(back.has_value()) << back.error().message();
  EXPECT_EQ(back.value(), value.value());
}

class NotAJournal : public testing::TestWithParam<const char*> {};

TEST_P(NotAJournal, IsCorrupt) {
  const Result<Value> value = from_journal_json(GetParam());
  ASSERT_FALSE(value.has_value()) << to_plain_json(value.value());
  EXPECT_EQ(value.error().code(), ErrorCode::corrupt);
}

INSTANTIATE_TEST_SUITE_P(All, NotAJournal,
                         testing::Values("", "{", "1 2", "nul", R"({"$what":1})",
                                         R"({"$duration":"5s"})", R"({"$duration":1.0})",
                                         R"({"$percent":20})", R"({"$secret":false})",
                                         R"({"$duration":5,"x":1})", R"({"$map":5})",
                                         R"({"$map":{}})", R"({"$map":{"a":1}})",
                                         R"({"a":1,"a":2})", "18446744073709551615", "1e999",
                                         "\"\xFF\""));

TEST(JournalJson, NestedTooDeepIsCorrupt) {
  const Result<Value> value =
      from_journal_json(std::string(100'000, '[') + std::string(100'000, ']'));
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().code(), ErrorCode::corrupt);
}

RC_GTEST_PROP(JournalJson, ReadsOrRefusesAnyText, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "{", "}", "[", "]", ",", ":", "\"a\"", "\"$map\"", "\"$size\"", "\"$\"", "1", "-0", "2.5e3",
      "null", "true", " ", "\"", "\\u00e4", "\xFF"));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  const Result<Value> value = from_journal_json(text);
  if (!value) RC_ASSERT(value.error().code() == ErrorCode::corrupt);
  if (value) RC_ASSERT(from_journal_json(to_journal_json(value.value())).value() == value.value());
}

TEST(PlainJson, ShowsTextsForWhatJsonCannotSay) {
  const Value value = Value::Map{{"lag", Duration(41'000'000'000)},
                                 {"size", Bytes{16'000'000}},
                                 {"step", Percent{30}},
                                 {"at", TimePoint()},
                                 {"$x", 2.0}};
  EXPECT_EQ(to_plain_json(value),
            R"({"$x":2.0,"at":"1970-01-01T00:00:00Z","lag":"41s","size":"16MB","step":"30%"})");
}

TEST(PlainJson, MasksEachSecretByItself) {
  EXPECT_EQ(to_plain_json(Value::Map{{"password", Value(5).as_secret()}, {"user", "rung"}}),
            R"({"password":"***","user":"rung"})");
}

TEST(PlainJson, RevealsSecretsOnlyWhereAsked) {
  EXPECT_EQ(to_revealed_json(Value::List{Value("hunter2").as_secret(), Duration(1)}),
            R"(["hunter2","1ns"])");
}

TEST(PrettyJson, IndentsByTwo) {
  const Value value = Value::Map{{"a", Value::List{1, Value::Map{}}}, {"b", Value::List{}}};
  EXPECT_EQ(to_pretty_json(value), R"({
  "a": [
    1,
    {}
  ],
  "b": []
})");
}

TEST(PlainJson, TellsIntegersFromNumbers) {
  const Value value = from_plain_json(R"([1, -0, 1.0, 1e2, 9223372036854775807, 0.1])").value();
  EXPECT_EQ(value, Value(Value::List{1, 0, 1.0, 100.0, INT64_MAX, 0.1}));
}

TEST(PlainJson, ReadsTheNearestDouble) {
  // These digits come out wrong where a parser multiplies by powers of ten.
  EXPECT_EQ(from_plain_json("0.1234567890123456789").value(), Value(0.1234567890123456789));
  EXPECT_EQ(from_plain_json("8.589973e-309").value(), Value(8.589973e-309));
  EXPECT_EQ(from_plain_json("1.7976931348623157e308").value(),
            Value(std::numeric_limits<double>::max()));
}

TEST(PlainJson, LetsTheLastOfEqualKeysCount) {
  EXPECT_EQ(from_plain_json(R"({"a":1,"a":2})").value(), Value(Value::Map{{"a", 2}}));
}

TEST(PlainJson, ReadsEscapes) {
  EXPECT_EQ(from_plain_json(R"("\u00e4\ud83d\ude80\n\"\/")").value(),
            Value("\xC3\xA4\xF0\x9F\x9A\x80\n\"/"));
}

std::string complaint_of(std::string_view text) {
  const Result<Value> value = from_plain_json(text);
  if (value) return "accepted as " + to_plain_json(value.value());
  EXPECT_EQ(value.error().code(), ErrorCode::invalid);
  return value.error().message();
}

TEST(PlainJson, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(complaint_of(""), "not valid JSON at byte 0: the text ends too early");
  EXPECT_EQ(complaint_of("[1 2]"), "not valid JSON at byte 3: unexpected character");
  EXPECT_EQ(complaint_of("{} x"),
            "not valid JSON at byte 3: something follows the end of the value");
  EXPECT_EQ(complaint_of("[1e999]"), "not valid JSON at byte 6: a number out of range");
  EXPECT_EQ(complaint_of("[9223372036854775808]"),
            "not valid JSON at byte 20: an integer that does not fit in 64 bits");
  EXPECT_EQ(complaint_of("[99999999999999999999999]"),
            "not valid JSON at byte 24: an integer that does not fit in 64 bits");
  EXPECT_EQ(complaint_of(R"(["\ud800\u0041"])"),
            "not valid JSON at byte 10: half of a surrogate pair");
}

TEST(PlainJson, RefusesWhatLiesDeeperThan64) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(from_plain_json(nested(64)).has_value());
  EXPECT_EQ(complaint_of(nested(65)),
            "not valid JSON at byte 64: lists and maps lie too deep in one another");
}

TEST(JsonString, EscapesQuotesBackslashesAndControls) {
  std::string out = ">";
  append_json_string(out, std::string_view("a\"\\\b\f\n\r\t\x01\x1f\x7f\0z", 13));
  EXPECT_EQ(out, ">\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000z\"");
}

}  // namespace
}  // namespace rung
