#pragma once

#include "scripting/meter.h"

#include <compare>
#include <string>
#include <string_view>

namespace rung::scripting {

// What the operators of the language mean. Strict: two values of different types are a mistake,
// not unequal; int and number are one type here. Whole numbers do not wrap around.

// An action may give one; expressions do not compute one.
bool is_nan(const Value& value);

// null equals only null and may be compared with everything.
Computed<bool> equal(const Value& a, const Value& b, Meter& meter);
// For numbers, strings (by bytes), durations, sizes, percentages and times.
Computed<std::strong_ordering> compare(const Value& a, const Value& b);

// + - * / // % ^ as docs/expressions.md lists them by type.
Computed<Value> arithmetic(std::string_view op, const Value& a, const Value& b);
Computed<Value> negative(const Value& value);

// How a value reads inside a text, for `..`, format and join. Secrets as they are: whoever holds
// the result knows that it is secret.
Computed<std::string> text_for_joining(const Value& value);

// "a string", "an int", "null".
std::string with_article(Value::Kind kind);

// The number as an int. problem: it has a fraction, or is too large.
Computed<Value> whole(double number);
// As a number in range. problem: infinite, or not a number.
Computed<Value> finite(double number);

}  // namespace rung::scripting
