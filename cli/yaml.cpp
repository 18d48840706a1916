#include "cli/yaml.h"

#include "base/json.h"

#include <algorithm>
#include <cctype>

namespace rung::cli {
namespace {

bool is_plain(std::string_view text) {
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off"};
  if (text.empty() || text.back() == ' ' ||
      std::isalpha(static_cast<unsigned char>(text.front())) == 0)
    return false;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords)) return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == ' ' || c == '-' || c == '_' || c == '.' || c == '/' ||
           c == '@';
  });
}

std::string scalar(const Value& value) {
  if (const std::string* text = value.string();
      text != nullptr && !value.is_secret() && is_plain(*text))
    return *text;
  return to_plain_json(value);
}

bool is_leaf(const Value& value) {
  if (value.map() != nullptr) return value.map()->empty();
  return value.list() == nullptr || value.list()->empty();
}

void append(std::string& out, const Value& value, std::size_t depth);

void append_member(std::string& out, const Value& value, std::size_t depth) {
  if (is_leaf(value)) {
    out += " " + scalar(value) + "\n";
  } else {
    out += "\n";
    append(out, value, depth);
  }
}

void append(std::string& out, const Value& value, std::size_t depth) {
  const std::string indent(depth * 2, ' ');
  if (const Value::Map* map = value.map(); map != nullptr && !map->empty()) {
    for (const auto& [key, member] : *map) {
      out += indent + scalar(Value(key)) + ":";
      append_member(out, member, depth + 1);
    }
  } else if (const Value::List* list = value.list(); list != nullptr && !list->empty()) {
    for (const Value& item : *list) {
      out += indent + "-";
      append_member(out, item, depth + 1);
    }
  } else {
    out += indent + scalar(value) + "\n";
  }
}

}  // namespace

std::string to_yaml(const Value& value) {
  std::string out;
  append(out, value, 0);
  return out;
}

}  // namespace rung::cli
