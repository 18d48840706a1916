#pragma once

#include "engine/supervisor/record.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::engine::supervisor {

// Processes as /proc shows them. Every function but `look_at_process` reads all of /proc: never on
// the usual path of a step.

struct SeenProcess {
  Process id;
  std::int32_t parent = 0;
  char state = '?';  // as in /proc/PID/stat; Z and X are dead
  std::string name;
};

// Empty where there is no such process now.
std::optional<SeenProcess> look_at_process(std::int32_t pid);

// The very process, not a later one with its pid, and not a zombie.
bool is_alive(const Process& process);

// Children, their children and so on, without zombies.
std::vector<SeenProcess> descendants_of(std::int32_t pid);

// Processes, but not this one, whose environment holds exactly `entry` ("NAME=value"). Those of
// other users are not seen.
std::vector<SeenProcess> processes_with_environment(std::string_view entry);

// Whether this process can look at others now: without a free descriptor it sees none.
bool sees_processes();

// False where it is gone, is another one by now, or may not be signalled.
bool send_signal(const Process& process, int signal);

// Stops them all before it kills any, so that none can fork a way out in between.
void kill_all(const std::vector<SeenProcess>& processes);

}  // namespace rung::engine::supervisor
