#include "scripting/builtins.h"
#include "scripting/operators.h"

#include <algorithm>
#include <array>

namespace rung::scripting {
namespace {

constexpr std::size_t kMost = 64;

// Sorted by name. `true` at the end: it surely yields a bool.
constexpr std::array kFunctions = {
    Function{"abs", "number", 1, 1, conversions::abs},
    Function{"all", "list", 1, 1, lists::all, true},
    Function{"any", "list", 1, 1, lists::any, true},
    Function{"avg", "list", 1, 1, lists::avg},
    Function{"base64", "text", 1, 1, texts::base64},
    Function{"bool", "text", 1, 1, conversions::to_bool, true},
    Function{"capture", "text, pattern", 2, 2, texts::capture},
    Function{"ceil", "number", 1, 1, conversions::ceil},
    Function{"contains", "text, list or map, what", 2, 2, lists::contains, true},
    Function{"default", "value, other", 2, 2, conversions::default_value},
    Function{"duration", "text", 1, 1, conversions::to_duration},
    Function{"ends_with", "text, end", 2, 2, texts::ends_with, true},
    Function{"first", "list", 1, 1, lists::first},
    Function{"floor", "number", 1, 1, conversions::floor},
    Function{"format", "text, values...", 1, 33, texts::format},
    Function{"format_time", "time, format", 2, 2, conversions::format_time},
    Function{"get", "map, key, other", 3, 3, lists::get},
    Function{"int", "text or number", 1, 1, conversions::to_int},
    Function{"join", "list, separator", 2, 2, texts::join},
    Function{"json", "value", 1, 1, texts::json},
    Function{"keys", "map", 1, 1, lists::keys},
    Function{"last", "list", 1, 1, lists::last},
    Function{"len", "text, list or map", 1, 1, lists::len},
    Function{"lower", "text", 1, 1, texts::lower},
    Function{"matches", "text, pattern", 2, 2, texts::matches, true},
    Function{"max", "list or values...", 1, kMost, lists::max},
    Function{"min", "list or values...", 1, kMost, lists::min},
    Function{"number", "text or number", 1, 1, conversions::to_number},
    Function{"p50", "list", 1, 1, lists::p50},
    Function{"p90", "list", 1, 1, lists::p90},
    Function{"p95", "list", 1, 1, lists::p95},
    Function{"p99", "list", 1, 1, lists::p99},
    Function{"parse_json", "text", 1, 1, texts::parse_json},
    Function{"percent", "text or number", 1, 1, conversions::to_percent},
    Function{"percentile", "list, share", 2, 2, lists::percentile},
    Function{"pluck", "list of maps, key", 2, 2, lists::pluck},
    Function{"replace", "text, old, new", 3, 3, texts::replace},
    Function{"round", "number, digits", 1, 2, conversions::round},
    Function{"size", "text", 1, 1, conversions::to_size},
    Function{"sort", "list", 1, 1, lists::sort},
    Function{"split", "text, separator", 2, 2, texts::split},
    Function{"starts_with", "text, start", 2, 2, texts::starts_with, true},
    Function{"string", "value", 1, 1, conversions::to_string},
    Function{"sub", "text, from, to", 2, 3, texts::sub},
    Function{"sum", "list", 1, 1, lists::sum},
    Function{"time", "text", 1, 1, conversions::to_time},
    Function{"trim", "text", 1, 1, texts::trim},
    Function{"unique", "list", 1, 1, lists::unique},
    Function{"upper", "text", 1, 1, texts::upper},
    Function{"url_encode", "text", 1, 1, texts::url_encode},
    Function{"values", "map", 1, 1, lists::values},
};

}  // namespace

std::span<const Function> functions() {
  return kFunctions;
}

const Function* find_function(std::string_view name) {
  const auto* found =
      std::lower_bound(kFunctions.begin(), kFunctions.end(), name,
                       [](const Function& f, std::string_view word) { return f.name < word; });
  return found != kFunctions.end() && found->name == name ? found : nullptr;
}

Problem wrong_type(const Call& call, std::size_t i, std::string_view expected) {
  const std::string place = call.count() == 1 ? "" : "value " + std::to_string(i + 1) + " ";
  return {place + "must be " + std::string(expected) + ", not " + with_article(call[i].kind())};
}

Computed<std::size_t> find_text(std::string_view text, std::string_view part, Meter& meter) {
  if (part.empty()) return std::size_t{0};
  constexpr std::size_t kBytesPerStep = 16;
  std::size_t compared = 0;
  for (auto at = text.find(part[0]); at != std::string_view::npos;
       at = text.find(part[0], at + 1)) {
    const auto rest = text.substr(at);
    const auto end = std::mismatch(part.begin(), part.end(), rest.begin(), rest.end()).first;
    if (end == part.end()) return at;
    compared += 1 + static_cast<std::size_t>(end - part.begin());
    TRY(meter.spend(compared / kBytesPerStep));
    compared %= kBytesPerStep;
  }
  return std::string_view::npos;
}

Computed<const std::string*> text_argument(const Call& call, std::size_t i) {
  if (const auto* text = call[i].string()) return text;
  return wrong_type(call, i, "a string; write string(x)");
}

Computed<const Value::List*> list_argument(const Call& call, std::size_t i) {
  if (const auto* list = call[i].list()) return list;
  return wrong_type(call, i, "a list");
}

Computed<const Value::Map*> map_argument(const Call& call, std::size_t i) {
  if (const auto* map = call[i].map()) return map;
  return wrong_type(call, i, "a map");
}

Computed<double> number_argument(const Call& call, std::size_t i) {
  if (const auto* integer = call[i].integer()) return static_cast<double>(*integer);
  if (const auto* number = call[i].number()) return *number;
  return wrong_type(call, i, "a number");
}

Computed<std::int64_t> int_argument(const Call& call, std::size_t i) {
  if (const auto* integer = call[i].integer()) return *integer;
  return wrong_type(call, i, "an int");
}

}  // namespace rung::scripting
