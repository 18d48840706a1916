#include "tests/bench/raw.h"

#include "base/ensure.h"

#include <fcntl.h>
#include <spawn.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace rung::bench {

struct RawStore::Inside {
  sqlite3* db = nullptr;
  sqlite3_stmt* insert = nullptr;
  void run(const char* sql) const {
    ENSURE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK,
           "the raw loop's SQL works");
  }
};

RawStore::RawStore(const std::string& path) : inside_(std::make_unique<Inside>()) {
  ENSURE(sqlite3_open(path.c_str(), &inside_->db) == SQLITE_OK, "the raw store opens");
  inside_->run("pragma journal_mode=wal");
  inside_->run("pragma synchronous=full");
  inside_->run(
      "create table event(pos integer primary key, run int, seq int, at int, payload blob)");
  ENSURE(sqlite3_prepare_v2(inside_->db,
                            "insert into event(run, seq, at, payload) values (1, ?, ?, ?)", -1,
                            &inside_->insert, nullptr) == SQLITE_OK,
         "the raw statement is one");
}

RawStore::~RawStore() {
  sqlite3_finalize(inside_->insert);
  sqlite3_close(inside_->db);
}

void RawStore::write(int commits, int rows) {
  static const std::string kPayload(72, 'x');
  for (int commit = 0; commit < commits; ++commit) {
    inside_->run("begin immediate");
    for (int row = 0; row < rows; ++row) {
      sqlite3_bind_int(inside_->insert, 1, row);
      sqlite3_bind_int64(inside_->insert, 2, 1'700'000'000'000'000'000 + row);
      sqlite3_bind_blob(inside_->insert, 3, kPayload.data(), static_cast<int>(kPayload.size()),
                        SQLITE_STATIC);
      ENSURE(sqlite3_step(inside_->insert) == SQLITE_DONE, "the raw row is written");
      sqlite3_reset(inside_->insert);
    }
    inside_->run("commit");
  }
}

void run_true(int times) {
  for (int n = 0; n < times; ++n) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl("/bin/true", "true", nullptr);
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
  }
}

ProgramRun run_program(const char* const* argv) {
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(null, 1);
    ::dup2(null, 2);
    ::execv(argv[0], const_cast<char* const*>(argv));
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
          usage.ru_maxrss};
}

}  // namespace rung::bench
