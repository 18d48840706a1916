#pragma once

#include "runbooks/draft.h"
#include "runbooks/step_reader.h"

namespace rung::runbooks {

// Steps that wait: for a time, a signal or a person. `node` is the value of their key, `step` the
// keys beside it; what they say goes into `draft`.
void read_wait(const Node& node, const Fields& step, const Reading& reading, DraftStep& draft);
void read_approve(const Node& node, const Fields& step, Report& report, DraftStep& draft);
void read_decide(const Node& node, const Fields& step, Report& report, DraftStep& draft);
void read_manual(const Node& node, const Fields& step, Report& report, DraftStep& draft);

}  // namespace rung::runbooks
