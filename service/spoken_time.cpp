#include "service/spoken_time.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace rung::service {
namespace {

using namespace std::chrono_literals;

std::string formatted(const char* format, TimePoint time) {
  const auto seconds = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), format, &utc);
  return {text.data(), length};
}

std::string printed(const char* format, long long a, long long b) {
  std::array<char, 48> text{};
  const int length = std::snprintf(text.data(), text.size(), format, a, b);
  return {text.data(), static_cast<std::size_t>(length)};
}

struct Precision {
  Duration from;
  Duration step;
};
constexpr std::array kPrecisions{
    Precision{24h, 1h},    Precision{1h, 1min},    Precision{1min, 1s},    Precision{10s, 100ms},
    Precision{1s, 10ms},   Precision{100ms, 1ms},  Precision{10ms, 100us}, Precision{1ms, 10us},
    Precision{100us, 1us}, Precision{10us, 100ns}, Precision{1us, 10ns}};

Duration rounded_up(Duration duration) {
  for (const Precision& one : kPrecisions) {
    if (duration < one.from) continue;
    const auto rest = duration % one.step;
    return rest == Duration::zero() ? duration : duration - rest + one.step;
  }
  return duration;
}

// "4.38" of 4380 thousandths.
std::string decimal(std::int64_t thousandths) {
  std::string text = printed("%lld.%03lld", thousandths / 1000, thousandths % 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::string measured(Duration duration) {
  const Duration shown = rounded_up(std::max(duration, Duration::zero()));
  if (shown == Duration::zero()) return "0s";
  if (shown >= 1min) return brief(shown);
  if (shown >= 1s) return decimal(shown / 1ms) + "s";
  if (shown >= 1ms) return decimal(shown / 1us) + "ms";
  return shown >= 1us ? decimal(shown / 1ns) + "us" : std::to_string(shown / 1ns) + "ns";
}

std::string spoken(const Value& value) {
  const auto* duration = value.get_if<Duration>();
  return duration == nullptr ? to_text(value) : measured(*duration);
}

bool holds_looks(std::string_view name, const Value& output) {
  const Value::List* list = output.list();
  return name == "samples" && list != nullptr && !list->empty() &&
         list->front().member("at") != nullptr;
}

std::string brief(Duration duration) {
  using namespace std::chrono;
  if (duration < Duration::zero()) duration = Duration::zero();
  const long long tenths =
      duration_cast<std::chrono::duration<long long, std::deci>>(duration).count();
  if (tenths < 100 && tenths % 10 != 0) return printed("%lld.%llds", tenths / 10, tenths % 10);
  const long long s = duration_cast<seconds>(duration).count();
  if (s < 60) return printed("%llds", s, 0);
  if (s < 3600)
    return s % 60 == 0 ? printed("%lldm", s / 60, 0) : printed("%lldm%02llds", s / 60, s % 60);
  if (s < 86400) {
    const long long m = s % 3600 / 60;
    return m == 0 ? printed("%lldh", s / 3600, 0) : printed("%lldh%02lldm", s / 3600, m);
  }
  const long long h = s % 86400 / 3600;
  return h == 0 ? printed("%lldd", s / 86400, 0) : printed("%lldd%lldh", s / 86400, h);
}

std::string clock_time(TimePoint time) {
  return formatted("%H:%M:%SZ", time);
}

std::string date_time(TimePoint time) {
  return formatted("%e %b %Y %H:%M:%SZ", time);
}

}  // namespace rung::service
