#pragma once

#include "base/result.h"

#include <string>

namespace rung::state {

// Only the owner of a store writes to it: whoever else did would leave files beside it that its
// owner cannot open, and in a folder of somebody else, or of everybody, files can be exchanged.
//
// denied, with what to do: the store, a file that belongs to it or a folder of it is another
// user's, or everybody may write there. The folder may be root's. What is missing is no obstacle:
// then the nearest folder above counts. Nothing is read or changed.
Result<void> refuse_foreign_store(const std::string& store_path);

// denied: a rollback journal lies beside the store that its owner did not make. SQLite plays one
// back for whoever opens the store, also to read.
Result<void> refuse_foreign_journal(const std::string& store_path);

}  // namespace rung::state
