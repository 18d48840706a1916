#pragma once

#include <string>

namespace rung::cli {

// rung(1) as roff, written from the definitions in verbs.h: `rung help --man`.
std::string man_page();

}  // namespace rung::cli
