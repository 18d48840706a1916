#pragma once

#include "service/rehearsal/rehearsal.h"

#include <string>
#include <vector>

namespace rung::service {

enum class CoverageKind : std::uint8_t { step, branch, handler };

// Something that a runbook can do and a test may show: that a step runs, that a branch is taken,
// that an error is answered.
struct CoverageItem {
  CoverageKind kind = CoverageKind::step;
  std::string step;  // address
  std::string what;  // "never ran", as people read it where no case has shown it
  std::string key;   // unique in the runbook
  bool is_covered = false;
};

// All that a plan can do, in reading order, and nothing of it shown yet.
std::vector<CoverageItem> coverage_items(const runbooks::Plan& plan);
// Marks what the run of a case has shown.
void cover(std::vector<CoverageItem>& items, const Rehearsed& ended);

}  // namespace rung::service
