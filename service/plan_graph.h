#pragma once

#include "engine/core/transitions.h"
#include "runbooks/plan.h"

#include <cstdint>
#include <map>
#include <string>

namespace rung::service {

// Where each step of a run stands, by address; empty for a runbook that is only drawn.
using StepStatuses = std::map<std::string, engine::StepStatus, std::less<>>;

// In which colour pictures show a step that stands so: "#cdeccf". Dark text stands out from all.
std::string_view colour_of(engine::StepStatus status);

enum class GraphFormat : std::uint8_t { mermaid, dot };

// A runbook as a picture in words: a box for each step, a frame for each group, an arrow where one
// step waits for another. Undo steps are not drawn.
std::string draw_graph(const runbooks::Plan& plan, const StepStatuses& statuses,
                       GraphFormat format);

// What Graphviz makes of DOT. unavailable: it is not installed, or did not end within a minute;
// exhausted: too large a picture to be of use.
Result<std::string> render_svg(const std::string& dot);

}  // namespace rung::service
