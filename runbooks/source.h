#pragma once

#include "base/diagnostic.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rung::runbooks {

// A text that a person wrote, under the name by which they know it. Immutable.
class Source {
 public:
  Source(std::string file, std::string text);

  const std::string& file() const { return file_; }
  std::string_view text() const { return text_; }
  int lines() const { return static_cast<int>(line_starts_.size()); }

  // Offsets past the end give the place after the last byte.
  Position position_of(std::size_t offset) const;
  std::size_t offset_of(Position at) const;
  // Without its line end; empty where there is no such line.
  std::string_view line(int number) const;

 private:
  std::string file_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
};

// Collects what is wrong with one source. Bounded: after `kMost` findings the rest is counted only.
class Report {
 public:
  static constexpr std::size_t kMost = 200;

  Report(const Source& source, Diagnostics& out) : source_(source), out_(out) {}

  struct Place {
    Position at;
    int length = 1;
  };
  void error(Place place, std::string message, std::string fix);
  void warning(Place place, std::string message, std::string fix);
  void add(Diagnostic diagnostic);

  // Whether an error was reported there, on one line.
  bool has_error_in(Place place) const;

  const Source& source() const { return source_; }

 private:
  const Source& source_;
  Diagnostics& out_;
};

}  // namespace rung::runbooks
