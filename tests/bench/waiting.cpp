#include "tests/bench/waiting.h"

#include "tests/bench/laboratory.h"
#include "tests/bench/table.h"

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace rung::bench {
namespace {

constexpr int kWaiting = 10'000;

void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  char* why = nullptr;
  const bool is_done = sqlite3_open(path.c_str(), &db) == SQLITE_OK &&
                       sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &why) == SQLITE_OK;
  if (!is_done) std::fprintf(stderr, "rung_bench: %s\n", why == nullptr ? "no store" : why);
  sqlite3_close(db);
  if (!is_done) std::exit(1);
}

// Run 1 went the whole way; the others are its copies, row by row.
void finish_runs(const std::string& folder, int count) {
  {
    Laboratory lab(folder);
    lab.open();
    lab.drive(a_plan(Work::effects, 1), 1);
  }
  const std::string others =
      "WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < " +
      std::to_string(count) + ") ";
  run_sql(folder + "/store.db",
          "BEGIN;" + others +
              "INSERT INTO run (run, runbook, plan, status, reason, who, created_at, finished_at) "
              "SELECT n, runbook, plan, status, reason, who, created_at, finished_at FROM n, run "
              "WHERE run.run = 1 ORDER BY n;" +
              others +
              "INSERT INTO event (run, seq, type, ver, at, step, payload, hash) "
              "SELECT n, seq, type, ver, at, step, payload, hash FROM n, event "
              "WHERE event.run = 1 ORDER BY n, seq; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

void begin_waiting(const std::string& folder) {
  Laboratory lab(folder);
  lab.open();
  int begun = 0;
  const auto plan = a_waiting_plan();
  for (int n = 0; n < kWaiting; ++n) {
    engine::StartRequest request;
    request.plan = plan;
    request.mode = "planned";
    request.by.who = "bench";
    lab.engine().start(std::move(request), [&begun](const engine::Reply&) { begun += 1; });
  }
  lab.until([&begun] { return begun == kWaiting; }, "the runs do not begin");
}

struct Opened {
  double milliseconds = 0;
  double mib = 0;
};

Opened open_once(const std::string& self, const std::string& folder) {
  Opened opened;
  FILE* told = ::popen((self + " --open " + folder).c_str(), "r");
  if (told == nullptr || std::fscanf(told, "%lf %lf", &opened.milliseconds, &opened.mib) != 2) {
    std::fprintf(stderr, "rung_bench: the store does not open\n");
    std::exit(1);
  }
  ::pclose(told);
  return opened;
}

Opened median_of(const std::string& self, const std::string& folder) {
  std::vector<double> times;
  std::vector<double> sizes;
  for (int n = 0; n < 7; ++n) {
    const Opened opened = open_once(self, folder);
    times.push_back(opened.milliseconds);
    sizes.push_back(opened.mib);
  }
  return {spread_of(times).median, spread_of(sizes).median};
}

double resident_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib / 1024;
  }
  return 0;
}

}  // namespace

void waiting_runs(const std::string& self, int finished) {
  const Folder empty;
  const Folder full;
  if (finished > 0) finish_runs(full.path(), finished);
  begin_waiting(full.path());
  const Opened beside = median_of(self, empty.path());
  const Opened opened = median_of(self, full.path());
  const char* what = finished > 0 ? "  beside 1,000,000 finished runs: ready after, ms"
                                  : "10,000 waiting runs: ready after, ms";
  row(what, "<= 150",
      text("%.1f  (%.1f on an empty store)", opened.milliseconds, beside.milliseconds),
      opened.milliseconds <= 150);
  row("  more resident memory, MiB", "<= 30", text("%.1f", opened.mib - beside.mib),
      opened.mib - beside.mib <= 30);
}

int open_and_tell(const std::string& folder) {
  Laboratory lab(folder);
  const double ready = seconds_of([&lab] { lab.open(); });
  std::printf("%f %f\n", ready * 1000, resident_mib());
  return 0;
}

}  // namespace rung::bench
