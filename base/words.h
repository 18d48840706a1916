#pragma once

#include <string>
#include <string_view>

namespace rung {

// "a, b, c": words as one text, with `between` between each two.
template <class Words>
std::string joined(const Words& words, std::string_view between = ", ") {
  std::string text;
  bool is_first = true;
  for (const auto& word : words) {
    if (!is_first) text += between;
    text += word;
    is_first = false;
  }
  return text;
}

}  // namespace rung
