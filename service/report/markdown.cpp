#include "service/report/document.h"

namespace rung::service {
namespace {

// As text in GitHub's Markdown, also inside a table.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '|':
      case '~':
        out += '\\';
        out += c;
        break;
      case '\n': out += ' '; break;
      default: out += c;
    }
  }
  return out;
}

std::string cell_text(const Cell& cell) {
  const bool is_bold =
      !cell.text.empty() &&
      (cell.weight == Weight::bad || cell.weight == Weight::asks || cell.weight == Weight::strong);
  return is_bold ? "**" + escaped(cell.text) + "**" : escaped(cell.text);
}

std::string table_text(const Table& table) {
  if (table.rows.empty()) return "";
  std::string out = "|";
  std::string rule = "|";
  for (const std::string& column : table.columns) {
    out += " " + escaped(column) + " |";
    rule += " --- |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    out += "|";
    for (const Cell& cell : row) out += " " + cell_text(cell) + " |";
    out += "\n";
  }
  return out;
}

}  // namespace

std::string to_markdown(const Document& document) {
  std::string out = "# " + escaped(document.run) + ": " + document.headline + " " +
                    escaped(document.duration) + "\n\n";
  for (const auto& [name, text] : document.facts)
    out += "- **" + escaped(name) + "**: " + escaped(text) + "\n";
  for (const Section& section : document.sections) {
    out += "\n## " + section.heading + "\n\n" + table_text(section.table);
    if (!section.table.rows.empty() && !section.lines.empty()) out += "\n";
    for (const std::string& line : section.lines) out += escaped(line) + "\n";
  }
  return out;
}

}  // namespace rung::service
