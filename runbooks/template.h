#pragma once

#include "base/value.h"

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace rung::runbooks {

// An expression as the author wrote it, without the braces. The empty text means "none".
struct Expression {
  std::string text;
  friend bool operator==(const Expression&, const Expression&) = default;
};

// A value in which some leaves are still to be computed: `"db-{{ inputs.from }}"` in a map.
struct Template {
  struct Text {  // literal parts and expressions in turn, joined as text
    std::vector<std::variant<std::string, Expression>> parts;
    bool is_url = false;  // joined by `join_url` (base/url.h): no value leaves its place
    friend bool operator==(const Text&, const Text&) = default;
  };
  using List = std::vector<Template>;
  using Map = std::map<std::string, Template, std::less<>>;

  std::variant<Value, Expression, Text, List, Map> node;

  friend bool operator==(const Template&, const Template&) = default;
};

// True where nothing is left to compute.
bool is_constant(const Template& t);
// Whether any expression in it reads `secrets`.
bool reads_secrets(const Template& t);

// Calls `visit` for each expression in it.
void each_expression(const Template& t, const std::function<void(const Expression&)>& visit);

// The value of what `is_constant`; expressions in it count as nothing.
Value constant_value(const Template& t);
// The one form in which equal templates are equal: whatever is constant becomes one Value. The
// loader and `template_from_value` give templates in this form.
Template folded(Template t);

// {"$expr": "..."}, {"$text": ["lit", {"$expr": "..."}]} ($url for a URL), maps and lists as
// themselves; the form in which plans are stored and hashed. A user's own key that begins with `$`
// is written `$$`. corrupt: another form with `$`, or nested too deep.
Value to_value(const Template& t);
Result<Template> template_from_value(const Value& value);

}  // namespace rung::runbooks
