#pragma once

#include "state/event.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace rung::state {

// An event as it lies in the store: its type and version as numbers, its payload as canonical
// JSON or empty.
struct EncodedEvent {
  std::int32_t type = 0;
  std::int32_t version = 1;
  TimePoint at;
  std::string step;
  std::string payload;
};

// Fields that have their default are left out: most events of a run are a few bytes.
EncodedEvent encode(const Event& event);
// conflict: a type or version that this rung does not know ("needs a newer rung");
// corrupt: the payload is not what `encode` writes.
Result<Event> decode(const EncodedEvent& encoded);

// "step.started": for screens, -o json and docs/journal-format.md.
std::string_view name_of(const Payload& payload);
std::string_view name_of_type(std::int32_t type);

}  // namespace rung::state
