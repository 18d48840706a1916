#include "scripting/meter.h"

namespace rung::scripting {

Computed<void> Meter::spend(std::size_t steps) {
  if (steps > static_cast<std::uint64_t>(steps_)) {
    steps_ = 0;
    return Problem{
        "it takes too much work; make the texts or lists that it looks at smaller", {}, true};
  }
  steps_ -= static_cast<std::int64_t>(steps);
  return success();
}

Computed<void> Meter::hold(std::size_t bytes) {
  if (try_hold(bytes)) return success();
  return Problem{
      "it takes too much memory; make the texts or lists that it builds smaller", {}, true};
}

bool Meter::try_hold(std::size_t bytes) {
  if (bytes > bytes_) return false;
  bytes_ -= bytes;
  return true;
}

std::size_t footprint(const Value& value) {
  std::size_t bytes = sizeof(Value);
  if (const auto* text = value.string()) return bytes + text->size();
  if (const auto* list = value.list()) {
    for (const auto& element : *list) bytes += footprint(element);
  } else if (const auto* map = value.map()) {
    constexpr std::size_t kTreeNode = 64;
    for (const auto& [key, member] : *map) bytes += kTreeNode + key.size() + footprint(member);
  }
  return bytes;
}

}  // namespace rung::scripting
