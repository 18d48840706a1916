#include "base/value.h"

#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace rung {
namespace {

struct SizeUnit {
  std::string_view name;
  std::int64_t bytes;
};

constexpr std::int64_t kKilo = 1000;
constexpr std::int64_t kKibi = 1024;

constexpr std::array kSizeUnits = {
    SizeUnit{"PiB", kKibi* kKibi* kKibi* kKibi* kKibi},
    SizeUnit{"PB", kKilo* kKilo* kKilo* kKilo* kKilo},
    SizeUnit{"TiB", kKibi* kKibi* kKibi* kKibi},
    SizeUnit{"TB", kKilo* kKilo* kKilo* kKilo},
    SizeUnit{"GiB", kKibi* kKibi* kKibi},
    SizeUnit{"GB", kKilo* kKilo* kKilo},
    SizeUnit{"MiB", kKibi* kKibi},
    SizeUnit{"MB", kKilo* kKilo},
    SizeUnit{"KiB", kKibi},
    SizeUnit{"kB", kKilo},
    SizeUnit{"B", 1},
};

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out = "\"";
  out += text.substr(0, kLongest);
  if (text.size() > kLongest) out += "...";
  return out += '"';
}

Error not_a_size(std::string_view text, std::string_view why) {
  return {ErrorCode::invalid,
          quoted(text) + " is not a size (" + std::string(why) + "); write 16MB, 4KiB or 512B"};
}

const SizeUnit* find_unit(std::string_view name) {
  if (name == "KB") name = "kB";  // the spelling that many use for the decimal one
  const auto* unit = std::find_if(kSizeUnits.begin(), kSizeUnits.end(),
                                  [name](const SizeUnit& one) { return one.name == name; });
  return unit == kSizeUnits.end() ? nullptr : unit;
}

// "1.5" units in bytes, exactly. False where it is no decimal number, no whole number of bytes, or
// too many of them.
bool multiply(std::string_view decimal, std::int64_t unit, std::int64_t& bytes) {
  constexpr std::size_t kMostDigits = 18;  // a power of ten that still fits in 64 bits
  const std::size_t point = std::min(decimal.find('.'), decimal.size());
  std::string digits(decimal.substr(0, point));
  std::int64_t scale = 1;
  if (point < decimal.size()) {
    const std::string_view fraction = decimal.substr(point + 1);
    if (digits.empty() || fraction.empty() || fraction.size() > kMostDigits) return false;
    digits += fraction;
    for (std::size_t i = 0; i < fraction.size(); ++i) scale *= 10;
  }
  std::int64_t count = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, count);
  if (failure != std::errc() || stop != end || count < 0) return false;
  // No unit exceeds 2^50, so the product of 63 and 50 bits fits.
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(count) * unit;
  if (product % scale != 0 || product / scale > INT64_MAX) return false;
  bytes = static_cast<std::int64_t>(product / scale);
  return true;
}

std::string shortest(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

}  // namespace

const Value* Value::member(std::string_view name) const {
  const Map* members = map();
  if (members == nullptr) return nullptr;
  const auto found = members->find(name);
  return found == members->end() ? nullptr : &found->second;
}

bool Value::is_secret() const {
  if (secret_) return true;
  if (const List* items = list())
    return std::any_of(items->begin(), items->end(), [](const Value& v) { return v.is_secret(); });
  if (const Map* members = map())
    return std::any_of(members->begin(), members->end(),
                       [](const auto& member) { return member.second.is_secret(); });
  return false;
}

Value Value::as_secret() && {
  secret_ = true;
  return std::move(*this);
}

std::string_view name_of(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return "bool";
    case Value::Kind::integer: return "int";
    case Value::Kind::number: return "number";
    case Value::Kind::string: return "string";
    case Value::Kind::duration: return "duration";
    case Value::Kind::size: return "size";
    case Value::Kind::percent: return "percent";
    case Value::Kind::time: return "time";
    case Value::Kind::list: return "list";
    case Value::Kind::map: return "map";
  }
  return "null";
}

std::string to_text(const Value& value) {
  if (value.is_secret()) return "***";
  return reveal(value);
}

std::string reveal(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return *value.boolean() ? "true" : "false";
    case Value::Kind::integer: return std::to_string(*value.integer());
    case Value::Kind::number: return shortest(*value.number());
    case Value::Kind::string: return *value.string();
    case Value::Kind::duration: return to_string(*value.get_if<Duration>());
    case Value::Kind::size: return to_string(*value.get_if<Bytes>());
    case Value::Kind::percent: return to_string(*value.get_if<Percent>());
    case Value::Kind::time: return to_string(*value.get_if<TimePoint>());
    case Value::Kind::list:
    case Value::Kind::map: return to_revealed_json(value);
  }
  return {};
}

Result<Bytes> parse_size(std::string_view text) {
  const std::size_t end_of_number = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, end_of_number);
  const std::string_view name = text.substr(end_of_number);
  if (number.empty()) return not_a_size(text, "it begins with a number, without a sign");
  if (name.empty()) {
    return Error(ErrorCode::invalid,
                 "a size needs a unit: did you mean " + std::string(number) + "MB?");
  }
  const SizeUnit* unit = find_unit(name);
  if (unit == nullptr)
    return not_a_size(text, "the units are B, kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB and PiB");
  Bytes size;
  if (!multiply(number, unit->bytes, size.count))
    return not_a_size(text, "it must be a whole number of bytes below 8 EiB");
  return size;
}

std::string to_string(Bytes bytes) {
  if (bytes.count == 0) return "0B";
  const auto* unit = std::find_if(kSizeUnits.begin(), kSizeUnits.end(), [bytes](const SizeUnit& u) {
    return bytes.count % u.bytes == 0;
  });
  std::string out = std::to_string(bytes.count / unit->bytes);
  return out += unit->name;
}

Result<Percent> parse_percent(std::string_view text) {
  const bool has_sign = !text.empty() && text.back() == '%';
  const std::string_view number = has_sign ? text.substr(0, text.size() - 1) : text;
  double percent = 0;
  const char* end = number.data() + number.size();
  const auto [stop, failure] = std::from_chars(number.data(), end, percent);
  if (failure != std::errc() || stop != end || !std::isfinite(percent))
    return Error(ErrorCode::invalid, quoted(text) + " is not a percent; write 20% or 0.5%");
  if (!has_sign) {
    return Error(ErrorCode::invalid,
                 "a percent needs its sign: did you mean " + std::string(number) + "%?");
  }
  return Percent{percent};
}

std::string to_string(Percent percent) {
  return shortest(percent.percent) + "%";
}

}  // namespace rung
