#include "runbooks/source.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {

Source::Source(std::string file, std::string text)
    : file_(std::move(file)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

Position Source::position_of(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::size_t>(after - line_starts_.begin());
  return {static_cast<int>(line), static_cast<int>(offset - line_starts_[line - 1]) + 1};
}

std::size_t Source::offset_of(Position at) const {
  if (at.line < 1 || at.line > lines()) return text_.size();
  const auto start = line_starts_[static_cast<std::size_t>(at.line - 1)];
  return std::min(text_.size(), start + static_cast<std::size_t>(std::max(at.column, 1) - 1));
}

std::string_view Source::line(int number) const {
  if (number < 1 || number > lines()) return {};
  const auto start = line_starts_[static_cast<std::size_t>(number - 1)];
  const auto rest = std::string_view(text_).substr(start);
  auto line = rest.substr(0, rest.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

void Report::error(Place place, std::string message, std::string fix) {
  add({Severity::error, source_.file(), place.at, place.length, std::move(message),
       std::move(fix)});
}

void Report::warning(Place place, std::string message, std::string fix) {
  add({Severity::warning, source_.file(), place.at, place.length, std::move(message),
       std::move(fix)});
}

bool Report::has_error_in(Place place) const {
  return std::any_of(out_.begin(), out_.end(), [&](const Diagnostic& d) {
    return d.severity == Severity::error && d.file == source_.file() &&
           d.at.line == place.at.line && d.at.column >= place.at.column &&
           d.at.column < place.at.column + place.length;
  });
}

void Report::add(Diagnostic diagnostic) {
  const auto is_known = [&](const Diagnostic& d) {
    return d.file == diagnostic.file && d.at == diagnostic.at && d.message == diagnostic.message;
  };
  if (const auto known = std::find_if(out_.begin(), out_.end(), is_known); known != out_.end()) {
    known->fix = std::move(diagnostic.fix);
    return;
  }
  if (out_.size() == kMost) {
    out_.push_back({Severity::error, source_.file(), diagnostic.at, 1,
                    "too many mistakes: the rest is not shown", "fix those above first"});
  }
  if (out_.size() < kMost) out_.push_back(std::move(diagnostic));
}

}  // namespace rung::runbooks
