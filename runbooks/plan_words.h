#pragma once

#include "runbooks/plan.h"

#include <array>
#include <optional>
#include <string_view>

namespace rung::runbooks {

// The enumerations of a plan as words, for its stored form and for messages.
std::string_view name_of(StepKind kind);
// What people call a step: its action, or its word in the language.
std::string_view kind_text(const Step& step);
std::string_view name_of(OnFailure policy);
std::string_view name_of(OnReject policy);
std::string_view name_of(OnTimeout policy);
std::string_view name_of(InDoubt policy);
std::string_view name_of(AfterPause policy);

// Every value of an enumeration, in the order of its declaration.
template <class Enum>
struct AllOf;
template <>
struct AllOf<StepKind> {
  static constexpr std::array values{StepKind::action,     StepKind::set,     StepKind::fail,
                                     StepKind::wait,       StepKind::approve, StepKind::manual,
                                     StepKind::decide,     StepKind::group,   StepKind::two_phase,
                                     StepKind::participant};
};
template <>
struct AllOf<OnFailure> {
  static constexpr std::array values{OnFailure::pause, OnFailure::fail, OnFailure::undo_run};
};
template <>
struct AllOf<OnReject> {
  static constexpr std::array values{OnReject::cancel, OnReject::undo_run, OnReject::proceed};
};
template <>
struct AllOf<OnTimeout> {
  static constexpr std::array values{OnTimeout::reject, OnTimeout::approve, OnTimeout::pause,
                                     OnTimeout::fail, OnTimeout::proceed};
};
template <>
struct AllOf<InDoubt> {
  static constexpr std::array values{InDoubt::by_class, InDoubt::retry, InDoubt::ask};
};

template <>
struct AllOf<AfterPause> {
  static constexpr std::array values{AfterPause::fail, AfterPause::undo_run, AfterPause::cancel};
};

template <class Enum>
std::optional<Enum> parse_word(std::string_view word) {
  for (const Enum value : AllOf<Enum>::values) {
    if (name_of(value) == word) return value;
  }
  return std::nullopt;
}

}  // namespace rung::runbooks
