#pragma once

#include "base/value.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace rung {

// How deep lists and maps may lie in one another in a text that comes from outside.
inline constexpr std::size_t kDeepestJson = 64;

// Canonical JSON for the journal: one spelling for each value (sorted keys, no space, shortest
// doubles, exact integers), and every kind survives the round trip: what JSON cannot say is a map
// with one key that begins with `$` ({"$duration": ns}, {"$size": bytes}, {"$percent": n},
// {"$time": ns}, {"$map": {...}} around a map whose own key begins with `$`).
// A secret becomes {"$secret": true}: its content never gets here, and it comes back as a null that
// is secret. A number is recognised by its point or exponent: 2.0 is not 2. One that is not finite
// becomes null, because to stop at it would stop again at each recovery; whoever computes numbers
// refuses such a result first. Bytes that are not UTF-8 become U+FFFD, also in keys; of two keys
// that become equal the first one stays.
std::string to_journal_json(const Value& value);
// corrupt: not what `to_journal_json` writes, or nested deeper than 256. That is four times what
// comes in from outside, for the events around a value and the {"$map": ...} inside.
Result<Value> from_journal_json(std::string_view json);

// JSON for people and other programs: durations, sizes and times as their text ("41s"), each secret
// as "***".
std::string to_plain_json(const Value& value);
std::string to_pretty_json(const Value& value);  // two spaces for each level
// Plain, with the content of secrets: only for the target that needs it.
std::string to_revealed_json(const Value& value);
// Any JSON text. invalid with the offset of the mistake: syntax, deeper than 64, a number out of
// range. Integers without fraction become int, others number. Of equal keys the last one counts.
Result<Value> from_plain_json(std::string_view json);

// Quotes `text` as a JSON string, replacing bytes that are not UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace rung
