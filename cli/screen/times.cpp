#include "cli/screen/times.h"

#include <unistd.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace rung::cli {
namespace {

std::time_t seconds_of(TimePoint time) {
  return static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

std::tm utc_of(TimePoint time) {
  const std::time_t seconds = seconds_of(time);
  std::tm out{};
  ::gmtime_r(&seconds, &out);
  return out;
}

std::string formatted(const char* format, const std::tm& time) {
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), format, &time);
  return {text.data(), length};
}

std::string printed(const char* format, long long a, long long b) {
  std::array<char, 48> text{};
  const int length = std::snprintf(text.data(), text.size(), format, a, b);
  return {text.data(), static_cast<std::size_t>(length)};
}

// "Berlin" of "Europe/Berlin", from TZ or from the link that /etc/localtime is.
std::string city() {
  std::string zone;
  if (const char* given = std::getenv("TZ"); given != nullptr) {
    zone = given;
  } else {
    std::array<char, 256> target{};
    const ssize_t length = ::readlink("/etc/localtime", target.data(), target.size());
    if (length > 0) zone.assign(target.data(), static_cast<std::size_t>(length));
  }
  const std::size_t slash = zone.rfind('/');
  return slash == std::string::npos ? "" : zone.substr(slash + 1);
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
  return formatted("%H:%M:%SZ", utc_of(time));
}

std::string local_time(TimePoint time) {
  const std::time_t seconds = seconds_of(time);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  if (local.tm_gmtoff == 0) return "";
  const std::string name = city();
  return formatted("%H:%M ", local) + (name.empty() ? formatted("%Z", local) : name);
}

std::string full_time(TimePoint time) {
  const std::string local = local_time(time);
  return formatted("%e %b %Y %H:%M:%SZ", utc_of(time)) + (local.empty() ? "" : " (" + local + ")");
}

}  // namespace rung::cli
