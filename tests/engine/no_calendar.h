#pragma once

#include "engine/core/decide.h"

namespace rung::engine::testing {

// For engines whose runs wait for no time of day.
class NoCalendar final : public Calendar {
 public:
  Result<TimePoint> next(std::string_view, std::string_view, TimePoint now) const override {
    return now;
  }
  Result<LocalTime> local(std::string_view, TimePoint) const override {
    return LocalTime{"2026-11-21 12:00:00", 5};
  }
};

}  // namespace rung::engine::testing
