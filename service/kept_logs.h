#pragma once

#include "actions/registry.h"
#include "engine/executor.h"
#include "service/history.h"

#include <string>
#include <utility>
#include <vector>

namespace rung::service {

// What the commands of runs printed, kept after their attempts' folders are gone:
// STORE.d/logs/RUN/ADDRESS.GENERATION.ATTEMPT.{out,err}, with `:` for the `/` of an address.

// One stream of one attempt.
struct KeptLog {
  std::string address;
  std::int64_t generation = 0;
  std::int64_t attempt = 0;
  bool is_stderr = false;
  std::string path;
};

std::string log_path(const std::string& store_folder, const engine::AttemptId& id, bool is_stderr);
// Of one run, by address, attempt and stream; also those whose command still runs.
std::vector<KeptLog> kept_logs(const std::string& store_folder, RunId run);

// Keeps what attempts printed whose outcome is on disk while their folder is still there: an
// engine died in between.
void keep_left_logs(const std::string& store_folder, const History& history);

// Moves an attempt's output out of its folder before the folder goes, and counts the attempts that
// live inside this process. Otherwise the executor that it stands in front of.
class LogKeepingExecutor final : public engine::Executor {
 public:
  LogKeepingExecutor(engine::Executor& inner, const actions::Registry& registry,
                     std::string store_folder)
      : inner_(inner), registry_(registry), store_folder_(std::move(store_folder)) {}

  void run(engine::Attempt attempt, OnOutcome done) override;
  void recover(engine::Attempt attempt, std::function<void(std::string)> adopted,
               OnOutcome done) override;
  void probe(engine::Attempt attempt, const runbooks::ActionUse* probe_use, Value::Map probe_with,
             OnProbed done) override;
  void look(engine::Attempt attempt, OnProbed done) override {
    inner_.look(std::move(attempt), std::move(done));
  }
  void cancel(const engine::AttemptId& id, engine::CancelHow how) override {
    inner_.cancel(id, how);
  }
  void forget(const engine::AttemptId& id) override;

  std::size_t attempts_inside() const { return inside_; }

 private:
  bool is_supervised(const std::string& uses) const;

  engine::Executor& inner_;
  const actions::Registry& registry_;
  std::string store_folder_;
  std::size_t inside_ = 0;
};

}  // namespace rung::service
