#pragma once

#include "base/action_error.h"
#include "base/value.h"

#include <variant>

namespace rung {

// How an attempt ended. There is no fifth way: whoever cannot tell says `Unknown`.
struct Done {
  Value::Map outputs;
  bool adopted = false;  // the effect was found done, by a probe or in a record left behind
  // Of what was prepared: by it the target is asked later what became of it. Null: there is nothing
  // to commit.
  Value receipt{};
};
struct NotDone {  // proof that the effect did not happen
  ActionError error;
};
struct Failed {  // definite: the target said no
  ActionError error;
};
struct Unknown {  // it may have happened, it may still be happening
  ActionError error;
};
using Outcome = std::variant<Done, NotDone, Failed, Unknown>;

// nullptr for Done.
inline const ActionError* error_of(const Outcome& outcome) {
  if (const auto* e = std::get_if<NotDone>(&outcome)) return &e->error;
  if (const auto* e = std::get_if<Failed>(&outcome)) return &e->error;
  if (const auto* e = std::get_if<Unknown>(&outcome)) return &e->error;
  return nullptr;
}

// What a look at the target found after an attempt whose end is unknown.
using ProbeAnswer = std::variant<Done, NotDone, Unknown>;

}  // namespace rung
