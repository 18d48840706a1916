#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rung::runbooks {

// The keys of the language as data. The parser refuses what is not here and the JSON Schema is
// written from here, so that the two cannot disagree.

// What a value looks like before anybody asks what it means.
enum class Shape : std::uint8_t {
  text,       // a scalar, taken as it is
  name,       // an identifier
  written,    // a scalar with {{ }}
  condition,  // an expression without braces, yielding a bool
  duration,
  integer,  // 1 or more
  boolean,
  choice,     // one of Key::choices
  texts,      // a list of texts
  choices,    // a list of Key::choices
  names,      // a list of identifiers
  value,      // any YAML, with {{ }} in its texts
  values,     // a map of such
  list,       // a list of such
  types,      // a map of name -> type
  table,      // a map with the keys of Key::table
  tables,     // a list of such maps
  named,      // a map of name -> such a map
  entries,    // a list whose members are such maps, or the text of its first key
  sequences,  // a map of name -> such a map, or a list of them
};

struct Table;

struct Key {
  std::string_view name;
  Shape shape = Shape::text;
  std::string_view doc;          // one line for editors; an example where it helps
  const Table* table = nullptr;  // of table, tables, named, entries, sequences
  std::vector<std::string_view> choices{};
  bool is_required = false;
  // A second way to write it: `wait: 30s` beside `wait: {...}`, `undo: none` beside an action.
  bool has_other = false;
  Shape other = Shape::text;
  std::vector<std::string_view> other_choices{};
  unsigned kinds = ~0u;  // of a step: the kinds on which it makes sense (KindBit)
};

struct Table {
  std::string_view what;  // "step", "runbook", "rung.yaml"
  std::vector<Key> keys;
  std::vector<std::string_view> later{};  // part of the language, not of this version
  // What people write who know another tool, and the word of ours.
  std::vector<std::pair<std::string_view, std::string_view>> elsewhere{};

  // Other keys stand in the file too: the fields of what `uses` names. Who knows it checks them.
  bool is_open = false;

  const Key* find(std::string_view name) const;
};

// The keys that say what a step is. Exactly one of them stands in each step.
enum KindBit : unsigned {
  kind_shell = 1,
  kind_command = 2,
  kind_http = 4,
  kind_uses = 8,
  kind_set = 16,
  kind_fail = 32,
  kind_wait = 64,
  kind_approve = 128,
  kind_manual = 256,
  kind_steps = 512,
  kind_parallel = 1024,
  kind_choose = 2048,
  kind_decide = 4096,
  kind_runbook = 8192,
  kind_two_phase = 16384,
  kind_verify = 131072,
  kind_lua = 32768,
};
struct StepWord {
  std::string_view key;
  KindBit bit;
};
const std::vector<StepWord>& step_words();

const Table& runbook_table();
// Each of `locks:` that is a map.
const Table& lock_table();
const Table& project_table();
// test.yaml: cases of a runbook in a virtual world.
const Table& test_table();
const Table& step_table();
// `undo:` and `probe:`: a use of an action without the rest of a step.
const Table& action_table();
// `check:` of a wait, and each of a verify: a use of an action that only reads.
const Table& check_table();
const Table& verify_table();
// Each of `abort_if:`.
const Table& guard_table();

}  // namespace rung::runbooks
