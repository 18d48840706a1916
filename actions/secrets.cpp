#include "actions/secrets.h"

#include <algorithm>

namespace rung::actions {
namespace {

// A list or map counts as secret where one of its members is, so leaves are taken; all of them
// where the list or map as a whole was marked.
void collect(const Value& value, bool is_marked, std::vector<std::string>& out) {
  is_marked = is_marked || value.has_secret_mark();
  if (const auto* list = value.list()) {
    for (const auto& item : *list) collect(item, is_marked, out);
  } else if (const auto* map = value.map()) {
    for (const auto& [key, item] : *map) collect(item, is_marked, out);
  } else if (is_marked && !value.is_null()) {
    out.push_back(reveal(value));
  }
}

std::vector<std::string> unique_longest_first(std::vector<std::string> contents) {
  std::sort(contents.begin(), contents.end(), [](const auto& a, const auto& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  contents.erase(std::unique(contents.begin(), contents.end()), contents.end());
  return contents;
}

void replace_all(std::string& text, std::string_view secret) {
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
    text.replace(at, secret.size(), "***");
  }
}

}  // namespace

std::vector<std::string> secret_contents(const Value& value) {
  std::vector<std::string> out;
  collect(value, false, out);
  return unique_longest_first(std::move(out));
}

std::vector<std::string> secret_contents(const Value::Map& values) {
  std::vector<std::string> out;
  for (const auto& [name, value] : values) collect(value, false, out);
  return unique_longest_first(std::move(out));
}

std::string mask(std::string_view text, const std::vector<std::string>& secrets) {
  std::string out(text);
  for (const auto& secret : unique_longest_first(secrets)) {
    if (secret.size() >= kShortestMasked) replace_all(out, secret);
  }
  return out;
}

Value masked(Value value, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return value;
  if (auto* list = value.list()) {
    for (auto& item : *list) item = masked(std::move(item), secrets);
  } else if (auto* map = value.map()) {
    for (auto& [key, item] : *map) item = masked(std::move(item), secrets);
  } else if (const auto* text = value.string()) {
    auto hidden = mask(*text, secrets);
    if (hidden != *text) return Value(std::move(hidden));
  }
  return value;
}

}  // namespace rung::actions
