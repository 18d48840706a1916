#include "base/failpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rung::failpoint {

std::atomic<bool> enabled{false};

namespace {

constexpr auto kDelay = std::chrono::milliseconds(200);

enum class Act : unsigned char { kill, stop, eio, enospc, delay };

struct Rule {
  std::string site;
  std::string detail;  // empty: any
  long hit = 1;
  Act act = Act::kill;
  long hits_seen = 0;
};

// What the environment asked for and what was reached so far: the process has one environment.
struct Register {
  std::mutex mutex;
  std::vector<Rule> rules;
  std::map<std::pair<std::string, std::string>, long> hits;
  std::string scope;
  std::string once;  // path; "" for none
  int record = -1;
};

Register& the_register() {
  static Register one;
  return one;
}

[[noreturn]] void refuse(const char* variable, const std::string& why) {
  std::fprintf(stderr, "rung: %s: %s\n", variable, why.c_str());
  std::_Exit(2);
}

Act parse_act(std::string_view name, const std::string& rule) {
  if (name == "kill") return Act::kill;
  if (name == "stop") return Act::stop;
  if (name == "eio") return Act::eio;
  if (name == "enospc") return Act::enospc;
  if (name == "delay") return Act::delay;
  refuse("RUNG_FAILPOINT",
         "\"" + rule + "\" does not end in =kill, =stop, =eio, =enospc or =delay");
}

Rule parse_rule(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0)
    refuse("RUNG_FAILPOINT", "\"" + text + "\" is not ID=kill|stop|eio|enospc|delay");
  Rule rule;
  rule.act = parse_act(std::string_view(text).substr(equals + 1), text);
  std::string id = text.substr(0, equals);
  if (const std::size_t hash = id.rfind('#'); hash != std::string::npos) {
    const char* end = id.data() + id.size();
    const auto [stop, failure] = std::from_chars(id.data() + hash + 1, end, rule.hit);
    if (failure != std::errc() || stop != end || rule.hit < 1)
      refuse("RUNG_FAILPOINT", "\"" + text + "\": after # comes the hit, counted from 1");
    id.resize(hash);
  }
  const std::size_t slash = std::min(id.find('/'), id.size());
  rule.site = id.substr(0, slash);
  if (slash < id.size()) rule.detail = id.substr(slash + 1);
  return rule;
}

std::vector<Rule> parse_rules(std::string_view text) {
  std::vector<Rule> rules;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    if (end > 0) rules.push_back(parse_rule(std::string(text.substr(0, end))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rules;
}

int open_record(const char* path) {
  if (path == nullptr || *path == '\0') return -1;
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) refuse("RUNG_FAILPOINT_RECORD", "cannot open " + std::string(path));
  return fd;
}

// False: another process came first.
bool comes_first(const std::string& path) {
  if (path.empty()) return true;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

void write_record(int fd, std::string_view site, std::string_view detail, long hit) {
  std::string line(site);
  if (!detail.empty()) line.append("/").append(detail);
  line += '#' + std::to_string(hit) + '\n';
  // One call, so that the lines of several processes do not mix.
  if (::write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    refuse("RUNG_FAILPOINT_RECORD", "cannot append to the record");
}

}  // namespace

Fault reach_slow(std::string_view site, std::string_view given) {
  Register& registered = the_register();
  bool has_act = false;
  Act act = Act::delay;
  {
    const std::lock_guard lock(registered.mutex);
    std::string detail = registered.scope;
    if (!detail.empty() && !given.empty()) detail += '/';
    detail += given;
    const long hit = ++registered.hits[{std::string(site), detail}];
    if (registered.record >= 0) write_record(registered.record, site, detail, hit);
    for (Rule& rule : registered.rules) {
      if (rule.site != site || (!rule.detail.empty() && rule.detail != detail)) continue;
      if (++rule.hits_seen != rule.hit) continue;
      const bool ends = rule.act == Act::kill || rule.act == Act::stop;
      if (ends && !comes_first(registered.once)) continue;
      has_act = true;
      act = rule.act;
    }
  }
  if (!has_act) return Fault::none;
  switch (act) {
    case Act::kill: std::raise(SIGKILL); break;
    case Act::stop: std::raise(SIGSTOP); break;
    case Act::eio: return Fault::eio;
    case Act::enospc: return Fault::enospc;
    case Act::delay: std::this_thread::sleep_for(kDelay); break;
  }
  return Fault::none;
}

void set_scope(std::string_view scope) {
  Register& registered = the_register();
  const std::lock_guard lock(registered.mutex);
  registered.scope = scope;
}

void configure_from_environment() {
  const char* rules = std::getenv("RUNG_FAILPOINT");
  const int record = open_record(std::getenv("RUNG_FAILPOINT_RECORD"));
  Register& registered = the_register();
  const std::lock_guard lock(registered.mutex);
  if (registered.record >= 0) ::close(registered.record);
  registered.record = record;
  registered.rules = parse_rules(rules == nullptr ? "" : rules);
  registered.hits.clear();
  registered.scope.clear();
  const char* once = std::getenv("RUNG_FAILPOINT_ONCE");
  registered.once = once == nullptr ? "" : once;
  enabled.store(record >= 0 || !registered.rules.empty(), std::memory_order_relaxed);
}

}  // namespace rung::failpoint
