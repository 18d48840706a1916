#include "cli/screen/document_screen.h"

#include <algorithm>

namespace rung::cli {
namespace {

using service::Cell;
using service::Document;
using service::Section;
using service::Table;
using service::Weight;

Tone tone_of(Weight weight) {
  switch (weight) {
    case Weight::plain: return Tone::plain;
    case Weight::strong: return Tone::strong;
    case Weight::dim: return Tone::dim;
    case Weight::good: return Tone::good;
    case Weight::bad: return Tone::bad;
    case Weight::asks: return Tone::asks;
  }
  return Tone::plain;
}

std::string line_of(const Style& style, const std::vector<Cell>& cells,
                    const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool is_last = i + 1 == cells.size();
    const std::size_t taken = columns(cells[i].text);
    const std::size_t room = taken < widths[i] ? widths[i] - taken : 0;
    const std::string text = is_last ? cells[i].text : cells[i].text + std::string(room, ' ');
    line += "  " + paint(style, tone_of(cells[i].weight), text);
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line + "\n";
}

std::string table_text(const Style& style, const Table& table) {
  constexpr std::size_t kWidest = 60;  // longer ones push the rest of their row aside
  if (table.rows.empty()) return "";
  std::vector<std::size_t> widths;
  for (const std::string& column : table.columns) widths.push_back(columns(column));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::min(std::max(widths[i], columns(row[i].text)), kWidest);
  }
  std::vector<Cell> head;
  for (const std::string& column : table.columns) head.emplace_back(column, Weight::dim);
  std::string out = line_of(style, head, widths);
  for (const auto& row : table.rows) out += line_of(style, row, widths);
  return out;
}

}  // namespace

std::string document_screen(const Style& style, const Document& document) {
  std::string out = paint(style, Tone::strong, document.run) + "  " +
                    paint(style, tone_of(document.weight), document.headline) + " " +
                    document.duration + "\n";
  for (const auto& [name, text] : document.facts) out += "  " + padded(name, 12) + text + "\n";
  for (const Section& section : document.sections) {
    out += "\n" + paint(style, Tone::strong, section.heading) + "\n";
    out += table_text(style, section.table);
    for (const std::string& line : section.lines) out += "  " + line + "\n";
  }
  return out;
}

}  // namespace rung::cli
