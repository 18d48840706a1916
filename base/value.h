#pragma once

#include "base/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rung {

struct Bytes {
  std::int64_t count = 0;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

// 20% is {20.0}. A type of its own, so that it is never compared with a plain number by accident.
struct Percent {
  double percent = 0;
  friend auto operator<=>(const Percent&, const Percent&) = default;
};

// Any value of the runbook language: inputs, outputs, what an expression yields, what an action
// takes. Immutable by habit: built once, then copied or moved.
//
// A value knows whether it came from a secret. The mark spreads: whatever is computed from a
// secret is secret, and a list or map with a secret inside counts as secret.
class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value, std::less<>>;
  enum class Kind : unsigned char {
    null,
    boolean,
    integer,
    number,
    string,
    duration,
    size,
    percent,
    time,
    list,
    map
  };

  Value() = default;
  Value(bool b) : data_(b) {}                           // NOLINT(google-explicit-constructor)
  Value(int i) : data_(std::int64_t{i}) {}              // NOLINT(google-explicit-constructor)
  Value(std::int64_t i) : data_(i) {}                   // NOLINT(google-explicit-constructor)
  Value(double d) : data_(d) {}                         // NOLINT(google-explicit-constructor)
  Value(std::string s) : data_(std::move(s)) {}         // NOLINT(google-explicit-constructor)
  Value(std::string_view s) : data_(std::string(s)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* s) : data_(std::string(s)) {}       // NOLINT(google-explicit-constructor)
  Value(Duration d) : data_(d) {}                       // NOLINT(google-explicit-constructor)
  Value(Bytes b) : data_(b) {}                          // NOLINT(google-explicit-constructor)
  Value(Percent p) : data_(p) {}                        // NOLINT(google-explicit-constructor)
  Value(TimePoint t) : data_(t) {}                      // NOLINT(google-explicit-constructor)
  Value(List l) : data_(std::move(l)) {}                // NOLINT(google-explicit-constructor)
  Value(Map m) : data_(std::move(m)) {}                 // NOLINT(google-explicit-constructor)

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_null() const { return kind() == Kind::null; }

  // The content, or nullptr where the kind is another.
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&data_);
  }
  const bool* boolean() const { return get_if<bool>(); }
  const std::int64_t* integer() const { return get_if<std::int64_t>(); }
  const double* number() const { return get_if<double>(); }
  const std::string* string() const { return get_if<std::string>(); }
  const List* list() const { return get_if<List>(); }
  const Map* map() const { return get_if<Map>(); }
  List* list() { return std::get_if<List>(&data_); }
  Map* map() { return std::get_if<Map>(&data_); }
  // The member of a map; nullptr where there is none or this is no map.
  const Value* member(std::string_view name) const;

  // Of this value, or of anything inside it.
  bool is_secret() const;
  // Of this value as such, whatever its members are: sinks mask where the mark is.
  bool has_secret_mark() const { return secret_; }
  Value as_secret() &&;

  // Same kind and same content. The secret mark does not count.
  friend bool operator==(const Value& a, const Value& b) { return a.data_ == b.data_; }

 private:
  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, Duration,
                            Bytes, Percent, TimePoint, List, Map>;
  Data data_;
  bool secret_ = false;
};

// "string", "int", "number", "bool", "duration", ... as the language names its types.
std::string_view name_of(Value::Kind kind);

// How a value reads inside a text or on a screen: 41s, 16MB, 20%, true, null, 2 (for 2.0 too), and
// JSON for list and map. A secret, and a list or map with one inside, reads as "***": use `reveal`
// where it must leave for its target.
std::string to_text(const Value& value);
std::string reveal(const Value& value);

// "16MB" "4KiB" "512B" "1.5GB": decimal and binary units up to P. invalid: no unit (the message
// proposes one), unknown unit, a part of a byte, negative, or over 8 EiB.
Result<Bytes> parse_size(std::string_view text);
// The largest unit that says it whole, so that it reads back as the same number.
std::string to_string(Bytes bytes);
// "20%", "0.5%", "-5%". invalid: no sign %, or not a finite number.
Result<Percent> parse_percent(std::string_view text);
std::string to_string(Percent percent);

}  // namespace rung
