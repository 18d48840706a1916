#pragma once

#include "service/history.h"

#include <optional>
#include <string>
#include <vector>

namespace rung::service {

// What undoing a run now would do: values only, nothing done.
struct UndoStepView {
  std::string step;  // what is undone
  std::string undo;  // address of the undo step
  std::string uses;
  std::vector<std::pair<std::string, std::string>> inputs;  // as far as they are known
  std::string state;  // of what is undone: "succeeded", "failed, perhaps half way"
};
struct UndoView {
  std::string run;
  RunId id;
  std::vector<UndoStepView> steps;           // first to last
  std::vector<std::string> left_as_is;       // acted, and have no undo
  std::vector<std::string> nothing_to_undo;  // acted, and their author said `undo: none`
  std::string refused;                       // why it cannot be undone; "" where it can
};

UndoView describe_undo(const History& history);
Value to_value(const UndoView& undo);

}  // namespace rung::service
