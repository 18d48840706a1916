#pragma once

#include "service/report/report.h"

#include <string>
#include <vector>

namespace rung::service {

// A report laid out for people, before it is text, Markdown or HTML: headings, lines and tables of
// plain text. Bounded in size, whatever the run's: what matters is told, the rest is counted.

enum class Weight : std::uint8_t { plain, strong, dim, good, bad, asks };

struct Cell {
  std::string text;
  Weight weight = Weight::plain;

  Cell(std::string t, Weight w = Weight::plain) : text(std::move(t)), weight(w) {}  // NOLINT
  Cell(const char* t, Weight w = Weight::plain) : text(t), weight(w) {}             // NOLINT
};

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

struct Section {
  std::string heading;
  Table table;                     // no rows: none
  std::vector<std::string> lines;  // below it
};

struct Document {
  std::string run;       // "orders-db-failover-42"
  std::string headline;  // "SUCCEEDED"
  Weight weight = Weight::plain;
  std::string duration;  // "in 3m41s", "so far 12s: it is not over"
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<Section> sections;  // none of them empty
};

// `rung` begins the commands that are named.
Document lay_out(const Report& report, const std::string& rung);

// One line of at most so many characters: control characters and line ends become spaces.
std::string in_one_line(std::string_view text, std::size_t at_most);

std::string to_markdown(const Document& document);
// One file: no script, nothing from elsewhere, light and dark, made for paper too.
std::string to_html(const Document& document, const Report& report);

}  // namespace rung::service
