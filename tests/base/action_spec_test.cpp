#include "base/action_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace rung {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string refusal_of(Type type, const Value& written) {
  const Result<Value> result = coerce(type, written);
  if (result) return "accepted as " + to_text(result.value());
  EXPECT_EQ(result.error().code(), ErrorCode::invalid);
  return result.error().message();
}

struct Accepted {
  std::string name;
  Type type;
  Value written;
  Value meant;
};

class CoerceAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(CoerceAccepts, WhatWasMeant) {
  const Result<Value> result = coerce(GetParam().type, GetParam().written);
  ASSERT_TRUE(result.has_value()) << result.error().message();
  EXPECT_EQ(result.value(), GetParam().meant);
}

INSTANTIATE_TEST_SUITE_P(
    All, CoerceAccepts,
    testing::Values(Accepted{"any_as_it_is", Type::any, "42", "42"},
                    Accepted{"string", Type::string, "", ""},
                    Accepted{"string_of_int", Type::string, 42, "42"},
                    Accepted{"string_of_duration", Type::string, Duration(90s), "1m30s"},
                    Accepted{"enum_of_bool", Type::enumeration, true, "true"},
                    Accepted{"int", Type::integer, "-42", -42},
                    Accepted{"int_max", Type::integer, "9223372036854775807", INT64_MAX},
                    Accepted{"int_of_whole_number", Type::integer, 3.0, 3},
                    Accepted{"number", Type::number, "0.5", 0.5},
                    Accepted{"number_of_int", Type::number, 2, 2.0},
                    Accepted{"number_with_exponent", Type::number, "1e3", 1000.0},
                    Accepted{"bool_true", Type::boolean, "true", true},
                    Accepted{"bool_false", Type::boolean, "false", false},
                    Accepted{"duration", Type::duration, "1h30m", Duration(90min)},
                    Accepted{"size", Type::size, "16MB", Bytes{16'000'000}},
                    Accepted{"percent", Type::percent, "0.5%", Percent{0.5}},
                    Accepted{"time", Type::time, "1970-01-01T00:00:01Z", TimePoint(1s)},
                    Accepted{"list", Type::list, R"([1, "a"])", Value::List{1, "a"}},
                    Accepted{"map", Type::map, R"({"a": {"b": 1.5}})",
                             Value::Map{{"a", Value::Map{{"b", 1.5}}}}},
                    Accepted{"map_as_it_is", Type::map, Value::Map{{"a", 1}},
                             Value::Map{{"a", 1}}}),
    [](const auto& one) { return one.param.name; });

struct Refused {
  std::string name;
  Type type;
  Value written;
  std::string message;
};

class CoerceRefuses : public testing::TestWithParam<Refused> {};

TEST_P(CoerceRefuses, WithAnExample) {
  EXPECT_EQ(refusal_of(GetParam().type, GetParam().written), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, CoerceRefuses,
    testing::Values(
        Refused{"null_string", Type::string, {}, "null is not a string; write \"text\""},
        Refused{"word_int", Type::integer, "abc", "\"abc\" is not an int; write 42"},
        Refused{"empty_int", Type::integer, "", "\"\" is not an int; write 42"},
        Refused{"long_int", Type::integer, "9223372036854775808",
                "\"9223372036854775808\" is not an int (it does not fit in 64 bits); write 42"},
        Refused{"fraction_int", Type::integer, 1.5,
                "1.5 is not an int (it has a fraction or is too large); write 42"},
        Refused{"infinite_number", Type::number, "inf", "\"inf\" is not a number; write 0.5 or 42"},
        Refused{"yes", Type::boolean, "yes", "\"yes\" is not a bool; write true or false"},
        Refused{"one", Type::boolean, 1, "1 is not a bool; write true or false"},
        Refused{"word_duration", Type::duration, "abc",
                "\"abc\" is not a duration; write 90s, 5m or 1h30m"},
        Refused{"bare_duration", Type::duration, 90, "a duration needs a unit: did you mean 90s?"},
        Refused{"bare_size", Type::size, 16, "a size needs a unit: did you mean 16MB?"},
        Refused{"bare_percent", Type::percent, "20", "a percent needs its sign: did you mean 20%?"},
        Refused{"list_duration", Type::duration, Value::List{1},
                "[1] is not a duration; write 90s, 5m or 1h30m"},
        Refused{"map_for_list", Type::list, "{}",
                "\"{}\" is not a list; write [1, 2] or [\"a\", \"b\"]"}),
    [](const auto& one) { return one.param.name; });

TEST(Coerce, SaysWhereJsonIsWrong) {
  EXPECT_EQ(refusal_of(Type::list, "[1,"),
            "\"[1,\" is not a list (not valid JSON at byte 3: the text ends too early); "
            "write [1, 2] or [\"a\", \"b\"]");
}

TEST(Coerce, KeepsTheSecretMark) {
  const Result<Value> port = coerce(Type::integer, Value("5432").as_secret());
  ASSERT_TRUE(port.has_value());
  EXPECT_EQ(port.value(), Value(5432));
  EXPECT_TRUE(port.value().is_secret());
}

class CoerceOfSecret : public testing::TestWithParam<Type> {};

TEST_P(CoerceOfSecret, DoesNotTellItInTheMessage) {
  EXPECT_THAT(refusal_of(GetParam(), Value("hunter2").as_secret()), Not(HasSubstr("hunter")));
}

INSTANTIATE_TEST_SUITE_P(All, CoerceOfSecret,
                         testing::Values(Type::integer, Type::number, Type::boolean, Type::duration,
                                         Type::size, Type::percent, Type::time, Type::list,
                                         Type::map),
                         [](const auto& one) { return std::string(name_of(one.param)); });

TEST(Coerce, CutsLongTextsInItsMessage) {
  EXPECT_LT(refusal_of(Type::integer, std::string(10'000, 'x')).size(), 120U);
}

class TypeNames : public testing::TestWithParam<Type> {};

TEST_P(TypeNames, AreReadBackAsTheSameType) {
  EXPECT_EQ(parse_type(name_of(GetParam())), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, TypeNames,
                         testing::Values(Type::any, Type::string, Type::integer, Type::number,
                                         Type::boolean, Type::duration, Type::size, Type::percent,
                                         Type::time, Type::list, Type::map, Type::enumeration),
                         [](const auto& one) { return std::string(name_of(one.param)); });

TEST(Type, IsNamedAsInYaml) {
  EXPECT_EQ(parse_type("int"), Type::integer);
  EXPECT_EQ(parse_type("integer"), std::nullopt);
}

TEST(ActionSpec, FindsItsFieldsByName) {
  ActionSpec spec;
  spec.inputs = {{.name = "url", .type = Type::string},
                 {.name = "timeout", .type = Type::duration}};
  spec.outputs = {{.name = "status", .type = Type::integer, .doc = "HTTP status"}};
  EXPECT_EQ(spec.input("timeout"), &spec.inputs[1]);
  EXPECT_EQ(spec.output("status"), &spec.outputs[0]);
  EXPECT_EQ(spec.input("status"), nullptr);
}

}  // namespace
}  // namespace rung
