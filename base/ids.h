#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace rung {

// A run's number in its store. People say "orders-db-failover-42" or just "42".
struct RunId {
  std::int64_t number = 0;
  friend auto operator<=>(const RunId&, const RunId&) = default;
};

// Position of an event in its run's journal, from 1. 0: before the first.
struct Seq {
  std::int64_t number = 0;
  friend auto operator<=>(const Seq&, const Seq&) = default;
};

// Grows each time an engine takes the store; a write with an older one is refused.
struct Epoch {
  std::int64_t number = 0;
  friend auto operator<=>(const Epoch&, const Epoch&) = default;
};

// 128 bits as people write a UUID.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};
std::string to_string(const Uuid& uuid);
// Empty where `text` is no UUID: {} compares unequal to any random one.
Uuid parse_uuid(std::string_view text);

using StoreId = Uuid;
using CommandId = Uuid;

}  // namespace rung
