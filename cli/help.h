#pragma once

#include "cli/verbs.h"

#include <string>
#include <vector>

namespace rung::cli {

std::string help_text();
std::string help_text(const VerbSpec& verb, const std::vector<OptionLine>& options);

}  // namespace rung::cli
