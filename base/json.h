#pragma once

#include "base/value.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace rung {

// Canonical JSON for the journal: one spelling for each value (sorted keys, no space, shortest
// doubles, exact integers), and every kind survives the round trip: what JSON cannot say is a map
// with one key that begins with `$` ({"$duration": ns}, {"$size": bytes}, {"$percent": n},
// {"$time": ns}, {"$map": {...}} around a map whose own key begins with `$`).
// A secret becomes {"$secret": true}: its content never gets here.
std::string to_journal_json(const Value& value);
// corrupt: not what `to_journal_json` writes, or nested deeper than 64.
Result<Value> from_journal_json(std::string_view json);

// JSON for people and other programs: durations, sizes and times as their text ("41s"), secrets
// as "***".
std::string to_plain_json(const Value& value);
std::string to_pretty_json(const Value& value);
// Any JSON text. invalid with the offset of the mistake: syntax, deeper than 64, a number out of
// range. Integers without fraction become int, others number.
Result<Value> from_plain_json(std::string_view json);

// Quotes `text` as a JSON string, replacing bytes that are not UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace rung
