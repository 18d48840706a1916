#pragma once

#include "engine/core/command.h"
#include "engine/engine.h"

// The requests that a person can make of a run, for those who may not see the engine's folders.
namespace rung::service {

using engine::By;
using engine::Cancel;
using engine::CancelRunning;
using engine::Command;
using engine::FinishManual;
using engine::FreezeRequest;
using engine::HandCommand;
using engine::Note;
using engine::parse_resolve_as;
using engine::Pause;
using engine::PickOption;
using engine::Resolve;
using engine::ResolveAs;
using engine::RetryStep;
using engine::SendSignal;
using engine::SkipStep;
using engine::SwitchMode;
using engine::TakeCommand;
using engine::Undo;
using engine::Vote;

}  // namespace rung::service
