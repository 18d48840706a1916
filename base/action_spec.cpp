#include "base/action_spec.h"

#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace rung {
namespace {

constexpr std::array kTypes = {
    Type::any,      Type::string,      Type::integer, Type::number, Type::boolean,
    Type::duration, Type::size,        Type::percent, Type::time,   Type::list,
    Type::map,      Type::enumeration, Type::site,
};

std::string_view noun_of(Type type) {
  switch (type) {
    case Type::any: return "a value";
    case Type::string: return "a string";
    case Type::integer: return "an int";
    case Type::number: return "a number";
    case Type::boolean: return "a bool";
    case Type::duration: return "a duration";
    case Type::size: return "a size";
    case Type::percent: return "a percent";
    case Type::time: return "a time";
    case Type::list: return "a list";
    case Type::map: return "a map";
    case Type::enumeration: return "a word of an enum";
    case Type::site: return "a site";
  }
  return "a value";
}

std::string_view example_of(Type type) {
  switch (type) {
    case Type::any: return "anything";
    case Type::string: return "\"text\"";
    case Type::integer: return "42";
    case Type::number: return "0.5 or 42";
    case Type::boolean: return "true or false";
    case Type::duration: return "90s, 5m or 1h30m";
    case Type::size: return "16MB, 4KiB or 512B";
    case Type::percent: return "20% or 0.5%";
    case Type::time: return "2026-03-27T03:13:20Z";
    case Type::list: return "[1, 2] or [\"a\", \"b\"]";
    case Type::map: return "{\"key\": \"value\"}";
    case Type::enumeration: return "one of its words";
    case Type::site: return "the name of a site of rung.yaml";
  }
  return "anything";
}

// What was written, short enough to stand in a sentence and never the content of a secret.
std::string quoted(const Value& written) {
  constexpr std::size_t kLongest = 60;
  if (written.is_secret()) return "this secret";
  std::string out;
  const std::string text = to_text(written);
  const std::string_view shown = std::string_view(text).substr(0, kLongest);
  if (written.string() == nullptr) {
    out = shown;
  } else {
    append_json_string(out, shown);
  }
  if (text.size() > kLongest) out += "...";
  return out;
}

Error refusal(Type type, const Value& written, std::string_view why = {}) {
  std::string message = quoted(written);
  message += " is not ";
  message += noun_of(type);
  if (!why.empty()) {
    message += " (";
    message += why;
    message += ')';
  }
  message += "; write ";
  message += example_of(type);
  return {ErrorCode::invalid, std::move(message)};
}

Result<Value> to_string_value(Type type, const Value& written) {
  switch (written.kind()) {
    case Value::Kind::string: return written;
    case Value::Kind::null:
    case Value::Kind::list:
    case Value::Kind::map: return refusal(type, written);
    case Value::Kind::boolean:
    case Value::Kind::integer:
    case Value::Kind::number:
    case Value::Kind::duration:
    case Value::Kind::size:
    case Value::Kind::percent:
    case Value::Kind::time: return Value(reveal(written));
  }
  return refusal(type, written);
}

Result<Value> to_integer(const Value& written) {
  if (written.integer() != nullptr) return written;
  if (const double* number = written.number()) {
    const bool is_whole = std::trunc(*number) == *number && std::fabs(*number) < 0x1p63;
    if (is_whole) return Value(static_cast<std::int64_t>(*number));
    return refusal(Type::integer, written, "it has a fraction or is too large");
  }
  const std::string* text = written.string();
  if (text == nullptr) return refusal(Type::integer, written);
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, failure] = std::from_chars(text->data(), end, number);
  if (failure == std::errc::result_out_of_range && stop == end)
    return refusal(Type::integer, written, "it does not fit in 64 bits");
  if (failure != std::errc() || stop != end) return refusal(Type::integer, written);
  return Value(number);
}

Result<Value> to_number(const Value& written) {
  if (written.number() != nullptr) return written;
  if (const std::int64_t* number = written.integer()) return Value(static_cast<double>(*number));
  const std::string* text = written.string();
  if (text == nullptr) return refusal(Type::number, written);
  double number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, failure] = std::from_chars(text->data(), end, number);
  if (failure != std::errc() || stop != end || !std::isfinite(number))
    return refusal(Type::number, written);
  return Value(number);
}

Result<Value> to_boolean(const Value& written) {
  if (written.boolean() != nullptr) return written;
  const std::string* text = written.string();
  if (text != nullptr && *text == "true") return Value(true);
  if (text != nullptr && *text == "false") return Value(false);
  return refusal(Type::boolean, written);
}

// The types that have a unit or a form of their own: `Kind` as it is, or parsed from its text.
// A bare number goes through the parser too: its message proposes the unit.
template <class Kind>
Result<Value> to_measure(Type type, const Value& written,
                         Result<Kind> (*parse)(std::string_view text)) {
  if (written.get_if<Kind>() != nullptr) return written;
  const bool is_number = written.integer() != nullptr || written.number() != nullptr;
  if (written.string() == nullptr && !is_number) return refusal(type, written);
  const std::string text = reveal(written);
  Result<Kind> parsed = parse(text);
  if (parsed) return Value(parsed.value());
  if (written.is_secret()) return refusal(type, written);
  return parsed.error();
}

template <class Kind>
Result<Value> to_collection(Type type, const Value& written) {
  if (written.get_if<Kind>() != nullptr) return written;
  const std::string* text = written.string();
  if (text == nullptr) return refusal(type, written);
  Result<Value> parsed = from_plain_json(*text);
  if (!parsed) return refusal(type, written, written.is_secret() ? "" : parsed.error().message());
  if (parsed.value().template get_if<Kind>() == nullptr) return refusal(type, written);
  return parsed;
}

Result<Value> convert(Type type, const Value& written) {
  switch (type) {
    case Type::any: return written;
    case Type::string:
    case Type::enumeration:
    case Type::site: return to_string_value(type, written);
    case Type::integer: return to_integer(written);
    case Type::number: return to_number(written);
    case Type::boolean: return to_boolean(written);
    case Type::duration: return to_measure<Duration>(type, written, parse_duration);
    case Type::size: return to_measure<Bytes>(type, written, parse_size);
    case Type::percent: return to_measure<Percent>(type, written, parse_percent);
    case Type::time: return to_measure<TimePoint>(type, written, parse_time);
    case Type::list: return to_collection<Value::List>(type, written);
    case Type::map: return to_collection<Value::Map>(type, written);
  }
  return refusal(type, written);
}

template <class Spec>
const Spec* find_spec(const std::vector<Spec>& specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [name](const Spec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name_of(Type type) {
  switch (type) {
    case Type::any: return "any";
    case Type::string: return "string";
    case Type::integer: return "int";
    case Type::number: return "number";
    case Type::boolean: return "bool";
    case Type::duration: return "duration";
    case Type::size: return "size";
    case Type::percent: return "percent";
    case Type::time: return "time";
    case Type::list: return "list";
    case Type::map: return "map";
    case Type::enumeration: return "enum";
    case Type::site: return "site";
  }
  return "any";
}

std::optional<Type> parse_type(std::string_view name) {
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(),
                                   [name](Type type) { return name_of(type) == name; });
  if (found == kTypes.end()) return std::nullopt;
  return *found;
}

Result<Value> coerce(Type type, const Value& written) {
  Result<Value> converted = convert(type, written);
  if (converted && written.has_secret_mark()) return std::move(converted).value().as_secret();
  return converted;
}

const FieldSpec* ConnectionSpec::field(std::string_view wanted) const {
  return find_spec(fields, wanted);
}

const FieldSpec* ActionSpec::input(std::string_view field) const {
  return find_spec(inputs, field);
}

const OutputSpec* ActionSpec::output(std::string_view field) const {
  return find_spec(outputs, field);
}

}  // namespace rung
