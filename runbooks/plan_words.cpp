#include "runbooks/plan_words.h"

namespace rung::runbooks {

std::string_view name_of(StepKind kind) {
  switch (kind) {
    case StepKind::action: return "action";
    case StepKind::set: return "set";
    case StepKind::fail: return "fail";
    case StepKind::wait: return "wait";
    case StepKind::approve: return "approve";
    case StepKind::manual: return "manual";
    case StepKind::decide: return "decide";
    case StepKind::group: return "group";
    case StepKind::two_phase: return "two_phase";
    case StepKind::participant: return "participant";
  }
  return "";
}

std::string_view kind_text(const Step& step) {
  if (acts(step)) return step.action.uses;
  if (step.guard) return "abort_if";
  if (step.kind != StepKind::group) return name_of(step.kind);
  if (step.loop) return "for_each";
  if (step.child) return "runbook";
  if (step.is_finally) return "finally";
  if (step.is_verify) return "verify";
  if (step.script) return "lua";
  return step.is_choice ? "choose" : step.is_parallel ? "parallel" : "group";
}

std::string_view name_of(OnFailure policy) {
  switch (policy) {
    case OnFailure::pause: return "pause";
    case OnFailure::fail: return "fail";
    case OnFailure::undo_run: return "undo_run";
  }
  return "";
}

std::string_view name_of(OnReject policy) {
  switch (policy) {
    case OnReject::cancel: return "cancel";
    case OnReject::undo_run: return "undo_run";
    case OnReject::proceed: return "continue";
  }
  return "";
}

std::string_view name_of(OnTimeout policy) {
  switch (policy) {
    case OnTimeout::reject: return "reject";
    case OnTimeout::approve: return "approve";
    case OnTimeout::pause: return "pause";
    case OnTimeout::fail: return "fail";
    case OnTimeout::proceed: return "continue";
  }
  return "";
}

std::string_view name_of(InDoubt policy) {
  switch (policy) {
    case InDoubt::by_class: return "by_class";
    case InDoubt::retry: return "retry";
    case InDoubt::ask: return "ask";
  }
  return "";
}

std::string_view name_of(AfterPause policy) {
  switch (policy) {
    case AfterPause::fail: return "fail";
    case AfterPause::undo_run: return "undo_run";
    case AfterPause::cancel: return "cancel";
  }
  return "";
}

}  // namespace rung::runbooks
