#pragma once

#include "base/ids.h"

#include <set>
#include <string>
#include <vector>

namespace rung::engine {

// The runs of which a store's folder holds attempts.
std::vector<RunId> runs_with_folders(const std::string& store_folder);

// Whether a supervisor holds the record in this folder of an attempt.
bool is_lived_in(const std::string& folder);

// Removes the folders of a run's attempts but for those in `keep`, and but for those in which a
// supervisor lives; their number. They stay behind where an engine died between an outcome's
// commit and the removal. Only the owner of the run may call it, and only after it has asked for
// the recovery of every attempt whose outcome is not on disk.
std::size_t sweep_run(const std::string& store_folder, RunId run,
                      const std::set<std::string>& keep);

}  // namespace rung::engine
