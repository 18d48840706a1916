#pragma once

#include "engine/core/command.h"
#include "engine/engine.h"
#include "service/store_place.h"

#include <optional>
#include <string>

namespace rung::service {

// What became of a command that was sent.
struct Sent {
  bool is_applied = false;
  ErrorCode code = ErrorCode::conflict;  // of a refusal
  std::string message;
  RunId run;
  std::string run_name;
  bool is_driven = false;  // an engine drives the run, so that it takes effect at once
};

// Writes the command as a row, and waits until it is decided: by the engine that holds the store,
// or, where none does, by this process, which then lets go again without starting any effect.
// timed_out: it is recorded, and not decided within `patience`.
Result<Sent> send_command(const StorePlace& store, RunId run, const engine::Command& command,
                          Duration patience);
// The same of what may begin in this store, which is made where there is none.
Result<Sent> send_freeze(const StorePlace& store, const engine::FreezeRequest& request,
                         Duration patience);
Result<Sent> send_start(const StorePlace& store, const engine::StartRequest& request,
                        Duration patience);

}  // namespace rung::service
