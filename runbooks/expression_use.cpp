#include "runbooks/expression_use.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

std::size_t offset_in(std::string_view text, Position at) {
  std::size_t offset = 0;
  for (int line = 1; line < at.line; ++line) {
    const auto end = text.find('\n', offset);
    if (end == std::string_view::npos) return text.size();
    offset = end + 1;
  }
  return std::min(text.size(), offset + static_cast<std::size_t>(std::max(at.column, 1) - 1));
}

}  // namespace

std::optional<scripting::Analysis> check_syntax(const ExpressionUse& use, Report& report) {
  auto analysis = scripting::analyse(use.text);
  for (const auto& found : analysis.diagnostics) report_moved(use, found, report);
  if (has_errors(analysis.diagnostics)) return std::nullopt;
  return analysis;
}

void report_moved(const ExpressionUse& use, const Diagnostic& found, Report& report) {
  Diagnostic moved = found;
  moved.file = report.source().file();
  moved.at = place_in_file(use, offset_in(use.text, found.at), 1, report.source()).at;
  report.add(std::move(moved));
}

Report::Place place_in_file(const ExpressionUse& use, std::size_t offset, std::size_t length,
                            const Source& source) {
  return {place_in(source, *use.scalar, use.offset + offset), static_cast<int>(length)};
}

Report::Place place_in_file(const ExpressionUse& use, const scripting::Reference& reference,
                            const Source& source) {
  const auto offset = static_cast<std::size_t>(reference.offset);
  const auto left = use.text.size() - std::min(offset, use.text.size());
  return place_in_file(use, offset, std::min(written(reference).size(), left), source);
}

std::string written(const scripting::Reference& reference) {
  std::string out = reference.root;
  for (const auto& part : reference.path) out += "." + part;
  return out;
}

}  // namespace rung::runbooks
