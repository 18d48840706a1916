#pragma once

#include "base/clock.h"
#include "base/failpoint.h"
#include "engine/supervisor/adopt.h"
#include "engine/supervisor/attempt_folder.h"
#include "engine/supervisor/spawn.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rung::engine::supervisor {

// A condition of the world that comes true by itself, within a bound that is far from usual.
bool comes_true(const std::function<bool()>& condition,
                std::chrono::seconds limit = std::chrono::seconds(20));

bool is_readable(int fd, std::chrono::milliseconds limit = std::chrono::seconds(20));

// An environment variable for the time of a scope.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value);
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;
  ~ScopedVariable();

 private:
  const char* name_;
};

// A process of its own that starts one supervisor as the engine does, and then lives until it is
// killed. `failpoint` applies to it and to its supervisor.
class OtherEngine {
 public:
  OtherEngine(StepProgram& program, const Job& job, const std::string& failpoint = {});
  OtherEngine(const OtherEngine&) = delete;
  OtherEngine& operator=(const OtherEngine&) = delete;
  ~OtherEngine() { kill(); }

  void kill();
  // Until it died at its failpoint.
  void wait_for_death();
  // Of the supervisor; 0 where the engine died before.
  int supervisor() const { return supervisor_; }

 private:
  int pid_ = 0;
  int supervisor_ = 0;
};

// A store's folder of its own for each test, and nothing left of its attempts afterwards.
class AttemptTest : public testing::Test {
 protected:
  AttemptTest();
  ~AttemptTest() override;

  // With the shell, in the store's folder, with PATH only.
  Job shell(const std::string& script);
  Job command(std::vector<std::string> argv);

  // Until its supervisor has told how it ended.
  Exited run(const Job& job);
  Supervised started(const Job& job);
  Exited end_of(Supervised& supervised, const Job& job);

  // Looks without judging: an examination of what nobody has claimed yet would void it.
  void wait_until_released(const Job& job) const;
  // As an engine that starts after the one that had started `job`.
  Finding examined(const Job& job);
  AttemptTrace trace(const Job& job) const { return {job.folder, job.attempt_id, host_}; }
  // Until the finding is not `running`, as the engine does it: by pidfd and lock.
  Finding awaited(const Job& job);

  std::string file(const Job& job, const std::string& name) const;
  std::string content(const std::string& path) const;
  std::string path(const std::string& name) const { return folder_ + '/' + name; }
  bool exists(const std::string& path) const;
  void write(const std::string& path, const std::string& text, unsigned mode = 0600) const;

  std::string folder_;
  Host host_;
  StoreId store_;
  StepProgram program_;
  std::vector<std::string> cookies_;
};

}  // namespace rung::engine::supervisor
