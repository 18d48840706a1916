#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// What each command does to a run, before everything that follows by itself (`advance`). Each
// refuses, or emits; a late answer of an attempt that nobody waits for any more does neither.
// One file per command.
void carry_out(Draft& draft, const Claim& command);
void carry_out(Draft& draft, const Release& command);
void carry_out(Draft& draft, const FinishAttempt& command);
void carry_out(Draft& draft, const FinishProbe& command);
void carry_out(Draft& draft, const FinishLook& command);
void carry_out(Draft& draft, const PassTime& command);
void carry_out(Draft& draft, const Go& command);
void carry_out(Draft& draft, const TakeLocks& command);
void carry_out(Draft& draft, const Vote& command);
void carry_out(Draft& draft, const FinishManual& command);
void carry_out(Draft& draft, const PickOption& command);
void carry_out(Draft& draft, const SendSignal& command);
void carry_out(Draft& draft, const Note& command);
void carry_out(Draft& draft, const Pause& command);
void carry_out(Draft& draft, const Continue& command);
void carry_out(Draft& draft, const Cancel& command);
void carry_out(Draft& draft, const RetryStep& command);
void carry_out(Draft& draft, const SkipStep& command);
void carry_out(Draft& draft, const Resolve& command);
void carry_out(Draft& draft, const TakeCommand& command);
void carry_out(Draft& draft, const HandCommand& command);
void carry_out(Draft& draft, const SwitchMode& command);
void carry_out(Draft& draft, const Undo& command);

// The step that a person names, by address or id; "" means the only one for which `fits` holds.
// Empty: refused, with what there is to choose from.
using Fits = bool (*)(const Draft& draft, NodeIndex i);
std::optional<NodeIndex> named_step(Draft& draft, const std::string& name, Fits fits,
                                    std::string_view what);

// The pause that this failure brought ends when a person has taken care of it.
void continue_if_answered(Draft& draft, const By& by);

// Outputs that a person gave, as the step's own types: those that it declares and those of its
// action; null where nobody knows. Empty: refused.
std::optional<Value::Map> given_outputs(Draft& draft, NodeIndex i, const Value::Map& given);

}  // namespace rung::engine
