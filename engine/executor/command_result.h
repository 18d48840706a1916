#pragma once

#include "actions/action.h"
#include "engine/supervisor/adopt.h"

#include <string>
#include <variant>

namespace rung::engine {

// The engine closed while the command runs on: the next one adopts it.
struct LeftRunning {};

// How a supervised command ended: for its action to interpret, or already decided because it never
// began, because its end breaks a rule of ours, or because nobody can say.
using CommandResult = std::variant<actions::CommandEnd, NotDone, Failed, Unknown, LeftRunning>;

// What the record in `folder` says. The record holds a valid end.
CommandResult result_in(const std::string& folder);

// A verdict that needs no record: not_done or unknown.
CommandResult result_of(const supervisor::Finding& finding);

// Why nothing was begun.
NotDone not_begun(const Error& error);

}  // namespace rung::engine
