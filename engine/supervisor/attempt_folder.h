#pragma once

#include "base/ids.h"
#include "engine/executor.h"

#include <string>

namespace rung::engine::supervisor {

// Where an attempt's files lie: STORE.d/attempts/RUN/STEPHASH.GENERATION.ATTEMPT. The address may
// be long and hold any character, hence its hash; it can be read in the journal.
std::string attempt_folder(const std::string& store_folder, const AttemptId& id);

// The value of RUNG_ATTEMPT_ID, the same for ever: by it recovery finds the command's processes,
// also among those of other stores.
std::string attempt_cookie(const StoreId& store, const AttemptId& id);

// Removes the folder and what lies elsewhere for it: secret files, the cgroup. Only after the
// attempt's outcome is on disk. Safe to call twice.
Result<void> remove_attempt(const std::string& folder);

// The folder of all attempts of a run that is over, where it is empty by now.
void remove_run_folder(const std::string& store_folder, RunId run);

// A folder of cgroup v2 in which we may make cgroups, because our own was delegated to us
// (systemd's Delegate=yes); else empty. Asked once at a start.
std::string delegated_cgroup();

// For Job::cgroup: a cgroup of its own for the attempt; empty where `delegated` is.
std::string cgroup_for(const std::string& delegated, const std::string& cookie);

}  // namespace rung::engine::supervisor
