#pragma once

#include <cstddef>

namespace rung::engine::supervisor {

// What a command may write to $RUNG_OUTPUT_FILE.
inline constexpr std::size_t kOutputFileLimit = 1U << 20U;
inline constexpr std::size_t kOutputNamesLimit = 1'000;

}  // namespace rung::engine::supervisor
