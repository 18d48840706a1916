#include "tests/state/sqlite_fixture.h"
#include "tests/state/store_under_test.h"

#include <sqlite3.h>

#include <iomanip>
#include <sstream>

namespace rung::state {
namespace {

int keep_first(void* into, int count, char** values, char**) {
  auto& text = *static_cast<std::string*>(into);
  if (text.empty() && count > 0 && values[0] != nullptr) text = values[0];
  return 0;
}

std::string hex(const Sha256& hash) {
  return "x'" + to_hex(hash) + "'";
}

Sha256 last_hash(const std::string& path, RunId run) {
  return parse_sha256(run_sql(path, "SELECT lower(hex(hash)) FROM event WHERE run = " +
                                        std::to_string(run.number) + " ORDER BY seq DESC"));
}

class SqliteUnderTest final : public StoreUnderTest {
 public:
  std::unique_ptr<Store> open(EngineLoop& loop) override {
    auto store = open_sqlite_store(options_for(path_), loop.post(), log_);
    ENSURE(store, store.error().message().c_str());
    return std::move(store).value();
  }
  std::unique_ptr<Reader> reader() override {
    auto reader = open_sqlite_reader(options_for(path_));
    ENSURE(reader, reader.error().message().c_str());
    return std::move(reader).value();
  }
  void append_foreign(RunId run, const EncodedEvent& event) override {
    const Sha256 hash = chain(last_hash(path_, run), event);
    const std::string number = std::to_string(run.number);
    run_sql(path_, "INSERT INTO event (run, seq, type, ver, at, step, payload, hash) SELECT " +
                       number + ", max(seq) + 1, " + std::to_string(event.type) + ", " +
                       std::to_string(event.version) + ", " +
                       std::to_string(event.at.time_since_epoch().count()) + ", '" + event.step +
                       "', '" + event.payload + "', " + hex(hash) +
                       " FROM event WHERE run = " + number);
  }
  void falsify(RunId run, Seq seq, const std::string& step) override {
    run_sql(path_, "UPDATE event SET step = '" + step + "' WHERE run = " +
                       std::to_string(run.number) + " AND seq = " + std::to_string(seq.number));
  }

 private:
  TempFolder folder_;
  std::string path_ = folder_ / "store.db";
  KeptLog log_;
};

}  // namespace

std::string run_sql(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ENSURE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK, "the test's file opens");
  sqlite3_busy_timeout(handle, 10'000);
  std::string first;
  char* message = nullptr;
  sqlite3_exec(handle, sql.c_str(), keep_first, &first, &message);
  ENSURE(message == nullptr, message);
  sqlite3_close(handle);
  return first;
}

std::unique_ptr<StoreUnderTest> sqlite_under_test() {
  return std::make_unique<SqliteUnderTest>();
}

}  // namespace rung::state
