#include "base/json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
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

}  // namespace
}  // namespace rung
