// How many event rows a second the store takes: RUNS runs, each with its next step as soon as the
// last one is on disk. `store_throughput [FOLDER [RUNS [STEPS]]]`. No test: it has no limit.

#include "state/sqlite_store.h"
#include "tests/state/engine_loop.h"
#include "tests/state/writes.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace {

using namespace rung;
using namespace rung::state;

struct Load {
  EngineLoop loop;
  std::unique_ptr<SqliteStore> store;
  Epoch epoch;
  int steps = 0;
  std::int64_t open = 0;

  void next(std::int64_t run, int step) {
    if (step == steps) {
      --open;
      return;
    }
    store->submit(a_start(run, epoch, 1 + 2L * step), [](Committed) {});
    store->submit(a_success(run, epoch, 2 + 2L * step),
                  [this, run, step](Committed) { next(run, step + 1); });
  }
};

}  // namespace

int main(int count, char** arguments) {
  const std::string folder = count > 1 ? arguments[1] : "/tmp/rung-throughput";
  const std::int64_t runs = count > 2 ? std::atoll(arguments[2]) : 1000;
  Load load;
  load.steps = count > 3 ? std::atoi(arguments[3]) : 100;
  std::filesystem::remove_all(folder);
  StderrLog log(LogLevel::warning);
  SqliteOptions options{.path = folder + "/store.db", .host = {"machine", "boot", "ns", "host"}};
  auto opened = open_sqlite_store(options, load.loop.post(), log);
  if (!opened) {
    std::cerr << opened.error().message() << "\n";
    return 1;
  }
  load.store = std::move(opened).value();
  load.epoch = claim_and_wait(load.loop, *load.store).value().epoch;
  load.open = runs;
  for (std::int64_t run = 1; run <= runs; ++run) {
    load.store->submit(creation(run, load.epoch), [&load](Committed) { --load.open; });
  }
  load.loop.run_until([&] { return load.open == 0; });

  const StoreCounts before = load.store->counts();
  const auto begin = std::chrono::steady_clock::now();
  load.open = runs;
  for (std::int64_t run = 1; run <= runs; ++run) load.next(run, 0);
  load.loop.run_until([&] { return load.open == 0; });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const StoreCounts after = load.store->counts();
  const auto rows = static_cast<double>(after.rows - before.rows);
  std::cout << rows / took.count() << " rows/s, " << after.commits - before.commits << " commits, "
            << after.syncs - before.syncs << " syncs, " << after.checkpoints - before.checkpoints
            << " checkpoints, " << took.count() << " s\n";
  load.store.reset();
  std::filesystem::remove_all(folder);
  return 0;
}
