#pragma once

#include "service/archive.h"
#include "tests/campaign/program.h"
#include "tests/campaign/scenario.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::campaign {

// What the processes of a shift are told through their environment.
struct Faults {
  std::string rule{};       // ID=kill and so on; empty: none
  bool takes_both = false;  // the rule stops a supervisor: engine and supervisor are killed then
};

// How one engine's life went.
struct Shift {
  End engine;
  bool was_client_killed = false;
  bool was_stopped = false;          // takes_both found the supervisor
  std::vector<std::string> reached;  // failpoints, in order
  bool has_reached(const std::string& id) const;
};

// What an uninterrupted run and a recovered one must have in common.
struct Ending {
  std::string status;
  std::string outputs;                       // of the run, as JSON
  std::map<std::string, std::string> steps;  // address -> status
  friend bool operator==(const Ending&, const Ending&) = default;
};
std::string to_string(const Ending& ending);

// One store with one run of a scenario, in a folder of its own, and the world that it acts on.
// Engines are real processes, and so is each command of the person who answers for it: approves,
// sends the signal, resolves doubts as the witness says, and has failed steps tried again.
class Scene {
 public:
  explicit Scene(const Scenario& scenario);
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // One engine until it ends: it runs the runbook where the store has no run yet, else resumes.
  Shift work(const Faults& faults);
  // As `work`, but the engine is killed after `time`, and its supervisors where `and_supervisors`.
  void work_for(std::chrono::microseconds time, bool and_supervisors);
  // Engines without faults until the run is over, one at least; what kept it from its end.
  std::optional<std::string> finish();

  // What is wrong: with the effects, the end, or with what was left behind.
  std::optional<std::string> complaint(const Ending& expected) const;
  Ending ending() const;
  std::string journal() const;  // the events' types, and what became of the records
  const std::string& folder() const { return folder_; }
  std::int64_t doubts() const;
  std::int64_t repeated() const;

 private:
  struct Person;
  std::unique_ptr<Program> begin_engine(const Environment& environment) const;
  Environment environment(const Faults& faults) const;
  std::string record() const { return folder_ + "/reached"; }
  bool has_run() const;
  bool is_over() const;
  std::optional<service::RunView> view() const;
  std::optional<std::string> leftover() const;
  void kill_both(Program& engine) const;
  std::string talk() const;

  const Scenario& scenario_;
  std::string folder_;
  service::StorePlace place_;
  std::unique_ptr<Witness> witness_;
};

}  // namespace rung::campaign
