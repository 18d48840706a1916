#pragma once

#include "base/value.h"
#include "scripting/meter.h"

#include <span>
#include <string_view>

namespace rung::scripting {

// One call of a function: its arguments, as many as the function declares, and what it may use.
struct Call {
  std::span<const Value* const> arguments;
  Meter& meter;

  std::size_t count() const { return arguments.size(); }
  const Value& operator[](std::size_t i) const { return *arguments[i]; }
};

// A function that expressions can call, such as first(list). Pure: the same answer for the same
// arguments, on every machine. docs/expressions.md documents each.
struct Function {
  std::string_view name;
  std::string_view parameters;  // "text, separator", for messages and the documentation
  std::size_t least = 1;
  std::size_t most = 1;
  Computed<Value> (*call)(const Call&) = nullptr;
  bool yields_bool = false;
};

// All of them, sorted by name.
std::span<const Function> functions();
// nullptr: there is no such function.
const Function* find_function(std::string_view name);

}  // namespace rung::scripting
