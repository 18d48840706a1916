#pragma once

#include "actions/action.h"
#include "engine/executor.h"
#include "engine/executor/supervised_command.h"

#include <boost/asio/cancellation_signal.hpp>

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::engine {

enum class FlightKind : std::uint8_t { run, recover, probe, look };

// One attempt or probe that the executor was asked for, from the request until its coroutine has
// ended. Lives in the executor's list at one address.
struct Flight {
  FlightKind kind = FlightKind::run;
  AttemptId id;
  actions::Action* action = nullptr;
  actions::RunRequest request;
  std::vector<std::string> secrets;  // masked in whatever it yields
  std::string leftovers;
  Host started_on;                        // of a recovery
  std::optional<ActionError> bad_target;  // its connection is not as its kind says
  std::function<void(std::string)> adopted;
  state::Turn turn = state::Turn::work;  // of a participant
  bool uses_ability = false;             // of a probe: the action's own, not a use of its own
  Executor::OnOutcome done;              // one of the two
  Executor::OnProbed probed;

  boost::asio::cancellation_signal signal;     // ends its coroutine
  std::unique_ptr<SupervisedCommand> command;  // of a command, once it is begun
  std::optional<CancelHow> asked_to_end;
  std::optional<Duration> due;  // its entry in the executor's timer
  bool is_begun = false;
  bool is_answered = false;
  std::list<Flight>::iterator self;
  std::shared_ptr<int> life;  // from when its end is asked for; ends with the flight

  bool is_command() const { return action != nullptr && action->command() != nullptr; }
  // It asks the world and changes nothing; nobody adopts it.
  bool only_looks() const { return kind == FlightKind::probe || kind == FlightKind::look; }
  // Where its command lives: what only looks has a folder of its own.
  AttemptId folder_id() const {
    AttemptId folder = id;
    if (kind == FlightKind::probe) folder.address += "@probe";
    if (kind == FlightKind::look) folder.address += "@look";
    return folder;
  }
};

}  // namespace rung::engine
