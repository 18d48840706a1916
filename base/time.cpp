#include "base/time.h"

#include <array>
#include <charconv>
#include <limits>

namespace rung {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// From the largest down, the order in which a duration names them.
constexpr std::array kUnits = {
    Unit{"d", 86'400'000'000'000},
    Unit{"h", 3'600'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"ms", 1'000'000},
    Unit{"us", 1'000},
    Unit{"ns", 1},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out = "\"";
  out += text.substr(0, kLongest);
  if (text.size() > kLongest) out += "...";
  return out += '"';
}

Error not_a_duration(std::string_view text, std::string_view why = {}) {
  std::string message = quoted(text) + " is not a duration";
  if (!why.empty()) message.append(" (").append(why).append(")");
  return {ErrorCode::invalid, message + "; write 90s, 5m or 1h30m"};
}

// Takes the leading characters for which `belongs` holds.
template <class Belongs>
std::string_view take_while(std::string_view& rest, Belongs belongs) {
  std::size_t length = 0;
  while (length < rest.size() && belongs(rest[length])) ++length;
  const std::string_view taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

// digits * unit added to `sum`; false where that does not fit.
bool add_units(std::int64_t& sum, std::string_view digits, std::int64_t unit) {
  std::int64_t count = 0;
  const char* end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, count).ec != std::errc()) return false;
  std::int64_t product = 0;
  return !__builtin_mul_overflow(count, unit, &product) &&
         !__builtin_add_overflow(sum, product, &sum);
}

void append_padded(std::string& out, std::int64_t number, int width) {
  const std::string digits = std::to_string(number);
  out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
  out += digits;
}

// Reads a text from its left; whoever finds something else marks it as broken.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int number = 0;
    if (rest_.size() < count) return fail();
    for (const char c : rest_.substr(0, count)) {
      if (!is_digit(c)) return fail();
      number = number * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return number;
  }

  void one_of(std::string_view accepted) {
    if (rest_.empty() || accepted.find(rest_.front()) == std::string_view::npos) {
      fail();
    } else {
      rest_.remove_prefix(1);
    }
  }

  // ".25" as nanoseconds, 0 where there is no fraction; what is finer is cut off.
  std::int64_t fraction() {
    if (rest_.empty() || rest_.front() != '.') return 0;
    rest_.remove_prefix(1);
    const std::string_view written = take_while(rest_, is_digit);
    if (written.empty()) return fail();
    std::int64_t nanoseconds = 0;
    for (std::size_t i = 0; i < 9; ++i) {
      nanoseconds = nanoseconds * 10 + (i < written.size() ? written[i] - '0' : 0);
    }
    return nanoseconds;
  }

  // "Z", "+02:00": by how much the written time is ahead of UTC.
  std::chrono::minutes offset() {
    const char sign = rest_.empty() ? ' ' : rest_.front();
    one_of("Zz+-");
    if (sign != '+' && sign != '-') return {};
    const int hours = digits(2);
    one_of(":");
    const int minutes = digits(2);
    if (hours > 23 || minutes > 59) fail();
    const std::chrono::minutes ahead = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return sign == '-' ? -ahead : ahead;
  }

  bool is_complete() const { return !broken_ && rest_.empty(); }

 private:
  int fail() {
    broken_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace

std::string to_string(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  std::string out;
  // Unsigned, because the least value has no positive counterpart.
  std::uint64_t left = static_cast<std::uint64_t>(duration.count());
  if (duration < Duration::zero()) {
    out = "-";
    left = 0 - left;
  }
  for (const Unit& unit : kUnits) {
    const auto size = static_cast<std::uint64_t>(unit.nanoseconds);
    if (left < size) continue;
    out += std::to_string(left / size);
    out += unit.name;
    left %= size;
  }
  return out;
}

Result<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return not_a_duration(text, "it is empty");
  if (text.front() == '-') return not_a_duration(text, "it cannot be negative");
  std::string_view rest = text;
  std::int64_t sum = 0;
  std::size_t next_unit = 0;  // the first one that may still follow
  while (!rest.empty()) {
    const std::string_view digits = take_while(rest, is_digit);
    if (digits.empty()) return not_a_duration(text);
    if (rest.empty() && digits.size() == text.size()) {
      return Error(ErrorCode::invalid,
                   "a duration needs a unit: did you mean " + std::string(digits) + "s?");
    }
    const std::string_view name = take_while(rest, [](char c) { return c >= 'a' && c <= 'z'; });
    std::size_t unit = 0;
    while (unit < kUnits.size() && kUnits[unit].name != name) ++unit;
    if (unit == kUnits.size())
      return not_a_duration(text, "the units are d, h, m, s, ms, us and ns, after a whole number");
    if (unit < next_unit) return not_a_duration(text, "each unit once, the largest first");
    if (!add_units(sum, digits, kUnits[unit].nanoseconds))
      return not_a_duration(text, "it is longer than 292 years");
    next_unit = unit + 1;
  }
  return Duration(sum);
}

std::string to_string(TimePoint time) {
  // By plain integers: the first second that can be counted begins before the least TimePoint.
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t count = time.time_since_epoch().count();
  const std::int64_t fraction = (count % kSecond + kSecond) % kSecond;
  const std::int64_t epoch_seconds = count / kSecond - (count % kSecond < 0 ? 1 : 0);
  const std::int64_t seconds = (epoch_seconds % kDay + kDay) % kDay;
  const std::chrono::days day((epoch_seconds - seconds) / kDay);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  std::string out;
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, seconds / 3600, 2);
  out += ':';
  append_padded(out, seconds / 60 % 60, 2);
  out += ':';
  append_padded(out, seconds % 60, 2);
  if (fraction != 0) {
    out += '.';
    append_padded(out, fraction, 9);
    while (out.back() == '0') out.pop_back();
  }
  return out += 'Z';
}

Result<TimePoint> parse_time(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return Error(ErrorCode::invalid, quoted(text) + " is not a time (" + std::string(why) +
                                         "); write 2026-03-27T03:13:20Z or "
                                         "2026-03-27T04:13:20+01:00");
  };
  Reader reader(text);
  const std::chrono::year year(reader.digits(4));
  reader.one_of("-");
  const std::chrono::month month(static_cast<unsigned>(reader.digits(2)));
  reader.one_of("-");
  const std::chrono::day day(static_cast<unsigned>(reader.digits(2)));
  reader.one_of("Tt ");
  const int hour = reader.digits(2);
  reader.one_of(":");
  const int minute = reader.digits(2);
  reader.one_of(":");
  const int second = reader.digits(2);
  const std::int64_t fraction = reader.fraction();
  const std::chrono::minutes offset = reader.offset();
  if (!reader.is_complete()) return refuse("a date, a time of day and an offset are needed");
  const std::chrono::year_month_day date(year, month, day);
  // 60 is a leap second: civil time counts it as the first second of the next minute.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60)
    return refuse("there is no such day or time of day");
  const std::chrono::sys_seconds at = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                                      std::chrono::minutes(minute) + std::chrono::seconds(second) -
                                      offset;
  constexpr auto kLatest = std::chrono::floor<std::chrono::seconds>(TimePoint::max());
  constexpr auto kEarliest = std::chrono::ceil<std::chrono::seconds>(TimePoint::min());
  if (at >= kLatest || at < kEarliest) return refuse("only the years 1678 to 2261 can be counted");
  return TimePoint(at) + Duration(fraction);
}

}  // namespace rung
