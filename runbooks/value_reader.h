#pragma once

#include "base/action_spec.h"
#include "runbooks/draft.h"

#include <string>
#include <string_view>

namespace rung::runbooks {

// What the values of one field are, and what their expressions may see.
struct ValueRules {
  std::string field;  // for messages
  Names names;
  Type type = Type::any;
  bool scalars_are_text = false;  // `[sleep, 5]`: arguments, environment, headers
  bool is_code = false;           // `{{ }}` is refused
};

// Turns YAML values into templates and collects their expressions. Types come from the field; a
// field of any type takes plain `true`, `null` and numbers in their plain spelling for what they
// look like, everything else for text.
class ValueReader {
 public:
  ValueReader(Report& report, ExpressionUses& uses) : report_(report), uses_(uses) {}

  Template read(const Node& node, const ValueRules& rules);
  Template::Map read_map(const Node& node, const ValueRules& rules);
  // An expression without braces, for `when`, `that` and `expect`.
  Expression condition(const Node& node, const std::string& field, Names names);

 private:
  Template read_at(const Node& node, const ValueRules& rules, int depth);
  Template scalar(const Node& node, const ValueRules& rules);
  Template constant(const Node& node, const ValueRules& rules);
  Expression use(const Node& node, const ValueRules& rules, std::string text, std::size_t offset);
  void refuse_code(const Node& node, const ValueRules& rules, std::size_t offset);

  Report& report_;
  ExpressionUses& uses_;
};

// A plain scalar in a field of any type: what it looks like.
Value value_as_written(const Node& scalar);

}  // namespace rung::runbooks
