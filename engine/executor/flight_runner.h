#pragma once

#include "base/async.h"
#include "base/failpoint.h"
#include "engine/executor/asio_executor.h"
#include "engine/executor/command_result.h"
#include "engine/executor/flight.h"
#include "engine/supervisor/step_program.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace rung::engine {

failpoint::Fault reach(std::string_view site, const Flight& flight);

// Performs a flight: an action as a coroutine of this process, a command under its supervisor.
// Keeps track of the folders that its commands have. The flight and this outlive each coroutine.
class FlightRunner {
 public:
  FlightRunner(const ExecutorParts& parts, Duration grace) : parts_(parts), grace_(grace) {}

  // Of a run or a recovery, and of a probe. Empty: the command is left running.
  awaitable<Outcome> perform_action(Flight& flight);
  awaitable<std::optional<Outcome>> perform_command(Flight& flight);
  awaitable<std::optional<ProbeAnswer>> perform_probe(Flight& flight);

  // The outcome is on disk: the attempt's folder goes, where it has one.
  void forget(const AttemptId& id);
  // Removes the run's folders but for `keep` and those not forgotten yet (sweep.h).
  void sweep(RunId run, std::set<std::string> keep);

 private:
  awaitable<ProbeAnswer> perform_look(Flight& flight);
  awaitable<CommandResult> run_command(Flight& flight);
  Result<supervisor::Job> make_job(Flight& flight);
  Unknown thrown(const Flight& flight, const std::string& what);
  void remove_folder(const AttemptId& id);

  const ExecutorParts& parts_;
  const Duration grace_;                                 // of a command between TERM and KILL
  std::optional<supervisor::StepProgram> step_program_;  // made at the first command
  std::set<AttemptId> folders_;                          // attempts that may have one
};

}  // namespace rung::engine
