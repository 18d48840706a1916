#pragma once

#include "service/report/report.h"

namespace rung::service {

// The part of a report that fits on a few pages, whatever the run's size. Beyond these numbers the
// least telling is counted instead of shown.
inline constexpr std::size_t kMostMoments = 150;
inline constexpr std::size_t kMostSteps = 60;
inline constexpr std::size_t kMostPieces = 30;
inline constexpr std::size_t kMostBars = 40;

// A moment, or in its place how many were left out between two that are shown.
struct CondensedMoment {
  const Moment* moment = nullptr;
  TimePoint from;
  std::size_t left_out = 0;
  std::string summary;  // "9,790 tries done, 10 steps not needed"
};
std::vector<CondensedMoment> condense(const std::vector<Moment>& timeline);

struct CondensedPath {
  std::vector<const PartPiece*> pieces;  // in their order; the longest
  std::size_t left_out = 0;
  Duration left_out_took{};
};
CondensedPath condense(const std::vector<PartPiece>& path);

struct CondensedSteps {
  std::vector<const StepTimes*> steps;  // in their order: slow ones, then the longest
  std::size_t left_out = 0;
  Duration longest_left_out{};
};
CondensedSteps condense(const std::vector<StepTimes>& steps);

}  // namespace rung::service
