#include "engine/core/transitions.h"

namespace rung::engine {

std::string_view name_of(StepStatus status) {
  switch (status) {
    case StepStatus::waiting: return "waiting";
    case StepStatus::running: return "running";
    case StepStatus::backing_off: return "backing_off";
    case StepStatus::in_doubt: return "in_doubt";
    case StepStatus::succeeded: return "succeeded";
    case StepStatus::failed: return "failed";
    case StepStatus::skipped: return "skipped";
    case StepStatus::undone: return "undone";
  }
  return "waiting";
}

std::string_view name_of(StepChange change) {
  switch (change) {
    case StepChange::started: return "started";
    case StepChange::opened: return "opened";
    case StepChange::looked: return "looked";
    case StepChange::voted: return "voted";
    case StepChange::voided: return "voided";
    case StepChange::succeeded: return "succeeded";
    case StepChange::attempt_ended: return "attempt_ended";
    case StepChange::retry_scheduled: return "retry_scheduled";
    case StepChange::doubted: return "doubted";
    case StepChange::failed: return "failed";
    case StepChange::skipped: return "skipped";
    case StepChange::reset: return "reset";
    case StepChange::corrected: return "corrected";
    case StepChange::undone: return "undone";
    case StepChange::decided: return "decided";
    case StepChange::prepared: return "prepared";
    case StepChange::committed: return "committed";
    case StepChange::rolled_back: return "rolled_back";
  }
  return "started";
}

}  // namespace rung::engine
