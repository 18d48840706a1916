#pragma once

#include "state/event.h"

#include <array>
#include <optional>
#include <string_view>

namespace rung::state {

// The names of the closed lists, in the order of their enumerators. They are written in journals.
inline constexpr std::array<std::string_view, 11> kRunStatusNames{
    "queued", "running",   "waiting", "paused", "in_doubt", "undoing",
    "stuck",  "succeeded", "failed",  "undone", "cancelled"};
inline constexpr std::array<std::string_view, 5> kPauseReasonNames{
    "operator", "failure", "rejected", "timeout", "changed"};
inline constexpr std::array<std::string_view, 4> kEndingNames{"succeed", "fail", "cancel", "undo"};
inline constexpr std::array<std::string_view, 3> kAttemptEndNames{"not_done", "failed", "unknown"};
inline constexpr std::array<std::string_view, 3> kTurnNames{"work", "commit", "rollback"};

template <class E, std::size_t N>
constexpr std::string_view name_in(const std::array<std::string_view, N>& names, E value) {
  return names[static_cast<std::size_t>(value)];
}

template <class E, std::size_t N>
constexpr std::optional<E> parse_in(const std::array<std::string_view, N>& names,
                                    std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace rung::state
