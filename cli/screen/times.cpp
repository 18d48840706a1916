#include "cli/screen/times.h"

#include <unistd.h>
#include <array>
#include <cstdlib>
#include <ctime>

namespace rung::cli {
namespace {

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

std::string local_time(TimePoint time) {
  const auto seconds = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
  std::tm local{};
  ::localtime_r(&seconds, &local);
  if (local.tm_gmtoff == 0) return "";
  const std::string name = city();
  std::array<char, 64> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), name.empty() ? "%H:%M %Z" : "%H:%M ", &local);
  return std::string(text.data(), length) + name;
}

std::string full_time(TimePoint time) {
  const std::string local = local_time(time);
  return date_time(time) + (local.empty() ? "" : " (" + local + ")");
}

}  // namespace rung::cli
