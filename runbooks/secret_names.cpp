#include "runbooks/secret_names.h"

#include <algorithm>
#include <cctype>

namespace rung::runbooks {
namespace {

using Names = std::set<std::string>;

bool is_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

void collect(std::string_view text, Names& names) {
  constexpr std::string_view kPrefix = "secrets.";
  for (std::size_t at = text.find(kPrefix); at != std::string_view::npos;
       at = text.find(kPrefix, at + 1)) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at + kPrefix.size());
    const auto end = std::find_if_not(begin, text.end(), is_of_name);
    if (end != begin) names.emplace(begin, end);
  }
}

}  // namespace

Names secret_names(std::string_view text) {
  Names names;
  collect(text, names);
  return names;
}

Names secret_names(const Template::Map& fields) {
  Names names;
  for (const auto& [name, field] : fields) {
    if (!reads_secrets(field)) continue;
    each_expression(field, [&](const Expression& one) { collect(one.text, names); });
  }
  return names;
}

}  // namespace rung::runbooks
