#include "scripting/operators.h"

#include <cmath>
#include <limits>
#include <optional>

namespace rung::scripting {
namespace {

using Kind = Value::Kind;

bool is_numeric(const Value& value) {
  return value.kind() == Kind::integer || value.kind() == Kind::number;
}

double as_double(const Value& value) {
  return value.integer() != nullptr ? static_cast<double>(*value.integer()) : *value.number();
}

// Exact where a double cannot hold the int.
std::strong_ordering order(std::int64_t a, double b) {
  constexpr double kBeyond = 9223372036854775808.0;  // 2^63
  if (b >= kBeyond) return std::strong_ordering::less;
  if (b < -kBeyond) return std::strong_ordering::greater;
  const double below = std::floor(b);
  if (const auto whole_part = a <=> static_cast<std::int64_t>(below); whole_part != 0)
    return whole_part;
  return below < b ? std::strong_ordering::less : std::strong_ordering::equal;
}

std::strong_ordering order(double a, double b) {
  if (a < b) return std::strong_ordering::less;
  return a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::strong_ordering order_numbers(const Value& a, const Value& b) {
  if (a.integer() != nullptr && b.integer() != nullptr) return *a.integer() <=> *b.integer();
  if (a.integer() != nullptr) return order(*a.integer(), *b.number());
  if (b.integer() != nullptr) return 0 <=> order(*b.integer(), *a.number());
  return order(*a.number(), *b.number());
}

Problem not_a_number() {
  return {"a value is not a number (NaN): it cannot be compared"};
}

Problem different_types(const Value& a, const Value& b) {
  std::string what = with_article(a.kind()) + " is compared with " + with_article(b.kind());
  const Value& text = a.kind() == Kind::string ? a : b;
  const Value& other = a.kind() == Kind::string ? b : a;
  if (text.kind() != Kind::string) return {what + "; make both the same type"};
  const std::string type(name_of(other.kind()));
  if (other.kind() == Kind::list || other.kind() == Kind::map)
    return {what + "; to look inside the " + type + " write contains(" + type + ", x)"};
  return {what + "; make the string " + with_article(other.kind()) + ": " + type + "(...)"};
}

Computed<bool> equal_lists(const Value::List& a, const Value::List& b, Meter& meter) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    TRY(const bool is_same, equal(a[i], b[i], meter));
    if (!is_same) return false;
  }
  return true;
}

Computed<bool> equal_maps(const Value::Map& a, const Value::Map& b, Meter& meter) {
  if (a.size() != b.size()) return false;
  for (auto i = a.begin(), j = b.begin(); i != a.end(); ++i, ++j) {
    if (i->first != j->first) return false;
    TRY(const bool is_same, equal(i->second, j->second, meter));
    if (!is_same) return false;
  }
  return true;
}

Problem too_large(std::string_view what) {
  return {"the result is too large for " + std::string(what)};
}

Problem no_such(std::string_view op, const Value& a, const Value& b) {
  std::string what = "'" + std::string(op) + "' does not join " + with_article(a.kind()) + " and " +
                     with_article(b.kind());
  if (a.kind() == Kind::string && b.kind() == Kind::string && op == "+")
    what += "; texts are joined with ..";
  else if (a.kind() == Kind::string || b.kind() == Kind::string)
    what += "; make the string a value: int(...), number(...), duration(...)" +
            std::string(op == "+" ? ", or join texts with .." : "");
  return {what};
}

Computed<Value> integers(std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflows = false;
  if (op == "+") {
    overflows = __builtin_add_overflow(a, b, &result);
  } else if (op == "-") {
    overflows = __builtin_sub_overflow(a, b, &result);
  } else if (op == "*") {
    overflows = __builtin_mul_overflow(a, b, &result);
  } else {
    if (b == 0) return Problem{"the divisor is 0; test it first"};
    if (b == -1) {
      if (op == "%") return Value(std::int64_t{0});
      overflows = __builtin_sub_overflow(std::int64_t{0}, a, &result);
    } else {
      // Towards minus infinity, as Lua does; the remainder has the divisor's sign.
      const bool is_below = a % b != 0 && ((a % b < 0) != (b < 0));
      result = op == "//" ? a / b - (is_below ? 1 : 0) : a % b + (is_below ? b : 0);
    }
  }
  if (overflows) return too_large("an int");
  return Value(result);
}

Computed<Value> numbers(std::string_view op, const Value& left, const Value& right) {
  const bool are_ints = left.integer() != nullptr && right.integer() != nullptr;
  if (are_ints && op != "/" && op != "^") return integers(op, *left.integer(), *right.integer());
  const double a = as_double(left);
  const double b = as_double(right);
  if (op == "+") return finite(a + b);
  if (op == "-") return finite(a - b);
  if (op == "*") return finite(a * b);
  if (op == "^") return finite(std::pow(a, b));
  if (b == 0) return Problem{"the divisor is 0; test it first"};
  if (op == "/") return finite(a / b);
  if (op == "//") return finite(std::floor(a / b));
  const double rest = std::fmod(a, b);
  return finite(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
}

// What durations and sizes have in common: a count of units.
struct Amount {
  Kind kind;
  std::int64_t count;

  static std::optional<Amount> of(const Value& value) {
    if (const auto* d = value.get_if<Duration>()) return Amount{Kind::duration, d->count()};
    if (const auto* b = value.get_if<Bytes>()) return Amount{Kind::size, b->count};
    return std::nullopt;
  }
  Value with(std::int64_t other) const {
    return kind == Kind::duration ? Value(Duration(other)) : Value(Bytes{other});
  }
  // Rounded to the nearest unit. Not in long double: it differs between machines.
  Computed<Value> rounded(double units) const {
    constexpr double kBeyond = 9223372036854775808.0;  // 2^63
    if (!(units < kBeyond && units >= -kBeyond))
      return too_large("a " + std::string(name_of(kind)));
    return with(static_cast<std::int64_t>(std::round(units)));
  }
  Computed<Value> times(const Value& factor) const {
    if (factor.integer() == nullptr) return rounded(static_cast<double>(count) * *factor.number());
    std::int64_t product = 0;
    if (__builtin_mul_overflow(count, *factor.integer(), &product))
      return too_large("a " + std::string(name_of(kind)));
    return with(product);
  }
  Computed<Value> over(double divisor) const {
    if (divisor == 0) return Problem{"the divisor is 0; test it first"};
    return rounded(static_cast<double>(count) / divisor);
  }
};

Computed<Value> amounts(std::string_view op, const Amount& a, const Amount& b) {
  if (op == "/") {
    if (b.count == 0) return Problem{"the divisor is 0; test it first"};
    return finite(static_cast<double>(a.count) / static_cast<double>(b.count));
  }
  TRY(const Value sum, integers(op, a.count, b.count));
  return a.with(*sum.integer());
}

Computed<Value> percentages(std::string_view op, double a, double b) {
  if (op == "/") {
    if (b == 0) return Problem{"the divisor is 0; test it first"};
    return finite(a / b);
  }
  TRY(const Value sum, finite(op == "+" ? a + b : a - b));
  return Value(Percent{*sum.number()});
}

// time - time, time + duration, duration + time, time - duration.
std::optional<Computed<Value>> times(std::string_view op, const Value& a, const Value& b) {
  const auto* left = a.get_if<TimePoint>();
  const auto* right = b.get_if<TimePoint>();
  const auto* by = left != nullptr ? b.get_if<Duration>() : a.get_if<Duration>();
  std::int64_t result = 0;
  if (left != nullptr && right != nullptr && op == "-") {
    if (__builtin_sub_overflow(left->time_since_epoch().count(), right->time_since_epoch().count(),
                               &result))
      return too_large("a duration");
    return Value(Duration(result));
  }
  const auto* time = left != nullptr ? left : right;
  if (by == nullptr || time == nullptr || (left == nullptr && op != "+")) return std::nullopt;
  const auto from = time->time_since_epoch().count();
  const bool overflows = op == "+" ? __builtin_add_overflow(from, by->count(), &result)
                                   : __builtin_sub_overflow(from, by->count(), &result);
  if (op != "+" && op != "-") return std::nullopt;
  if (overflows) return too_large("a time");
  return Value(TimePoint(Duration(result)));
}

// 20% of something: 200 * 20% is 40.0, 10m * 50% is 5m.
Computed<Value> share(const Value& of, double percent) {
  if (const auto amount = Amount::of(of))
    return amount->rounded(static_cast<double>(amount->count) * percent / 100);
  return finite(as_double(of) * percent / 100);
}

}  // namespace

std::string with_article(Value::Kind kind) {
  if (kind == Kind::null) return "null";
  return (kind == Kind::integer ? "an " : "a ") + std::string(name_of(kind));
}

bool is_nan(const Value& value) {
  if (const auto* number = value.number()) return std::isnan(*number);
  const auto* percent = value.get_if<Percent>();
  return percent != nullptr && std::isnan(percent->percent);
}

Computed<bool> equal(const Value& a, const Value& b, Meter& meter) {
  TRY(meter.spend(1));
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  if (is_nan(a) || is_nan(b)) return not_a_number();
  if (is_numeric(a) && is_numeric(b)) return order_numbers(a, b) == 0;
  if (a.kind() != b.kind()) return different_types(a, b);
  if (a.list() != nullptr) return equal_lists(*a.list(), *b.list(), meter);
  if (a.map() != nullptr) return equal_maps(*a.map(), *b.map(), meter);
  return a == b;
}

Computed<std::strong_ordering> compare(const Value& a, const Value& b) {
  if (is_nan(a) || is_nan(b)) return not_a_number();
  if (is_numeric(a) && is_numeric(b)) return order_numbers(a, b);
  if (a.kind() != b.kind()) return different_types(a, b);
  switch (a.kind()) {
    case Kind::string: return a.string()->compare(*b.string()) <=> 0;
    case Kind::duration: return a.get_if<Duration>()->count() <=> b.get_if<Duration>()->count();
    case Kind::size: return a.get_if<Bytes>()->count <=> b.get_if<Bytes>()->count;
    case Kind::percent: return order(a.get_if<Percent>()->percent, b.get_if<Percent>()->percent);
    case Kind::time:
      return a.get_if<TimePoint>()->time_since_epoch().count() <=>
             b.get_if<TimePoint>()->time_since_epoch().count();
    case Kind::null:
    case Kind::boolean:
    case Kind::integer:
    case Kind::number:
    case Kind::list:
    case Kind::map: break;
  }
  return Problem{with_article(a.kind()) + " has no order; compare with == or ~="};
}

Computed<Value> arithmetic(std::string_view op, const Value& a, const Value& b) {
  if (is_numeric(a) && is_numeric(b)) return numbers(op, a, b);
  const bool adds = op == "+" || op == "-";
  const auto left = Amount::of(a);
  const auto right = Amount::of(b);
  if (left && right && left->kind == right->kind && (adds || op == "/"))
    return amounts(op, *left, *right);
  if (left && is_numeric(b) && op == "*") return left->times(b);
  if (right && is_numeric(a) && op == "*") return right->times(a);
  if (left && is_numeric(b) && op == "/") return left->over(as_double(b));
  const auto* p = a.get_if<Percent>();
  const auto* q = b.get_if<Percent>();
  if (p != nullptr && q != nullptr && (adds || op == "/"))
    return percentages(op, p->percent, q->percent);
  if (q != nullptr && (left || is_numeric(a)) && op == "*") return share(a, q->percent);
  if (p != nullptr && (right || is_numeric(b)) && op == "*") return share(b, p->percent);
  if (auto moved = times(op, a, b)) return std::move(*moved);
  return no_such(op, a, b);
}

Computed<Value> negative(const Value& value) {
  if (const auto* i = value.integer()) return integers("-", 0, *i);
  if (const auto* n = value.number()) return Value(-*n);
  if (const auto* p = value.get_if<Percent>()) return Value(Percent{-p->percent});
  if (const auto amount = Amount::of(value)) return amounts("-", Amount{amount->kind, 0}, *amount);
  return Problem{"'-' does not stand before " + with_article(value.kind())};
}

Computed<std::string> text_for_joining(const Value& value) {
  if (value.is_null())
    return Problem{"null has no text; give a text in its place: default(x, \"none\")"};
  if (value.list() != nullptr || value.map() != nullptr)
    return Problem{with_article(value.kind()) +
                   " is no text; write json(x), or join(list, \", \")"};
  return reveal(value);
}

Computed<Value> whole(double number) {
  constexpr double kBeyond = 9223372036854775808.0;  // 2^63
  if (!(number < kBeyond && number >= -kBeyond)) return too_large("an int");
  if (std::floor(number) != number)
    return Problem{"the number has a fraction; write floor(x), ceil(x) or round(x)"};
  return Value(static_cast<std::int64_t>(number));
}

Computed<Value> finite(double number) {
  if (std::isnan(number)) return Problem{"the result is not a number"};
  if (std::isinf(number)) return too_large("a number");
  return Value(number);
}

}  // namespace rung::scripting
