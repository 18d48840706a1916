#include "runbooks/template_text.h"

namespace rung::runbooks {
namespace {

constexpr auto npos = std::string_view::npos;

// Offset of the `}}` that ends the expression beginning at `from`; npos where there is none.
std::size_t end_of_expression(std::string_view text, std::size_t from) {
  int depth = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      ++i;
      while (i < text.size() && text[i] != c) i += text[i] == '\\' ? 2 : 1;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && depth > 0) {
      --depth;
    } else if (text.substr(i, 2) == "}}") {
      return i;
    }
  }
  return npos;
}

TextPart expression_part(std::string_view text, std::size_t begin, std::size_t end) {
  const auto inner = text.substr(begin, end - begin);
  const auto first = inner.find_first_not_of(" \t\r\n");
  if (first == npos) return {true, "", begin};
  const auto last = inner.find_last_not_of(" \t\r\n");
  return {true, std::string(inner.substr(first, last - first + 1)), begin + first};
}

}  // namespace

SplitText split_text(std::string_view text) {
  SplitText split;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find("{{", at);
    if (open != at) split.parts.push_back({false, std::string(text.substr(at, open - at)), at});
    if (open == npos) break;
    const auto close = end_of_expression(text, open + 2);
    if (close == npos) {
      split.unclosed = open;
      break;
    }
    split.parts.push_back(expression_part(text, open + 2, close));
    at = close + 2;
  }
  return split;
}

}  // namespace rung::runbooks
