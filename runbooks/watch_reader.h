#pragma once

#include "runbooks/step_reader.h"

namespace rung::runbooks {

// `wait: {check: ..., until: ...}`. `wait` is the map, `step` the keys beside it.
void read_watch(const Fields& wait, const Fields& step, const Reading& reading, DraftStep& draft);

// Those that mean something beside `check` only.
void refuse_keys_of_a_check(const Fields& wait, Report& report);

}  // namespace rung::runbooks
