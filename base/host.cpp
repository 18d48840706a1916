#include "base/host.h"

#include "base/durable_file.h"

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace rung {
namespace {

constexpr std::size_t kLongestLine = 4096;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

// Empty in a container that was given none: the boot and the namespace then tell hosts apart.
std::string machine_id() {
  for (const char* path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
    Result<std::string> text = read_file(path, kLongestLine);
    if (text) return trimmed(std::move(text).value());
  }
  return {};
}

Result<std::string> boot_id() {
  if (const char* injected = std::getenv("RUNG_TEST_BOOT_ID")) return std::string(injected);
  Result<std::string> text = read_file("/proc/sys/kernel/random/boot_id", kLongestLine);
  if (!text)
    return Error(ErrorCode::unavailable,
                 "cannot tell which boot this is: " + text.error().message() + "; mount /proc");
  return trimmed(std::move(text).value());
}

Result<std::string> pid_namespace() {
  std::array<char, 256> target{};
  const ssize_t length = readlink("/proc/self/ns/pid", target.data(), target.size());
  if (length < 0)
    return error_from_errno("cannot tell the process namespace from /proc/self/ns/pid");
  return std::string(target.data(), static_cast<std::size_t>(length));
}

}  // namespace

Result<Host> this_host() {
  Host host;
  host.machine_id = machine_id();
  TRY(host.boot_id, boot_id());
  Result<std::string> name_space = pid_namespace();
  if (!name_space)
    return Error(ErrorCode::unavailable, name_space.error().message() + "; mount /proc");
  host.pid_namespace = std::move(name_space).value();
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) host.name = name.data();
  return host;
}

}  // namespace rung
