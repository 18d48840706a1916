// `./dev bench [--quick|--counts]`: Rung beside raw loops, in turn, in the same folder
// (docs/bench.md).

#include "tests/bench/laboratory.h"
#include "tests/bench/processes.h"
#include "tests/bench/raw.h"
#include "tests/bench/table.h"
#include "tests/bench/waiting.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace rung::bench {
namespace {

int rounds = 7;
bool is_quick = false;
bool is_broken = false;  // a count, not a time

void sequential_effects() {
  std::vector<double> ratios;
  double syncs = 0;
  double bytes = 0;
  for (int n = 0; n < rounds; ++n) {
    const Folder folder;
    Laboratory lab(folder.path());
    RawStore raw(folder.path() + "/raw.db");  // with SQLite configured as the store does
    lab.open();
    const auto plan = a_plan(Work::effects, 1000);
    const auto before = lab.counts();
    const double ours = seconds_of([&] { lab.drive(plan, 1); });
    syncs = static_cast<double>(lab.counts().syncs - before.syncs) / 1000.0;
    const double theirs = seconds_of([&] { raw.write(1000, 1); });
    ratios.push_back(ours / theirs);
    bytes = static_cast<double>(lab.counts().rows);
  }
  const Spread s = spread_of(ratios);
  row("1,000 effects in a row / raw commits", "<= 1.3",
      text("%.2f  (%.2f - %.2f)", s.median, s.least, s.most), s.median <= 1.3);
  is_broken = is_broken || syncs > 1.01;
  row("  syncs a step, counted", "<= 1.01", text("%.3f", syncs), syncs <= 1.01);
  row("  events written", "2,003", text("%.0f", bytes), bytes <= 2'003);
}

void pure_steps() {
  const Folder folder;
  Laboratory lab(folder.path());
  lab.open();
  const auto before = lab.counts().commits;
  lab.drive(a_plan(Work::pure, 1000), 1);
  const auto commits = static_cast<double>(lab.counts().commits - before);
  is_broken = is_broken || commits > 10;
  row("1,000 pure steps: commits, counted", "<= 10", text("%.0f", commits), commits <= 10);
}

void many_runs() {
  std::vector<double> ratios;
  std::vector<double> rates;
  double wal_mib = 0;
  for (int n = 0; n < rounds; ++n) {
    const Folder folder;
    Laboratory lab(folder.path());
    RawStore raw(folder.path() + "/raw.db");  // with SQLite configured as the store does
    lab.open();
    const auto plan = a_plan(Work::effects, 10);
    const double ours = 10'000 / seconds_of([&] { lab.drive(plan, 1000); });
    const double theirs = 50'000 / seconds_of([&] { raw.write(50, 1000); });
    ratios.push_back(ours / theirs);
    rates.push_back(ours);
    const auto size = [&](const char* name) {
      return static_cast<double>(std::filesystem::file_size(folder.path() + name));
    };
    wal_mib = std::max(wal_mib, size("/store.db-wal") / (1 << 20));
  }
  const Spread s = spread_of(ratios);
  row("1,000 runs x 10 effects: steps / raw row", ">= 0.13",
      text("%.3f  (%.3f - %.3f)", s.median, s.least, s.most), s.median >= 0.13);
  row("  steps a second", "", text("%.0f", spread_of(rates).median), true);
  is_broken = is_broken || wal_mib > 64;
  row("  WAL at most, MiB", "<= 64", text("%.1f", wal_mib), wal_mib <= 64);
}

// A second run of a plan that the store holds already, checkpointed as the store is closed.
void store_bytes() {
  const Folder folder;
  const auto drive = [&folder] {
    Laboratory lab(folder.path());
    lab.open();
    lab.drive(a_plan(Work::effects, 4000), 1);
  };
  drive();
  const auto before = std::filesystem::file_size(folder.path() + "/store.db");
  drive();
  const auto after = std::filesystem::file_size(folder.path() + "/store.db");
  const double bytes = static_cast<double>(after - before) / 4000;
  is_broken = is_broken || bytes > 200;
  row("store bytes a no-op step, counted", "<= 200", text("%.0f", bytes), bytes <= 200);
}

void commands() {
  std::vector<double> ratios;
  constexpr int kTimes = 50;
  for (int n = 0; n < rounds; ++n) {
    const Folder folder;
    Laboratory lab(folder.path());
    RawStore raw(folder.path() + "/raw.db");  // with SQLite configured as the store does
    lab.open();
    const auto plan = a_plan_of_commands(kTimes);
    const double ours = seconds_of([&] { lab.drive(plan, 1); });
    const double theirs = seconds_of([&] { run_true(kTimes); });
    const double commits = seconds_of([&] { raw.write(kTimes, 1); });
    ratios.push_back((ours - commits) / theirs);
  }
  const Spread s = spread_of(ratios);
  row("supervised `true`, less a commit / fork+exec+wait", "<= 2.5",
      text("%.2f  (%.2f - %.2f)", s.median, s.least, s.most), s.median <= 2.5);
}

void start_up(const std::string& rung) {
  const Folder folder;
  const std::string store = folder.path() + "/empty.db";
  ::setenv("RUNG_STORE", store.c_str(), 1);
  const char* const ours[] = {rung.c_str(), "ls", nullptr};
  const char* const theirs[] = {"/bin/true", nullptr};
  std::vector<double> times;
  std::vector<double> beside;
  std::int64_t resident = 0;
  for (int n = 0; n < rounds * 3; ++n) {
    const ProgramRun run = run_program(ours);
    times.push_back(run.seconds * 1000);
    resident = std::max(resident, run.resident_kib);
    beside.push_back(run_program(theirs).seconds * 1000);
  }
  const double median = spread_of(times).median;
  row("start: rung ls, ms (/bin/true beside it)", "<= 20",
      text("%.1f  (%.1f)", median, spread_of(beside).median), median <= 20);
  row("  resident, MB", "<= 20", text("%.1f", static_cast<double>(resident) / 1000),
      resident <= 20'000);
}

}  // namespace
}  // namespace rung::bench

int main(int count, char** arguments) {
  using namespace rung::bench;
  if (count == 3 && std::string(arguments[1]) == "--open") return open_and_tell(arguments[2]);
  bool only_counts = false;
  std::string only;
  for (int n = 1; n < count; ++n) {
    const std::string argument = arguments[n];
    if (argument == "--quick") {
      rounds = 3;
      is_quick = true;
    }
    if (argument == "--counts") only_counts = true;
    if (argument == "--only" && n + 1 < count) only = arguments[++n];
  }
  if (only_counts) rounds = 1;
  std::printf("median of %d rounds (least - most), each beside the raw loop, on %ld cores\n\n",
              rounds, ::sysconf(_SC_NPROCESSORS_ONLN));
  std::printf("%-52s %-12s %s\n", "what", "gate", "measured");
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string rung = std::filesystem::path(self).parent_path() / "rung";
  struct Measure {
    const char* name;
    bool is_counted;
    std::function<void()> run;
  };
  const Measure measures[] = {
      // First, while this process is small: a child's resident memory counts from its fork.
      {"start", false,
       [&rung] {
         if (std::filesystem::exists(rung)) start_up(rung);
       }},
      {"effects", true, sequential_effects},
      {"pure", true, pure_steps},
      {"runs", true, many_runs},
      {"bytes", true, store_bytes},
      {"commands", false, commands},
      {"waiting", false, [&self] { waiting_runs(self, 0); }},
      {"finished", false,
       [&self] {
         if (!is_quick) waiting_runs(self, 1'000'000);
       }},
      {"takeover", false, [&rung] { take_over(rung, is_quick ? 20 : 100); }},
      {"approve", false, [&rung] { approve(rung, is_quick ? 40 : 200); }},
  };
  for (const Measure& measure : measures) {
    if (only_counts && !measure.is_counted) continue;
    if (only.empty() || only == measure.name) measure.run();
  }
  std::printf("\ncounts gate, times tell: exit %d\n", is_broken ? 1 : 0);
  return is_broken ? 1 : 0;
}
