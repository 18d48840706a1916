#pragma once

#include "cli/screen/style.h"
#include "service/run_view.h"

#include <string>

namespace rung::cli {

// The pieces from which every screen that lists steps is made.

// " ok ", " >> ", " .. ", "FAIL", " ?? ", in its colour.
std::string mark_of(const Style& style, const service::StepView& step);
Tone tone_of(service::RunStatus status);
// "RUNNING", "WAITING FOR A PERSON", "IN DOUBT", ...
std::string headline_of(const service::RunView& run);
// How long it took, or takes so far: "14s"; "" before it begins.
std::string time_of(const service::StepView& step, TimePoint now);
// What there is to know in a few words: outputs, error, what it waits for.
std::string remark_of(const service::StepView& step, TimePoint now);
// One row: mark, address, time, remark.
std::string step_line(const Style& style, const service::StepView& step, std::size_t address_width,
                      TimePoint now);
std::size_t address_width(const service::RunView& run);
// Groups are their children's business; a screen leaves them out, except where one failed itself.
bool is_shown(const service::StepView& step);

}  // namespace rung::cli
