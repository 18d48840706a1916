#include "tests/bench/processes.h"

#include "base/clock.h"
#include "base/host.h"
#include "state/sqlite_store.h"
#include "tests/bench/laboratory.h"
#include "tests/bench/table.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

namespace rung::bench {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "rung_bench: %s\n", what.c_str());
  std::exit(1);
}

void until(const std::function<bool()>& is_so, const std::string& what) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) give_up(what);
    std::this_thread::sleep_for(1ms);
  }
}

// One `rung` with its output in a file. Killed at the end of this object.
class Terminal {
 public:
  Terminal(const std::string& rung, std::vector<std::string> words, std::string output)
      : output_(std::move(output)) {
    words.insert(words.begin(), rung);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, 1, output_.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                       0600);
    ::posix_spawn_file_actions_adddup2(&files, 1, 2);
    const int failure = ::posix_spawn(&pid_, rung.c_str(), &files, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    if (failure != 0) give_up("rung does not start");
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { kill(); }

  void kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ended();
  }
  int ended() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  bool has_said(const std::string& text) const {
    std::ostringstream said;
    said << std::ifstream(output_).rdbuf();
    return said.str().find(text) != std::string::npos;
  }

 private:
  std::string output_;
  pid_t pid_ = -1;
};

TimePoint now() {
  return SystemClock().now().utc;
}
double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// A run in a folder of its own, and its journal as it grows.
class Scene {
 public:
  Scene(std::string rung, const std::string& steps) : rung_(std::move(rung)) {
    std::ofstream(file()) << "rung: v1\nname: bench\nsteps:\n" << steps;
    ::setenv("RUNG_STORE", store().c_str(), 1);
  }

  std::unique_ptr<Terminal> terminal(std::vector<std::string> words) {
    return std::make_unique<Terminal>(rung_, std::move(words),
                                      folder_.path() + "/out" + std::to_string(terminals_++));
  }
  std::string file() const { return folder_.path() + "/bench.yaml"; }

  template <class E>
  std::vector<TimePoint> times(const std::string& step) {
    read();
    std::vector<TimePoint> all;
    for (const state::Event& event : journal_) {
      if (event.step == step && std::holds_alternative<E>(event.payload)) all.push_back(event.at);
    }
    return all;
  }

 private:
  std::string store() const { return folder_.path() + "/store.db"; }

  void read() {
    if (reader_ == nullptr) {
      auto host = this_host();
      if (!host) give_up(host.error().message());
      auto opened = state::open_sqlite_reader({.path = store(), .host = host.value()});
      if (!opened) return;  // it is being made
      reader_ = std::move(opened).value();
    }
    const Seq seen{static_cast<std::int64_t>(journal_.size())};
    auto events = reader_->events(RunId{1}, seen, 10'000);
    if (!events) return;
    for (auto& positioned : events.value()) journal_.push_back(std::move(positioned.event));
  }

  const std::string rung_;
  const Folder folder_;
  std::unique_ptr<state::Reader> reader_;
  std::vector<state::Event> journal_;
  int terminals_ = 0;
};

}  // namespace

void take_over(const std::string& rung, int times) {
  std::string steps;
  for (int n = 0; n < 40 * times; ++n)
    steps += "  - {id: s" + std::to_string(n) +
             ", undo: none, in_doubt: retry, command: [sleep, \"0.01\"]}\n";
  Scene scene(rung, steps);
  auto owner = scene.terminal({"run", scene.file()});
  std::vector<double> waits;
  for (int n = 0; n < times; ++n) {
    const auto claims = [&] { return scene.times<state::RunClaimed>(""); };
    until([&] { return claims().size() == static_cast<std::size_t>(n) + 1; }, "nobody drives");
    auto next = scene.terminal({"resume", "1"});
    until([&] { return next->has_said("looks on"); }, "the next terminal does not join");
    const TimePoint killed = now();
    owner->kill();
    until([&] { return claims().size() == static_cast<std::size_t>(n) + 2; }, "nobody takes over");
    waits.push_back(milliseconds(claims().back() - killed));
    owner = std::move(next);
  }
  const Spread s = spread_of(waits);
  row("SIGKILL to driven again, ms: p99", "<= 100",
      text("%.1f  (median %.1f, most %.1f)", s.p99, s.median, s.most), s.p99 <= 100);
}

void approve(const std::string& rung, int times) {
  std::string steps;
  for (int n = 0; n < times; ++n) {
    const std::string number = std::to_string(n);
    steps += "  - {id: a" + number + ", approve: {ask: go, timeout: 1h, on_timeout: reject}}\n";
    steps += "  - {id: s" + number + ", undo: none, in_doubt: retry, command: [\"true\"]}\n";
  }
  Scene scene(rung, steps);
  auto owner = scene.terminal({"run", "--wait", scene.file()});
  std::vector<double> waits;
  for (int n = 0; n < times; ++n) {
    const std::string number = std::to_string(n);
    until([&] { return scene.times<state::StepOpened>("a" + number).size() == 1; },
          "nothing is asked");
    const TimePoint begun = now();
    if (scene.terminal({"approve", "1", "a" + number, "--say", "go"})->ended() != 0)
      give_up("rung approve fails");
    const auto intents = [&] { return scene.times<state::StepStarted>("s" + number); };
    until([&] { return intents().size() == 1; }, "the next effect does not begin");
    waits.push_back(milliseconds(intents().front() - begun));
  }
  const Spread s = spread_of(waits);
  row("begin of `rung approve` to next effect, ms: p99", "<= 10",
      text("%.1f  (median %.1f, most %.1f)", s.p99, s.median, s.most), s.p99 <= 10);
}

}  // namespace rung::bench
