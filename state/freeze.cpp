#include "state/freeze.h"

namespace rung::state {

std::string told(const Freeze& freeze) {
  return (freeze.runbook.empty() ? "everything" : freeze.runbook) + " is frozen since " +
         to_string(std::chrono::floor<std::chrono::seconds>(freeze.at)) + " by " + freeze.who +
         (freeze.until
              ? ", until " + to_string(std::chrono::floor<std::chrono::seconds>(*freeze.until))
              : "") +
         ": " + freeze.say;
}

}  // namespace rung::state
