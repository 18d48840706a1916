#pragma once

#include "base/result.h"
#include "state/event.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rung::state {

// An event as it lies in the store: its type and version as numbers, its payload as canonical
// JSON or empty.
struct EncodedEvent {
  std::int32_t type = 0;
  std::int32_t version = 1;
  TimePoint at{};
  std::string step{};
  std::string payload{};
  friend bool operator==(const EncodedEvent&, const EncodedEvent&) = default;
};

// Fields that have their default are left out: most events of a run are a few bytes.
EncodedEvent encode(const Event& event);
// conflict: a type, version or field that this rung does not know ("needs a newer rung");
// corrupt: the payload is not what `encode` writes.
Result<Event> decode(const EncodedEvent& encoded);

// "step.started": for screens, -o json and docs/journal-format.md.
std::string_view name_of(const Payload& payload);
// "" for a type that this rung does not know.
std::string_view name_of_type(std::int32_t type);

// Every event that this rung writes, by number: what docs/journal-format.md lists.
struct EventFormat {
  std::int32_t type = 0;
  std::int32_t version = 1;
  std::string_view name;
  std::vector<std::string_view> keys{};
};
std::vector<EventFormat> event_formats();

}  // namespace rung::state
