#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rung::engine::supervisor {

// Little-endian integers and length-prefixed texts, as the record and the job are written.
class WireWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u32(std::uint32_t value) { integer(value, 4); }
  void u64(std::uint64_t value) { integer(value, 8); }
  void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
  void raw(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void text(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
  }

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  void integer(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  std::vector<std::uint8_t> bytes_;
};

// Reads what WireWriter wrote. Past the end, or past a bound, everything reads as zero and
// `is_good` is false for good; so a decoder checks once, at its end.
class WireReader {
 public:
  explicit WireReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(integer(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(integer(4)); }
  std::uint64_t u64() { return integer(8); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  void raw(std::span<std::uint8_t> into) {
    if (!take(into.size())) return;
    std::copy_n(rest_.begin(), into.size(), into.begin());
    rest_ = rest_.subspan(into.size());
  }
  std::string text(std::size_t limit_bytes) {
    const std::size_t size = u32();
    if (size > limit_bytes || !take(size)) {
      is_good_ = false;
      return {};
    }
    std::string value(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(size));
    rest_ = rest_.subspan(size);
    return value;
  }
  // How many items follow: never more than `limit`, nor than bytes that are left.
  std::uint32_t count(std::uint32_t limit) {
    const std::uint32_t value = u32();
    if (value > limit || value > rest_.size()) is_good_ = false;
    return is_good_ ? value : 0;
  }

  bool is_good() const { return is_good_; }
  bool is_at_end() const { return rest_.empty(); }

 private:
  bool take(std::size_t size) {
    if (rest_.size() < size) is_good_ = false;
    return is_good_;
  }
  std::uint64_t integer(std::size_t size) {
    if (!take(size)) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{rest_[i]} << (8 * i);
    rest_ = rest_.subspan(size);
    return value;
  }

  std::span<const std::uint8_t> rest_;
  bool is_good_ = true;
};

}  // namespace rung::engine::supervisor
