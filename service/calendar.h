#pragma once

#include "engine/core/decide.h"

namespace rung::service {

// Local times by the machine's time zone database. Any thread.
class ZoneCalendar final : public engine::Calendar {
 public:
  Result<TimePoint> next(std::string_view at, std::string_view timezone,
                         TimePoint now) const override;
  Result<engine::LocalTime> local(std::string_view timezone, TimePoint now) const override;
};

}  // namespace rung::service
