#include "service/report/document.h"
#include "service/report/timeline_svg.h"

namespace rung::service {
namespace {

// The page's whole look. `color-scheme` lets the reader's light or dark count; paper is light.
constexpr std::string_view kLook = R"css(
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --dim: #667080; --rule: #d8dde3;
  --grid: #e6e9ed; --good: #1a7f37; --bad: #b42318; --asks: #9a6700; --people: #f5c451;
  --doubt: #f08a4b; --critical: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --paper: #14181d; --dim: #98a2ae;
  --rule: #333b44; --grid: #262d35; --good: #57c877; --bad: #ff7b6e; --asks: #e8b93f;
  --people: #c99a2e; --doubt: #d0703a; --critical: #ff7b6e; } }
@media print { :root { color-scheme: light; --ink: #000000; --paper: #ffffff; --dim: #444444;
  --rule: #bbbbbb; --grid: #dddddd; --good: #1a7f37; --bad: #b42318; --asks: #9a6700;
  --people: #f5c451; --doubt: #f08a4b; --critical: #b42318; }
  body { max-width: none; margin: 0; font-size: 9pt; } tr, svg { break-inside: avoid; }
  h2 { break-after: avoid; } * { print-color-adjust: exact; } }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0;
  border-bottom: 1px solid var(--rule); } td:last-child { overflow-wrap: anywhere; }
th { color: var(--dim); font-weight: 600; } .facts th { width: 8rem; }
p { color: var(--dim); margin: .4rem 0; } .good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; } .asks { color: var(--asks); font-weight: 600; }
.strong { font-weight: 600; } .dim { color: var(--dim); }
svg.timeline { width: 100%; height: auto; font: 11px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .tick { fill: var(--dim); text-anchor: middle; }
svg .mark { fill: var(--dim); text-anchor: middle; } svg .grid { stroke: var(--grid); }
svg rect { stroke: var(--dim); stroke-width: .5; } svg .people { fill: var(--people); }
svg .doubt { fill: var(--doubt); } svg .delay { fill: none; stroke-dasharray: 3 2; }
svg .others { fill: var(--rule); stroke: none; }
svg .critical { stroke: var(--critical); stroke-width: 2; }
svg .takeover { stroke: var(--dim); stroke-dasharray: 2 2; }
svg .noreturn { stroke: var(--bad); stroke-dasharray: 5 3; }
)css";

std::string_view class_of(Weight weight) {
  switch (weight) {
    case Weight::plain: return "";
    case Weight::strong: return "strong";
    case Weight::dim: return "dim";
    case Weight::good: return "good";
    case Weight::bad: return "bad";
    case Weight::asks: return "asks";
  }
  return "";
}

std::string element(std::string_view name, const Cell& cell) {
  const std::string_view look = class_of(cell.weight);
  return "<" + std::string(name) + (look.empty() ? "" : " class=\"" + std::string(look) + "\"") +
         ">" + escaped_markup(cell.text) + "</" + std::string(name) + ">";
}

std::string table_html(const Table& table) {
  if (table.rows.empty()) return "";
  std::string out = "<table>\n<thead><tr>";
  for (const std::string& column : table.columns) out += element("th", column);
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (const Cell& cell : row) out += element("td", cell);
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

std::string head_html(const Document& document) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escaped_markup(document.run + ": " + document.headline) + "</title>\n<style>" +
         std::string(kLook) + "</style>\n</head>\n<body>\n";
}

}  // namespace

std::string to_html(const Document& document, const Report& report) {
  std::string out = head_html(document);
  out += "<h1>" + escaped_markup(document.run) + " " +
         element("span", {document.headline, document.weight}) + " " +
         element("span", {document.duration, Weight::dim}) + "</h1>\n<table class=\"facts\">\n";
  for (const auto& [name, text] : document.facts)
    out += "<tr>" + element("th", name) + element("td", text) + "</tr>\n";
  out += "</table>\n";
  for (const Section& section : document.sections) {
    out += "<h2>" + escaped_markup(section.heading) + "</h2>\n";
    if (section.heading == "Timeline") {
      out += draw_timeline(report);
      out +=
          "<p>Yellow: waits for people. Orange: in doubt. Dashed: waits for a time or the next "
          "try. "
          "Underlined: the critical path.</p>\n";
    }
    out += table_html(section.table);
    for (const std::string& line : section.lines) out += element("p", line) + "\n";
  }
  return out + "</body>\n</html>\n";
}

}  // namespace rung::service
