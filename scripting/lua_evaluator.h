#pragma once

#include "scripting/evaluator.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace rung::scripting {

// What one evaluation may use.
struct Budget {
  std::int64_t instructions = 1'000'000;
  std::size_t memory_bytes = 16u << 20;
  std::size_t result_bytes = 1u << 20;
};

// The evaluator on Lua 5.4, in a sandbox without load, io, os, require, coroutines, metatables or
// anything else that could reach the world or see time. Compiled expressions are kept by their
// text, up to a bound.
std::unique_ptr<Evaluator> make_lua_evaluator(Budget budget = {});

}  // namespace rung::scripting
