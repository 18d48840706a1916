#pragma once

#include <cstddef>

namespace rung {

// Columns that a character takes on a terminal: 2 for wide East Asian characters and emoji, 0 for
// marks that are drawn over the character before them, else 1. Independent of the locale.
std::size_t display_width(char32_t code_point);

}  // namespace rung
