#include "runbooks/keys.h"

#include <algorithm>
#include <utility>

// The keys of what looks at the world beside the steps.
namespace rung::runbooks {
namespace {

// A check with what is wanted of it in place of an `until` around it.
Table check_with(std::string_view what, std::vector<Key> own) {
  Table table = check_table();
  table.what = what;
  table.keys.push_back({"title", Shape::text, "What it looks at, for screens."});
  for (Key& key : own) table.keys.push_back(std::move(key));
  table.elsewhere.insert(table.elsewhere.end(), {{"interval", "every"},
                                                 {"poll", "every"},
                                                 {"count", "successes"},
                                                 {"in_a_row", "successes"}});
  return table;
}

Table make_verify_check_table() {
  Table table = check_with(
      "verify.check",
      {{"expect", Shape::condition,
        "What must hold of its outputs, by their bare names: code == 200. With samples they are "
        "lists: p99(elapsed) < 200ms."},
       {"successes", Shape::integer, "So many looks in a row must be good: 1."},
       {"samples", Shape::integer, "Judges the latest so many looks together, at most 200."},
       {"every", Shape::duration, "From one look to the next: 1s."}});
  for (const std::string_view word : {"until", "that", "assert"})
    table.elsewhere.emplace_back(word, "expect");
  return table;
}

const Table& verify_check_table() {
  static const Table table = make_verify_check_table();
  return table;
}

}  // namespace

const Table& guard_table() {
  static const Table table = [] {
    Table guard = check_with(
        "abort_if", {{"that",
                      Shape::condition,
                      "Ends the run when it holds of the outputs, by bare names.",
                      nullptr,
                      {},
                      true},
                     {"say", Shape::written, "The reason that is told: \"East answers again\"."},
                     {"successes", Shape::integer, "It must hold at so many looks in a row: 1."},
                     {"hold", Shape::duration, "So long without interruption: 30s."},
                     {"every", Shape::duration, "From one look to the next: 10s."}});
    for (const std::string_view word : {"until", "expect", "when", "if"})
      guard.elsewhere.emplace_back(word, "that");
    guard.elsewhere.insert(guard.elsewhere.end(), {{"message", "say"}, {"for", "hold"}});
    return guard;
  }();
  return table;
}

const Table& verify_table() {
  static const Table table{
      "verify",
      {{"within", Shape::duration, "All checks must be good by then: 60s.", nullptr, {}, true},
       {"checks",
        Shape::named,
        "What is looked at, by name: {reads: {http: {...}, expect: code == 200}}.",
        &verify_check_table(),
        {},
        true}},
      {"around"},
      {{"timeout", "within"}, {"for", "within"}, {"steps", "checks"}, {"probes", "checks"}}};
  return table;
}

}  // namespace rung::runbooks
