#pragma once

#include "service/store_place.h"
#include "state/upkeep.h"

#include <optional>
#include <string>
#include <vector>

namespace rung::service {

// What `rung gc` does, beside an engine or without one.
struct CleanRequest {
  Duration older_than{};
  std::size_t keep = 0;
  TimePoint now{};
};
struct Cleaned {
  state::GcReport store;
  std::vector<std::string> runs;  // names of those that go (only told by `would_clean`)
  std::int64_t folders = 0;       // logs and attempts of runs that are gone
};
Result<Cleaned> would_clean(const StorePlace& place, const CleanRequest& request);
Result<Cleaned> clean(const StorePlace& place, const CleanRequest& request);

// One thing that `rung doctor` looked at.
struct Finding {
  enum class Grade : std::uint8_t { good, notable, bad } grade = Grade::good;
  std::string what;  // "lock"
  std::string detail;
  std::string fix;  // of what is not good
};
std::vector<Finding> examine(const StorePlace& place);

// `rung doctor --moved`, `--restored`. conflict: an engine holds the store.
Result<void> accept_moved(const StorePlace& place);
Result<state::Restored> accept_restored(const StorePlace& place, TimePoint now);

}  // namespace rung::service
