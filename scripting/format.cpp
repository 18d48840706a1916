#include "scripting/format.h"

#include "base/json.h"
#include "scripting/builtins.h"
#include "scripting/operators.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace rung::scripting {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// One %-directive: "%-5.1f" has the conversion 'f'.
struct Directive {
  std::string flags;  // with width and precision
  char conversion;
};

Computed<Directive> read_directive(std::string_view format, std::size_t& at) {
  const std::size_t begin = at;
  while (at < format.size() && std::string_view("-+ #0").find(format[at]) != std::string_view::npos)
    ++at;
  std::size_t width = at;
  while (at < format.size() && is_digit(format[at])) ++at;
  bool is_long = at - width > 2 || width - begin > 5;
  if (at < format.size() && format[at] == '.') {
    width = ++at;
    while (at < format.size() && is_digit(format[at])) ++at;
    is_long = is_long || at - width > 2;
  }
  if (is_long) return Problem{"a width or precision in the format has over two digits"};
  if (at == format.size())
    return Problem{"the format ends in the middle of a %; write %% for the sign itself"};
  return Directive{std::string(format.substr(begin, at - begin)), format[at++]};
}

template <class T>
std::string printed(const std::string& directive, T value) {
  std::array<char, 512> out{};
  // The directive was checked: one conversion of this type, at most 99 wide.
  const int size = std::snprintf(out.data(), out.size(), directive.c_str(), value);
  return {out.data(), static_cast<std::size_t>(std::clamp(size, 0, 511))};
}

std::string padded(const std::string& flags, std::string text) {
  const auto dot = flags.find('.');
  if (dot != std::string::npos)
    text.resize(std::min<std::size_t>(text.size(), std::strtoul(flags.c_str() + dot + 1, {}, 10)));
  const auto digit = flags.find_first_of("123456789");
  const std::size_t width =
      digit < dot ? std::strtoul(flags.c_str() + digit, nullptr, 10) : std::size_t{0};
  if (text.size() >= width) return text;
  const bool is_left = flags.find('-') != std::string::npos;
  return is_left ? text + std::string(width - text.size(), ' ')
                 : std::string(width - text.size(), ' ') + text;
}

Computed<std::string> converted(const Call& call, std::size_t i, const Directive& directive) {
  switch (directive.conversion) {
    case 's': {
      if (call[i].is_null()) return padded(directive.flags, "null");
      TRY(auto text, text_for_joining(call[i]));
      return padded(directive.flags, std::move(text));
    }
    case 'q': {
      TRY(const auto* text, text_argument(call, i));
      std::string quoted;
      append_json_string(quoted, *text);
      return quoted;
    }
    case 'd':
    case 'i':
    case 'x':
    case 'X':
    case 'o': {
      std::int64_t value = 0;
      if (const auto* number = call[i].number()) {
        TRY(const auto integer, whole(*number));
        value = *integer.integer();
      } else {
        TRY(value, int_argument(call, i));
      }
      return printed("%" + directive.flags + "ll" + directive.conversion,
                     static_cast<long long>(value));
    }
    case 'f':
    case 'e':
    case 'E':
    case 'g':
    case 'G': {
      TRY(const double value, number_argument(call, i));
      return printed("%" + directive.flags + directive.conversion, value);
    }
    default:
      return Problem{"format has only %s %d %x %o %f %e %g %q and %%",
                     std::string(", not %") + directive.conversion};
  }
}

constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string digits(const char* directive, long long value) {
  return printed(directive, value);
}

struct CivilTime {
  std::chrono::year_month_day date;
  std::chrono::sys_days day;
  std::chrono::hh_mm_ss<std::chrono::seconds> clock;
  long long since_1970;

  explicit CivilTime(TimePoint time) : CivilTime(std::chrono::floor<std::chrono::seconds>(time)) {}
  explicit CivilTime(std::chrono::sys_seconds seconds)
      : date(std::chrono::floor<std::chrono::days>(seconds)),
        day(date),
        clock(seconds - std::chrono::floor<std::chrono::days>(seconds)),
        since_1970(seconds.time_since_epoch().count()) {}

  long long year() const { return static_cast<int>(date.year()); }
  long long month() const { return static_cast<unsigned>(date.month()); }
  long long day_of_month() const { return static_cast<unsigned>(date.day()); }
  long long day_of_year() const {
    return (day - std::chrono::sys_days(date.year() / std::chrono::January / 1)).count() + 1;
  }
  std::string_view weekday() const { return kDays[std::chrono::weekday(day).c_encoding()]; }
  std::string_view month_name() const { return kMonths[static_cast<std::size_t>(month() - 1)]; }
  std::string ymd() const {
    return digits("%04lld", year()) + digits("-%02lld", month()) +
           digits("-%02lld", day_of_month());
  }
  std::string hms() const {
    return digits("%02lld", clock.hours().count()) + digits(":%02lld", clock.minutes().count()) +
           digits(":%02lld", clock.seconds().count());
  }
};

Computed<std::string> part_of(const CivilTime& time, char directive) {
  switch (directive) {
    case 'Y': return digits("%04lld", time.year());
    case 'y': return digits("%02lld", (time.year() % 100 + 100) % 100);
    case 'm': return digits("%02lld", time.month());
    case 'd': return digits("%02lld", time.day_of_month());
    case 'H': return digits("%02lld", time.clock.hours().count());
    case 'M': return digits("%02lld", time.clock.minutes().count());
    case 'S': return digits("%02lld", time.clock.seconds().count());
    case 'F': return time.ymd();
    case 'T': return time.hms();
    case 'j': return digits("%03lld", time.day_of_year());
    case 's': return digits("%lld", time.since_1970);
    case 'a': return std::string(time.weekday().substr(0, 3));
    case 'A': return std::string(time.weekday());
    case 'b': return std::string(time.month_name().substr(0, 3));
    case 'B': return std::string(time.month_name());
    case 'Z': return std::string("UTC");
    case '%': return std::string("%");
    default:
      return Problem{"format_time has %Y %m %d %H %M %S %F %T %j %a %A %b %B %y %s %Z and %%",
                     std::string(", not %") + directive};
  }
}

}  // namespace

Computed<std::string> format_text(const Call& call) {
  const std::string& format = *call[0].string();
  std::string out;
  std::size_t next = 1;
  for (std::size_t at = 0; at < format.size();) {
    const auto percent = std::min(format.find('%', at), format.size());
    TRY(call.meter.spend(1));
    TRY(call.meter.hold(percent - at));
    out.append(format, at, percent - at);
    at = percent + 1;
    if (percent == format.size()) break;
    if (at < format.size() && format[at] == '%') {
      out.push_back('%');
      ++at;
      continue;
    }
    TRY(const auto directive, read_directive(format, at));
    if (next == call.count()) return Problem{"the format has more % than values stand behind it"};
    TRY(const auto text, converted(call, next++, directive));
    TRY(call.meter.hold(text.size()));
    out += text;
  }
  if (next != call.count()) return Problem{"more values stand behind the format than it has %"};
  return out;
}

Computed<std::string> format_utc(TimePoint time, std::string_view format) {
  const CivilTime civil(time);
  std::string out;
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') {
      out.push_back(format[at]);
      continue;
    }
    if (++at == format.size()) return Problem{"the format ends with a %; write %% for the sign"};
    TRY(const auto part, part_of(civil, format[at]));
    out += part;
  }
  return out;
}

}  // namespace rung::scripting
