#pragma once

#include "runbooks/draft.h"
#include "scripting/evaluator.h"

#include <optional>

namespace rung::runbooks {

// Reports what is wrong with the syntax, at its place in the file. Empty: it does not parse.
std::optional<scripting::Analysis> check_syntax(const ExpressionUse& use, Report& report);

// Reports what was found in the expression, or in the script, at its place in the file.
void report_moved(const ExpressionUse& use, const Diagnostic& found, Report& report);

// Where a name of the expression, or a piece of its text, stands in the file.
Report::Place place_in_file(const ExpressionUse& use, const scripting::Reference& reference,
                            const Source& source);
Report::Place place_in_file(const ExpressionUse& use, std::size_t offset, std::size_t length,
                            const Source& source);

// `inputs.to` as the expression says it, as far as it is constant.
std::string written(const scripting::Reference& reference);

}  // namespace rung::runbooks
