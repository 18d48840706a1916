#pragma once

#include <cstddef>

namespace rung::engine::supervisor {

// What a command may write to $RUNG_OUTPUT_FILE.
inline constexpr std::size_t kOutputFileLimit = 1U << 20U;
// What is shown and journaled of a stream, of which the attempt's folder keeps more.
inline constexpr std::size_t kShownStreamLimit = 64U << 10U;

}  // namespace rung::engine::supervisor
