#pragma once

#include "base/time.h"
#include "runbooks/keys.h"
#include "runbooks/yaml_tree.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::runbooks {

// One map of a file, held against the table of its keys: unknown keys, keys of later versions,
// values of the wrong shape and missing keys are reported on construction. What `get` gives has
// the shape that the table says. Refers to node, table and report; lives as long as the reading.
class Fields {
 public:
  Fields(const Node& map, const Table& table, Report& report);

  // nullptr where the key is missing, or wrong (then it was reported).
  const Node* get(std::string_view key) const;
  // The key as it stands in the file, right or wrong.
  const Member* written(std::string_view key) const { return map_.member(key); }
  // Whether a key stands in the file that the table does not have.
  bool has_unknown() const;
  bool has(std::string_view key) const { return written(key) != nullptr; }
  Report::Place place(std::string_view key) const;
  const Node& map() const { return map_; }
  const Table& table() const { return table_; }

  std::string text(std::string_view key) const;  // "" where there is none
  std::optional<Duration> duration(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;

 private:
  void check_member(const Member& member);
  void report_unknown(const Member& member) const;
  void report_missing() const;
  bool is_misnamed(std::string_view key) const;

  const Node& map_;
  const Table& table_;
  Report& report_;
  std::vector<const Member*> good_;
};

// Where a node stands, with the length of its first line.
Report::Place place_of(const Node& node);
Report::Place place_of(const Member& member);

// What one of our parsers said of a value, parted into what is wrong and what to write.
struct Explained {
  std::string message;
  std::string fix;
};
Explained explain(const Error& error, std::string otherwise);

// "a list", "text", ... for messages.
std::string_view what_is(const Node& node);

// Small letters, digits and `_`, beginning with a letter.
bool is_name(std::string_view text);

// Reports where `node` is no such name, with what is wrong and the name as it could be.
bool check_name(const Node& node, std::string_view what, Report& report);
// The same for the key of a map.
bool check_key_name(const Member& member, std::string_view what, Report& report);

}  // namespace rung::runbooks
