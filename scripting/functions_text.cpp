#include "base/json.h"
#include "base/url.h"
#include "scripting/builtins.h"
#include "scripting/format.h"
#include "scripting/operators.h"
#include "scripting/pattern.h"

#include <algorithm>
#include <utility>

namespace rung::scripting::texts {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

struct TwoTexts {
  std::string_view a;
  std::string_view b;
};

Computed<TwoTexts> two_texts(const Call& call) {
  TRY(const auto* a, text_argument(call, 0));
  TRY(const auto* b, text_argument(call, 1));
  TRY(call.meter.spend(a->size() / 16 + b->size() / 16));
  return TwoTexts{*a, *b};
}

// Only ASCII letters: the answer must not depend on a locale.
Computed<Value> with_case(const Call& call, char from, char to) {
  TRY(const auto* text, text_argument(call, 0));
  TRY(call.meter.hold(text->size()));
  std::string out = *text;
  for (char& c : out)
    if (c >= from && c <= from + 25) c = static_cast<char>(c - from + to);
  return Value(std::move(out));
}

}  // namespace

Computed<Value> starts_with(const Call& call) {
  TRY(const auto given, two_texts(call));
  return Value(given.a.substr(0, given.b.size()) == given.b);
}

Computed<Value> ends_with(const Call& call) {
  TRY(const auto given, two_texts(call));
  return Value(given.a.size() >= given.b.size() &&
               given.a.substr(given.a.size() - given.b.size()) == given.b);
}

Computed<Value> upper(const Call& call) {
  return with_case(call, 'a', 'A');
}
Computed<Value> lower(const Call& call) {
  return with_case(call, 'A', 'a');
}

Computed<Value> trim(const Call& call) {
  TRY(const auto* given, text_argument(call, 0));
  TRY(call.meter.hold(given->size()));
  std::string_view text = *given;
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return Value(text);
}

Computed<Value> split(const Call& call) {
  TRY(const auto given, two_texts(call));
  if (given.b.empty()) return Problem{"the separator is empty; to take a part write sub(x, 1, 3)"};
  Value::List parts;
  for (std::string_view rest = given.a;;) {
    TRY(call.meter.spend(1));
    TRY(const auto end, find_text(rest, given.b, call.meter));
    TRY(call.meter.hold(sizeof(Value) + std::min(end, rest.size())));
    parts.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) return Value(std::move(parts));
    rest.remove_prefix(end + given.b.size());
  }
}

Computed<Value> join(const Call& call) {
  TRY(const auto* list, list_argument(call, 0));
  TRY(const auto* separator, text_argument(call, 1));
  std::string out;
  for (const auto& element : *list) {
    if (&element != &list->front()) out += *separator;
    TRY(const auto text, text_for_joining(element));
    TRY(call.meter.spend(1));
    TRY(call.meter.hold(separator->size() + text.size()));
    out += text;
  }
  return Value(std::move(out));
}

Computed<Value> replace(const Call& call) {
  TRY(const auto given, two_texts(call));
  TRY(const auto* replacement, text_argument(call, 2));
  if (given.b.empty()) return Problem{"the text to replace is empty"};
  std::string out;
  for (std::string_view rest = given.a;;) {
    TRY(const auto end, find_text(rest, given.b, call.meter));
    TRY(call.meter.spend(1));
    TRY(call.meter.hold(std::min(end, rest.size()) + replacement->size()));
    out += rest.substr(0, end);
    if (end == std::string_view::npos) return Value(std::move(out));
    out += *replacement;
    rest.remove_prefix(end + given.b.size());
  }
}

// As Lua's string.sub: from 1, negative counts from the end, both ends included.
Computed<Value> sub(const Call& call) {
  TRY(const auto* text, text_argument(call, 0));
  TRY(std::int64_t from, int_argument(call, 1));
  std::int64_t to = -1;
  if (call.count() == 3) {
    TRY(to, int_argument(call, 2));
  }
  const auto size = static_cast<std::int64_t>(text->size());
  if (from == 0) return Problem{"texts begin at 1, not at 0"};
  if (from < 0) from = std::max(std::int64_t{1}, from < -size ? 1 : size + from + 1);
  if (to < 0) to = to < -size ? 0 : size + to + 1;
  to = std::min(to, size);
  if (from > to) return Value("");
  TRY(call.meter.hold(static_cast<std::size_t>(to - from + 1)));
  return Value(
      text->substr(static_cast<std::size_t>(from - 1), static_cast<std::size_t>(to - from + 1)));
}

Computed<Value> matches(const Call& call) {
  TRY(const auto given, two_texts(call));
  TRY(const auto match, find_match(given.a, given.b, call.meter));
  return Value(match.has_value());
}

Computed<Value> capture(const Call& call) {
  TRY(const auto given, two_texts(call));
  TRY(const auto match, find_match(given.a, given.b, call.meter));
  if (!match) return Value();
  const auto piece = match->captures.empty() ? match->whole : match->captures.front();
  TRY(call.meter.hold(piece.size()));
  return Value(piece);
}

Computed<Value> format(const Call& call) {
  TRY(text_argument(call, 0));
  TRY(auto text, format_text(call));
  return Value(std::move(text));
}

Computed<Value> json(const Call& call) {
  constexpr std::size_t kLongestEscape = 6;  // \u0000
  const std::size_t most = footprint(call[0]) * kLongestEscape;
  TRY(call.meter.spend(most / 64));
  TRY(call.meter.hold(most));
  auto text = to_revealed_json(call[0]);
  call.meter.release(most - std::min(most, text.size()));
  return Value(std::move(text));
}

Computed<Value> parse_json(const Call& call) {
  TRY(const auto* text, text_argument(call, 0));
  constexpr std::size_t kNodesPerByte = sizeof(Value) + 64;  // [1,1,1,...] has one for two bytes
  TRY(call.meter.spend(text->size() / 8));
  TRY(call.meter.hold(text->size() * kNodesPerByte / 2));
  auto value = from_plain_json(*text);
  call.meter.release(text->size() * kNodesPerByte / 2);
  if (value) return std::move(value).value();
  return Problem{"the text is no JSON", ": " + value.error().message()};
}

Computed<Value> base64(const Call& call) {
  TRY(const auto* text, text_argument(call, 0));
  TRY(call.meter.hold(text->size() * 4 / 3 + 4));
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text->size(); i += 3) {
    unsigned group = 0;
    const auto bytes = std::min<std::size_t>(3, text->size() - i);
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < bytes ? static_cast<unsigned char>((*text)[i + j]) : 0u);
    for (unsigned j = 0; j < 4; ++j)
      out.push_back(j <= bytes ? kDigits[group >> (18 - 6 * j) & 63] : '=');
  }
  return Value(std::move(out));
}

Computed<Value> url_encode(const Call& call) {
  TRY(const auto* text, text_argument(call, 0));
  TRY(call.meter.hold(text->size() * 3));
  return Value(percent_encode(*text));
}

}  // namespace rung::scripting::texts
