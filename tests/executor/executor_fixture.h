#pragma once

#include "actions/registry.h"
#include "base/clock.h"
#include "engine/executor/asio_executor.h"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rung::engine {

// Keeps the errors that were logged.
class RememberedLog final : public Log {
 public:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override;
  std::vector<std::string> errors;
};

// Actions whose ends a test decides:
//   test.hold   runs until it is cancelled or the gate opens
//   test.deaf   runs until the gate opens, whatever is asked of it
//   test.throw  throws
struct Gate {
  bool is_open = false;
  int running = 0;
  int most_at_once = 0;
  std::vector<std::string> begun;  // addresses in order
};

// What one engine process has. Several of them on one store folder are engines one after another.
class Engineering {
 public:
  explicit Engineering(std::string store_folder, ExecutorLimits limits = {});
  ~Engineering() { close(); }

  AsioExecutor& executor() { return *executor_; }
  void run(Attempt attempt);
  void recover(Attempt attempt);
  void probe(Attempt attempt, const runbooks::ActionUse* use = nullptr, Value::Map with = {});

  // Runs the loop until it holds, or for 20 s: then false.
  bool until(const std::function<bool()>& condition);
  Outcome outcome_of(const std::string& address);
  ProbeAnswer answer_of(const std::string& address);
  void close();

  boost::asio::io_context loop{1};
  Gate gate;
  RememberedLog log;
  SystemClock clock;
  std::map<std::string, Outcome> outcomes;
  std::map<std::string, ProbeAnswer> answers;
  std::vector<std::string> adopted;
  std::vector<std::string> progress;

 private:
  actions::Registry registry_;
  std::unique_ptr<AsioExecutor> executor_;
  bool is_closed_ = false;
};

class ExecutorTest : public testing::Test {
 protected:
  ExecutorTest();
  ~ExecutorTest() override;

  Attempt attempt(const std::string& address, const std::string& uses, Value::Map with = {});
  Attempt shell(const std::string& address, const std::string& script, Value::Map more = {});
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  bool exists(const std::string& name) const;
  std::string content(const std::string& name) const;
  void write(const std::string& name) const;
  bool has_attempt_folders() const;

  // A process of its own that begins these attempts as an engine does, and is killed as soon as
  // `begun` holds (asked in this process).
  void die_after_beginning(std::vector<Attempt> attempts, const std::function<bool()>& begun);

  std::string folder_;
  SystemClock clock_;
};

template <class Kind>
ActionError error_in(const Outcome& outcome) {
  const auto* kind = std::get_if<Kind>(&outcome);
  const auto* error = error_of(outcome);
  EXPECT_NE(kind, nullptr) << "outcome " << outcome.index() << ": "
                           << (error == nullptr ? "done" : error->message);
  return kind == nullptr ? ActionError{} : kind->error;
}

Value::Map outputs_in(const Outcome& outcome);

}  // namespace rung::engine
