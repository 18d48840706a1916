#pragma once

#include "base/result.h"

#include <string>

namespace rung::service {

// Where a store lies: its file, and beside it STORE.lock, STORE.wake and the folder STORE.d with
// attempts and logs.
struct StorePlace {
  std::string path;           // absolute
  bool is_default = true;     // neither --store nor RUNG_STORE said so
  std::string rung = "rung";  // how the commands begin that reach it: "rung", "rung --store PATH"

  std::string folder() const { return path + ".d"; }
};

// `given` is what --store said, or "". Then RUNG_STORE, then $XDG_STATE_HOME/rung/rung.db, then
// ~/.local/state/rung/rung.db. unavailable: there is no home to put it in.
Result<StorePlace> find_store(const std::string& given);
// Makes the folder of the store, 0700, where it is missing. denied: it would be another user's
// store.
Result<void> make_store_folder(const StorePlace& place);

}  // namespace rung::service
