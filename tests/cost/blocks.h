#pragma once

#include <cstdint>

namespace rung::cost {

// How many basic blocks of the core have been executed since the program began: a count of its
// work that neither the machine nor its load changes.
std::int64_t blocks();

}  // namespace rung::cost
