#include "actions/secrets.h"

#include "base/masking.h"

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

Value masked(Value value, const SecretWords& words);

Value::Map masked(Value::Map members, const SecretWords& words) {
  Value::Map out;
  for (auto& [key, member] : members) {
    out.insert_or_assign(rung::mask(key, words), masked(std::move(member), words));
  }
  return out;
}

Value masked(Value value, const SecretWords& words) {
  if (auto* list = value.list()) {
    for (auto& item : *list) item = masked(std::move(item), words);
    return value;
  }
  if (auto* map = value.map()) {
    *map = masked(std::move(*map), words);
    return value;
  }
  const auto* text = value.string();
  auto hidden = rung::mask(text != nullptr ? *text : reveal(value), words);
  if (text != nullptr ? hidden != *text : hidden == Masking::kMask) return Value(std::move(hidden));
  return value;
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
  return rung::mask(text, SecretWords(secrets));
}

std::string mask_cut(std::string_view text, const std::vector<std::string>& secrets) {
  return rung::mask_cut(text, SecretWords(secrets));
}

Value masked(Value value, const std::vector<std::string>& secrets) {
  const SecretWords words(secrets);
  return words.empty() ? value : masked(std::move(value), words);
}

Value::Map masked_outputs(Value::Map outputs, const std::vector<std::string>& secrets) {
  const SecretWords words(secrets);
  if (words.empty()) return outputs;
  for (auto& [name, value] : outputs) value = masked(std::move(value), words);
  return outputs;
}

}  // namespace rung::actions
