#pragma once

#include "base/ids.h"
#include "base/value.h"
#include "state/event.h"

namespace rung::service {

// {run, seq, at, type, step, ...}: an event for other programs.
Value to_value(RunId run, Seq seq, const state::Event& event);

}  // namespace rung::service
