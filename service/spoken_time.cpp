#include "service/spoken_time.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace rung::service {
namespace {

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

}  // namespace

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
