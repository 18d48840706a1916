#include "base/value.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <chrono>

namespace rung {
namespace {

using namespace std::chrono_literals;

Value a_secret() {
  return Value("hunter2").as_secret();
}

TEST(Value, IsSecretWhereAnythingInsideIs) {
  EXPECT_FALSE(Value("plain").is_secret());
  EXPECT_TRUE(a_secret().is_secret());
  EXPECT_TRUE(Value(Value::List{1, Value::Map{{"password", a_secret()}}}).is_secret());
  EXPECT_FALSE(Value(Value::List{1, Value::Map{{"password", "none"}}}).is_secret());
}

TEST(Value, KeepsTheMarkWhenCopied) {
  const Value secret = a_secret();
  const Value copy = secret;
  EXPECT_TRUE(copy.is_secret());
}

TEST(Value, ComparesContentAndKindButNotTheMark) {
  EXPECT_EQ(a_secret(), Value("hunter2"));
  EXPECT_FALSE(Value(2) == Value(2.0));
  EXPECT_FALSE(Value(Percent{20}) == Value(20.0));
}

TEST(Value, FindsMembersOfMapsOnly) {
  const Value map = Value::Map{{"a", 1}};
  ASSERT_NE(map.member("a"), nullptr);
  EXPECT_EQ(*map.member("a"), Value(1));
  EXPECT_EQ(map.member("b"), nullptr);
  EXPECT_EQ(Value("a").member("a"), nullptr);
}

struct Shown {
  std::string name;
  Value value;
  std::string text;
};

class ValueText : public testing::TestWithParam<Shown> {};

TEST_P(ValueText, ReadsAsAPersonWritesIt) {
  EXPECT_EQ(to_text(GetParam().value), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    All, ValueText,
    testing::Values(Shown{"null", {}, "null"}, Shown{"bool", true, "true"},
                    Shown{"int", INT64_MIN, "-9223372036854775808"}, Shown{"number", 0.1, "0.1"},
                    Shown{"whole_number", 2.0, "2"}, Shown{"string", "a \"b\"\n", "a \"b\"\n"},
                    Shown{"duration", Duration(41s), "41s"},
                    Shown{"size", Bytes{16'000'000}, "16MB"}, Shown{"percent", Percent{20}, "20%"},
                    Shown{"time", TimePoint(), "1970-01-01T00:00:00Z"},
                    Shown{"list", Value::List{1, "a", Duration(5min)}, R"([1,"a","5m"])"},
                    Shown{"map", Value::Map{{"a", Value()}}, R"({"a":null})"},
                    Shown{"secret", a_secret(), "***"},
                    Shown{"list_with_a_secret", Value::List{1, a_secret()}, "***"}),
    [](const auto& one) { return one.param.name; });

TEST(Reveal, GivesTheContentOfSecrets) {
  EXPECT_EQ(reveal(a_secret()), "hunter2");
  EXPECT_EQ(reveal(Value::List{1, a_secret()}), R"([1,"hunter2"])");
}

struct SizeSpelling {
  std::string text;
  std::int64_t bytes;
};

class Sizes : public testing::TestWithParam<SizeSpelling> {};

TEST_P(Sizes, ArePrintedInTheLargestUnitThatIsExact) {
  EXPECT_EQ(to_string(Bytes{GetParam().bytes}), GetParam().text);
  EXPECT_EQ(parse_size(GetParam().text).value(), Bytes{GetParam().bytes});
}

INSTANTIATE_TEST_SUITE_P(All, Sizes,
                         testing::Values(SizeSpelling{"0B", 0}, SizeSpelling{"512B", 512},
                                         SizeSpelling{"4KiB", 4096}, SizeSpelling{"31kB", 31'000},
                                         SizeSpelling{"16MB", 16'000'000},
                                         SizeSpelling{"16MiB", 16'777'216},
                                         SizeSpelling{"1GB", 1'000'000'000},
                                         SizeSpelling{"12345B", 12345}),
                         [](const auto& one) { return one.param.text; });

TEST(ParseSize, AcceptsFractionsOfWholeBytes) {
  EXPECT_EQ(parse_size("1.5GB").value(), Bytes{1'500'000'000});
  EXPECT_EQ(parse_size("0.5KiB").value(), Bytes{512});
  EXPECT_EQ(parse_size("2KB").value(), Bytes{2000});
}

std::string size_refusal_of(std::string_view text) {
  const Result<Bytes> size = parse_size(text);
  return size ? "accepted as " + to_string(size.value()) : size.error().message();
}

TEST(ParseSize, SaysWhatIsWrong) {
  EXPECT_EQ(size_refusal_of("16"), "a size needs a unit: did you mean 16MB?");
  EXPECT_EQ(size_refusal_of("-1B"),
            "\"-1B\" is not a size (it begins with a number, without a sign); write 16MB, 4KiB or "
            "512B");
  EXPECT_EQ(size_refusal_of("1M"),
            "\"1M\" is not a size (the units are B, kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB and "
            "PiB); write 16MB, 4KiB or 512B");
  EXPECT_EQ(size_refusal_of("0.5B"),
            "\"0.5B\" is not a size (it must be a whole number of bytes below 8 EiB); write 16MB, "
            "4KiB or 512B");
  EXPECT_FALSE(parse_size("8192PiB").has_value());
  EXPECT_FALSE(parse_size("1..5GB").has_value());
  EXPECT_FALSE(parse_size(".5GB").has_value());
  EXPECT_FALSE(parse_size("99999999999999999999B").has_value());
}

RC_GTEST_PROP(SizeText, BringsEachSizeBack, (std::int64_t any)) {
  const Bytes size{any & INT64_MAX};
  RC_ASSERT(parse_size(to_string(size)).value() == size);
}

TEST(ParsePercent, NeedsItsSign) {
  EXPECT_EQ(parse_percent("0.5%").value(), Percent{0.5});
  EXPECT_EQ(parse_percent("-5%").value(), Percent{-5});
  EXPECT_EQ(parse_percent("20").error().message(), "a percent needs its sign: did you mean 20%?");
  EXPECT_EQ(parse_percent("many").error().message(),
            "\"many\" is not a percent; write 20% or 0.5%");
  EXPECT_FALSE(parse_percent("%").has_value());
  EXPECT_FALSE(parse_percent("inf%").has_value());
  EXPECT_FALSE(parse_percent("20 %").has_value());
}

}  // namespace
}  // namespace rung
