#pragma once

#include "actions/action.h"
#include "engine/executor.h"
#include "engine/supervisor/spawn.h"

#include <string>
#include <vector>

namespace rung::engine {

// Where the commands of one store and engine live.
struct CommandSite {
  std::string store_folder;  // STORE.d
  StoreId store;
  Host host;
};

// What stays in memory, and in the journal, of what a command prints to one stream.
inline constexpr std::uint64_t kOutputCapBytes = 64 * 1024;

// The request that an action gets for an attempt. Takes what the attempt needs no more.
actions::RunRequest request_for(Attempt& attempt);

// The supervisor's job for a command line: with the RUNG_* variables, the secrets to mask and the
// deadline. `id` names its folder.
supervisor::Job job_from(const CommandSite& site, const AttemptId& id,
                         const actions::RunRequest& request, actions::CommandLine line);

supervisor::Leftovers leftovers_from(const std::string& word);

}  // namespace rung::engine
