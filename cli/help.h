#pragma once

#include "cli/verbs.h"

#include <string>
#include <vector>

namespace rung::cli {

// An option as `rung VERB --help` shows it.
struct OptionLine {
  std::string_view names;  // "-i,--input"
  std::string_view value;  // "K=V"; "" for a flag
  std::string_view doc;
};

std::string help_text();
std::string help_text(const VerbSpec& verb, const std::vector<OptionLine>& options);

}  // namespace rung::cli
