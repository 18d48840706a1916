#pragma once

#include "base/action_spec.h"
#include "runbooks/draft.h"

#include <optional>
#include <string>
#include <vector>

namespace rung::runbooks {

// One field of an action or a connection, as a file gives it.
struct SpecField {
  const FieldSpec& spec;
  std::string said;               // how the file calls it
  Names names;                    // what its expressions may see; secrets by the field's kind
  bool scalars_are_text = false;  // whatever they look like: arguments, headers
  std::string help;               // where to look up what is taken
};

// Its value. Empty: it has not the shape of its type, which is reported.
std::optional<Template> read_spec_field(const Node& node, const SpecField& field, Report& report,
                                        ExpressionUses& uses);

// A key that `what` ("http.get", "a connection of the kind http") does not have.
void report_unknown_field(const Member& member, const std::string& what, std::string_view part,
                          const std::vector<FieldSpec>& known, Report& report);

// Those of the fields that are constant, as values.
Value::Map constants_of(const Template::Map& fields);

}  // namespace rung::runbooks
