#include "base/time.h"
#include "scripting/builtins.h"
#include "scripting/format.h"
#include "scripting/operators.h"

#include <charconv>
#include <cmath>

namespace rung::scripting::conversions {
namespace {

Problem unreadable(const Call& call, std::string_view type, std::string_view example) {
  return {"the text is not " + std::string(type) + "; it should look like " + std::string(example),
          ": \"" + call[0].string()->substr(0, 80) + "\""};
}

// The value itself where it has the type already; a string is read by `parse`.
template <class T, class Parse>
Computed<Value> read(const Call& call, std::string_view type, std::string_view example,
                     Parse parse) {
  if (call[0].get_if<T>() != nullptr) return call[0];
  TRY(const auto* text, text_argument(call, 0));
  auto parsed = parse(*text);
  if (parsed) return Value(parsed.value());
  return unreadable(call, type, example);
}

template <class T>
bool read_whole(const std::string& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

Computed<Value> rounded(const Call& call, double (*round)(double)) {
  if (call[0].integer() != nullptr) return call[0];
  TRY(const double number, number_argument(call, 0));
  return whole(round(number));
}

}  // namespace

Computed<Value> to_int(const Call& call) {
  if (call[0].integer() != nullptr) return call[0];
  if (const auto* number = call[0].number()) return whole(*number);
  if (call[0].string() == nullptr) return wrong_type(call, 0, "a string or number");
  std::int64_t value = 0;
  if (read_whole(*call[0].string(), value)) return Value(value);
  return unreadable(call, "an int", "42");
}

Computed<Value> to_number(const Call& call) {
  if (call[0].integer() != nullptr || call[0].number() != nullptr) return call[0];
  if (call[0].string() == nullptr) return wrong_type(call, 0, "a string or number");
  std::int64_t integer = 0;
  if (read_whole(*call[0].string(), integer)) return Value(integer);
  double value = 0;
  if (read_whole(*call[0].string(), value) && std::isfinite(value)) return Value(value);
  return unreadable(call, "a number", "42 or 0.5");
}

Computed<Value> to_string(const Call& call) {
  const auto most = footprint(call[0]) * 6;  // JSON's longest escape
  TRY(call.meter.spend(most / 64));
  TRY(call.meter.hold(most));
  auto text = reveal(call[0]);
  call.meter.release(most - std::min(most, text.size()));
  return Value(std::move(text));
}

Computed<Value> to_bool(const Call& call) {
  if (call[0].boolean() != nullptr) return call[0];
  TRY(const auto* text, text_argument(call, 0));
  if (*text == "true") return Value(true);
  if (*text == "false") return Value(false);
  return unreadable(call, "a bool", "true or false");
}

Computed<Value> to_duration(const Call& call) {
  if (call[0].integer() != nullptr || call[0].number() != nullptr)
    return Problem{"a number has no unit; write x * 1s"};
  return read<Duration>(call, "a duration", "90s or 1h30m", parse_duration);
}

Computed<Value> to_size(const Call& call) {
  if (call[0].integer() != nullptr || call[0].number() != nullptr)
    return Problem{"a number has no unit; write x * 1B"};
  return read<Bytes>(call, "a size", "16MB or 4KiB", parse_size);
}

Computed<Value> to_percent(const Call& call) {
  if (call[0].integer() != nullptr || call[0].number() != nullptr) {
    TRY(const double number, number_argument(call, 0));
    return Value(Percent{number});
  }
  return read<Percent>(call, "a percentage", "20%", parse_percent);
}

Computed<Value> to_time(const Call& call) {
  return read<TimePoint>(call, "a time", "2026-03-27T03:13:20Z", parse_time);
}

Computed<Value> format_time(const Call& call) {
  const auto* time = call[0].get_if<TimePoint>();
  if (time == nullptr) return wrong_type(call, 0, "a time; write time(text)");
  TRY(const auto* format, text_argument(call, 1));
  constexpr std::size_t kLongestPart = 20;
  TRY(call.meter.spend(format->size()));
  TRY(call.meter.hold(format->size() * kLongestPart));
  TRY(auto text, format_utc(*time, *format));
  return Value(std::move(text));
}

Computed<Value> default_value(const Call& call) {
  const Value& chosen = call[0].is_null() ? call[1] : call[0];
  TRY(call.meter.hold(footprint(chosen)));
  return chosen;
}

Computed<Value> abs(const Call& call) {
  if (const auto* number = call[0].number()) return Value(std::fabs(*number));
  const auto* integer = call[0].integer();
  const auto* duration = call[0].get_if<Duration>();
  if (integer == nullptr && duration == nullptr) return wrong_type(call, 0, "a number or duration");
  const bool is_below = integer != nullptr ? *integer < 0 : duration->count() < 0;
  if (is_below) return negative(call[0]);
  return call[0];
}

Computed<Value> floor(const Call& call) {
  return rounded(call, std::floor);
}
Computed<Value> ceil(const Call& call) {
  return rounded(call, std::ceil);
}

// Half away from zero. With digits the result stays a number.
Computed<Value> round(const Call& call) {
  if (call.count() == 1) return rounded(call, std::round);
  TRY(const double number, number_argument(call, 0));
  TRY(const auto digits, int_argument(call, 1));
  if (digits < 0 || digits > 15) return Problem{"the digits must be between 0 and 15"};
  const double scale = std::pow(10.0, static_cast<double>(digits));
  TRY(const auto scaled, finite(number * scale));
  return finite(std::round(*scaled.number()) / scale);
}

}  // namespace rung::scripting::conversions
