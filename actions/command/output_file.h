#pragma once

#include "base/action_spec.h"
#include "base/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rung::actions {

// What a command wrote into $RUNG_OUTPUT_FILE:
//
//   name=value            the rest of the line, as it is
//   name<<END             the lines up to one that is just END
//   ...
//   END
//
// Empty lines are skipped; of a name that is written twice the last one counts.
//
// invalid, with the line: neither form, no name, a block without its end, NUL bytes, not UTF-8.
Result<std::map<std::string, std::string, std::less<>>> parse_output_file(std::string_view text);

using DeclaredOutputs = std::map<std::string, Type, std::less<>>;

struct ReadOutputs {
  Value::Map values;                    // one for each declared name, of its type
  std::vector<std::string> undeclared;  // written but not declared: ignored
};

// invalid: the file is, a declared output is missing, or its text is not of its type.
Result<ReadOutputs> read_outputs(std::string_view text, const DeclaredOutputs& declared);

}  // namespace rung::actions
