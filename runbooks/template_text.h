#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::runbooks {

// A piece of `db-{{ inputs.from }}`: literal text, or what stands between the braces.
struct TextPart {
  bool is_expression = false;
  std::string text;
  std::size_t offset = 0;  // of `text` in the whole, bytes
};

struct SplitText {
  std::vector<TextPart> parts;          // without empty literals
  std::optional<std::size_t> unclosed;  // offset of a `{{` without its `}}`; the parts before it
};

// Quotes inside an expression may hold braces: `{{ '}}' }}`.
SplitText split_text(std::string_view text);

}  // namespace rung::runbooks
