#include "engine/supervisor/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <functional>
#include <memory>
#include <set>

namespace rung::engine::supervisor {
namespace {

constexpr std::size_t kEnvironmentLimit = 8U << 20U;

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

void each_pid(const std::function<void(std::int32_t)>& visit) {
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc"));
  if (folder == nullptr) return;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    std::int32_t pid = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failure == std::errc() && end == name.data() + name.size()) visit(pid);
  }
}

// Not through read_file: its messages cost more than the reading.
std::string slurp(const char* path, std::size_t limit_bytes) {
  const DurableFile file(::open(path, O_RDONLY | O_CLOEXEC));
  std::string content;
  if (!file.is_open()) return content;
  std::array<char, 16384> part{};
  while (content.size() < limit_bytes) {
    const ssize_t got = ::read(file.fd(), part.data(), part.size());
    if (got <= 0) break;
    content.append(part.data(), static_cast<std::size_t>(got));
  }
  return content;
}

std::string path_in_proc(std::int32_t pid, const char* file) {
  return "/proc/" + std::to_string(pid) + '/' + file;
}

// The word `index` of `text`, from 0, as a number; 0 where there is none.
std::uint64_t number_at(std::string_view text, int index) {
  for (int i = 0; i < index; ++i) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return 0;
    text.remove_prefix(space + 1);
  }
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

DurableFile open_pidfd(const Process& process) {
  DurableFile pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0U)));
  if (!pidfd.is_open()) return {};
  // The descriptor is of whoever has the pid now: look only after it was opened.
  const std::optional<SeenProcess> seen = look_at_process(process.pid);
  if (!seen || seen->id != process) return {};
  return pidfd;
}

bool signal_by(const DurableFile& pidfd, int signal) {
  return ::syscall(SYS_pidfd_send_signal, pidfd.fd(), signal, nullptr, 0U) == 0;
}

}  // namespace

std::optional<SeenProcess> look_at_process(std::int32_t pid) {
  const std::string stat = slurp(path_in_proc(pid, "stat").c_str(), 4096);
  // The name is in parentheses and may hold any character: the last one closes it.
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 3 >= stat.size()) {
    return std::nullopt;
  }
  const std::string_view rest = std::string_view(stat).substr(close + 2);
  SeenProcess seen;
  seen.state = rest.front();
  seen.parent = static_cast<std::int32_t>(number_at(rest, 1));
  seen.id = {pid, number_at(rest, 19)};
  seen.name = stat.substr(open + 1, close - open - 1);
  return seen;
}

bool is_alive(const Process& process) {
  const std::optional<SeenProcess> seen = look_at_process(process.pid);
  return seen && seen->id == process && seen->state != 'Z' && seen->state != 'X';
}

std::vector<SeenProcess> descendants_of(std::int32_t pid) {
  std::vector<SeenProcess> all;
  each_pid([&](std::int32_t each) {
    if (std::optional<SeenProcess> seen = look_at_process(each)) all.push_back(*std::move(seen));
  });
  std::set<std::int32_t> tree{pid};
  std::size_t before = 0;
  while (tree.size() != before) {  // Grows in each turn but the last: at most one turn a process.
    before = tree.size();
    for (const SeenProcess& seen : all) {
      if (tree.contains(seen.parent)) tree.insert(seen.id.pid);
    }
  }
  std::erase_if(all, [&](const SeenProcess& seen) {
    return seen.id.pid == pid || !tree.contains(seen.id.pid) || seen.state == 'Z';
  });
  return all;
}

std::vector<SeenProcess> processes_with_environment(std::string_view entry) {
  const std::string needle = std::string(1, '\0') + std::string(entry) + std::string(1, '\0');
  std::vector<SeenProcess> found;
  each_pid([&](std::int32_t pid) {
    if (pid == ::getpid()) return;
    const std::string environment =
        std::string(1, '\0') + slurp(path_in_proc(pid, "environ").c_str(), kEnvironmentLimit);
    if (environment.find(needle) == std::string::npos) return;
    std::optional<SeenProcess> seen = look_at_process(pid);
    if (seen && seen->state != 'Z') found.push_back(*std::move(seen));
  });
  return found;
}

bool sees_processes() {
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc"));
  return folder != nullptr && !slurp("/proc/self/environ", 1).empty();
}

bool send_signal(const Process& process, int signal) {
  const DurableFile pidfd = open_pidfd(process);
  return pidfd.is_open() && signal_by(pidfd, signal);
}

void kill_all(const std::vector<SeenProcess>& processes) {
  std::vector<DurableFile> stopped;
  for (const SeenProcess& seen : processes) {
    DurableFile pidfd = open_pidfd(seen.id);
    if (!pidfd.is_open()) continue;
    signal_by(pidfd, SIGSTOP);
    stopped.push_back(std::move(pidfd));
  }
  for (const DurableFile& pidfd : stopped) signal_by(pidfd, SIGKILL);
}

}  // namespace rung::engine::supervisor
