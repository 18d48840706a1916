#include "state/codec.h"

#include "base/json.h"
#include "base/utf8.h"
#include "state/event_format.h"
#include "state/names.h"

#include <algorithm>
#include <charconv>
#include <concepts>

namespace rung::state {
namespace {

// Writing: straight into the text, without a Value in between. Small events are on the hot path.

void write(std::string& out, std::int64_t number) {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  out.append(digits, end);
}

void write(std::string& out, const std::string& text) {
  append_json_string(out, text);
}
void write(std::string& out, bool value) {
  out += value ? "true" : "false";
}
void write(std::string& out, TimePoint time) {
  write(out, time.time_since_epoch().count());
}
void write(std::string& out, const std::optional<TimePoint>& time) {
  write(out, *time);
}
void write(std::string& out, const Value& value) {
  out += to_journal_json(value);
}

void write_name(std::string& out, std::string_view name) {
  out += '"';
  out += name;
  out += '"';
}
void write(std::string& out, RunStatus v) {
  write_name(out, name_of(v));
}
void write(std::string& out, PauseReason v) {
  write_name(out, name_in(kPauseReasonNames, v));
}
void write(std::string& out, Ending v) {
  write_name(out, name_in(kEndingNames, v));
}
void write(std::string& out, AttemptEnd v) {
  write_name(out, name_in(kAttemptEndNames, v));
}
void write(std::string& out, Turn v) {
  write_name(out, name_in(kTurnNames, v));
}
void write(std::string& out, EffectClass v) {
  write_name(out, rung::name_of(v));
}

bool is_plain_key(const std::string& key) {
  return !key.starts_with('$') && is_utf8(key);
}

void write(std::string& out, const Value::Map& map) {
  const bool has_plain_keys = std::all_of(
      map.begin(), map.end(), [](const auto& member) { return is_plain_key(member.first); });
  if (!has_plain_keys) {
    out += to_journal_json(Value{map});
    return;
  }
  char separator = '{';
  for (const auto& [key, value] : map) {
    out += separator;
    separator = ',';
    append_json_string(out, key);
    out += ':';
    write(out, value);
  }
  out += map.empty() ? "{}" : "}";
}

void write(std::string& out, const std::vector<std::string>& texts) {
  char separator = '[';
  for (const std::string& text : texts) {
    out += separator;
    separator = ',';
    write(out, text);
  }
  out += texts.empty() ? "[]" : "]";
}

void write(std::string& out, const ActionError& error) {
  out += R"({"class":)";
  write_name(out, rung::name_of(error.error_class));
  out += R"(,"message":)";
  write(out, error.message);
  out += '}';
}

void write(std::string& out, const Host& host) {
  out += R"({"boot":)";
  write(out, host.boot_id);
  out += R"(,"machine":)";
  write(out, host.machine_id);
  out += R"(,"name":)";
  write(out, host.name);
  out += R"(,"pid_ns":)";
  write(out, host.pid_namespace);
  out += '}';
}

// Two hosts are the same whatever their names; a name alone is worth writing all the same.
bool is_default(const Host& host, const Host& none) {
  return host == none && host.name.empty();
}
// An empty secret differs from nothing.
bool is_default(const Value& value, const Value&) {
  return value.is_null() && !value.has_secret_mark();
}
template <class M>
bool is_default(const M& value, const M& none) {
  return value == none;
}

template <class E>
const E& default_of() {
  static const E event;
  return event;
}

// Of most payloads that are not empty: an intent with few inputs.
constexpr std::size_t kUsualBytes = 120;

template <class E>
std::string write_payload(const E& event) {
  std::string out;
  const auto write_field = [&](const auto& field) {
    const auto& value = event.*field.member;
    if (is_default(value, default_of<E>().*field.member)) return;
    if (out.empty()) out.reserve(kUsualBytes);
    out += out.empty() ? R"({")" : R"(,")";
    out += field.key;
    out += R"(":)";
    write(out, value);
  };
  std::apply([&](const auto&... field) { (write_field(field), ...); }, Format<E>::fields);
  if (!out.empty()) out += '}';
  return out;
}

// Reading. False: not what `write` writes.

bool read(Value& from, std::int64_t& into) {
  if (from.integer() == nullptr) return false;
  into = *from.integer();
  return true;
}
bool read(Value& from, std::string& into) {
  if (from.string() == nullptr) return false;
  into = *from.string();
  return true;
}
bool read(Value& from, bool& into) {
  if (from.boolean() == nullptr) return false;
  into = *from.boolean();
  return true;
}
bool read(Value& from, TimePoint& into) {
  std::int64_t ns = 0;
  if (!read(from, ns)) return false;
  into = TimePoint{Duration{ns}};
  return true;
}
bool read(Value& from, std::optional<TimePoint>& into) {
  return read(from, into.emplace());
}
bool read(Value& from, Value& into) {
  into = std::move(from);
  return true;
}
bool read(Value& from, Value::Map& into) {
  Value::Map* map = from.map();
  if (map == nullptr) return false;
  into = std::move(*map);
  return true;
}
bool read(Value& from, std::vector<std::string>& into) {
  Value::List* list = from.list();
  if (list == nullptr) return false;
  return std::all_of(list->begin(), list->end(),
                     [&](Value& item) { return read(item, into.emplace_back()); });
}

template <class E>
bool keep(std::optional<E> parsed, E& into) {
  if (parsed) into = *parsed;
  return parsed.has_value();
}
bool read(Value& from, RunStatus& into) {
  return from.string() != nullptr && keep(parse_run_status(*from.string()), into);
}
bool read(Value& from, PauseReason& into) {
  return from.string() != nullptr &&
         keep(parse_in<PauseReason>(kPauseReasonNames, *from.string()), into);
}
bool read(Value& from, Ending& into) {
  return from.string() != nullptr && keep(parse_in<Ending>(kEndingNames, *from.string()), into);
}
bool read(Value& from, AttemptEnd& into) {
  return from.string() != nullptr &&
         keep(parse_in<AttemptEnd>(kAttemptEndNames, *from.string()), into);
}
bool read(Value& from, Turn& into) {
  return from.string() != nullptr && keep(parse_in<Turn>(kTurnNames, *from.string()), into);
}
bool read(Value& from, EffectClass& into) {
  return from.string() != nullptr && keep(parse_effect_class(*from.string()), into);
}
bool read(Value& from, ErrorClass& into) {
  return from.string() != nullptr && keep(parse_error_class(*from.string()), into);
}

template <class T>
bool read_member(Value::Map& map, std::string_view key, T& into) {
  const auto found = map.find(key);
  return found != map.end() && read(found->second, into);
}
bool read(Value& from, ActionError& into) {
  Value::Map* map = from.map();
  return map != nullptr && map->size() == 2 && read_member(*map, "class", into.error_class) &&
         read_member(*map, "message", into.message);
}
bool read(Value& from, Host& into) {
  Value::Map* map = from.map();
  return map != nullptr && map->size() == 4 && read_member(*map, "boot", into.boot_id) &&
         read_member(*map, "machine", into.machine_id) && read_member(*map, "name", into.name) &&
         read_member(*map, "pid_ns", into.pid_namespace);
}

std::string about(const EventType& type) {
  return "event " + std::string(type.name);
}

template <class E>
Result<void> read_fields(Value::Map& map, E& event) {
  std::size_t known = 0;
  std::string_view wrong;
  const auto read_field = [&](const auto& field) {
    const auto found = map.find(field.key);
    if (found == map.end()) return;
    ++known;
    if (!read(found->second, event.*field.member)) wrong = field.key;
  };
  std::apply([&](const auto&... field) { (read_field(field), ...); }, Format<E>::fields);
  if (!wrong.empty()) {
    return Error{ErrorCode::corrupt, about(Format<E>::type) + ": its field \"" +
                                         std::string(wrong) + "\" holds something else"};
  }
  if (known != map.size()) {
    return Error{ErrorCode::conflict, about(Format<E>::type) +
                                          " has a field that this version of rung does not know: "
                                          "the run needs a newer rung"};
  }
  return success();
}

template <class E>
Result<Payload> read_payload(const std::string& json) {
  E event;
  if (json.empty()) return Payload{std::move(event)};
  auto value = from_journal_json(json);
  if (!value) {
    return std::move(value).error().with_context(about(Format<E>::type));
  }
  Value::Map* map = value.value().map();
  if (map == nullptr) {
    return Error{ErrorCode::corrupt, about(Format<E>::type) + ": its payload is no JSON object"};
  }
  TRY(read_fields(*map, event));
  return Payload{std::move(event)};
}

// One row for each alternative of Payload, in its order.
struct Row {
  EventType type;
  Result<Payload> (*read)(const std::string& json);
  std::vector<std::string_view> (*keys)();
};

template <class E>
std::vector<std::string_view> keys_of() {
  return std::apply(
      [](const auto&... field) { return std::vector<std::string_view>{field.key...}; },
      Format<E>::fields);
}

template <class... E>
constexpr std::array<Row, sizeof...(E)> rows_of(const std::variant<E...>*) {
  return {Row{Format<E>::type, read_payload<E>, keys_of<E>}...};
}
constexpr auto kRows = rows_of(static_cast<const Payload*>(nullptr));

constexpr bool numbers_grow() {
  for (std::size_t i = 1; i < kRows.size(); ++i) {
    if (kRows[i - 1].type.number >= kRows[i].type.number) return false;
  }
  return true;
}
static_assert(numbers_grow(), "a type number is used once, and found by bisection");

const Row* find_row(std::int32_t type) {
  const auto found =
      std::lower_bound(kRows.begin(), kRows.end(), type,
                       [](const Row& row, std::int32_t t) { return row.type.number < t; });
  return found != kRows.end() && found->type.number == type ? &*found : nullptr;
}

}  // namespace

EncodedEvent encode(const Event& event) {
  const EventType& type = kRows[event.payload.index()].type;
  return {type.number, type.version, event.at, event.step,
          std::visit([](const auto& payload) { return write_payload(payload); }, event.payload)};
}

Result<Event> decode(const EncodedEvent& encoded) {
  const Row* row = find_row(encoded.type);
  if (row == nullptr || encoded.version > row->type.version) {
    return Error{ErrorCode::conflict, "event type " + std::to_string(encoded.type) + " version " +
                                          std::to_string(encoded.version) +
                                          " is not known to this version of rung: the run needs a "
                                          "newer rung"};
  }
  if (encoded.version < 1) {
    return Error{ErrorCode::corrupt, about(row->type) + " has version " +
                                         std::to_string(encoded.version) + ", which never was"};
  }
  TRY(auto payload, row->read(encoded.payload));
  return Event{encoded.at, encoded.step, std::move(payload)};
}

std::string_view name_of(const Payload& payload) {
  return kRows[payload.index()].type.name;
}

std::string_view name_of_type(std::int32_t type) {
  const Row* row = find_row(type);
  return row == nullptr ? std::string_view{} : row->type.name;
}

std::vector<EventFormat> event_formats() {
  std::vector<EventFormat> formats;
  formats.reserve(kRows.size());
  for (const Row& row : kRows) {
    formats.push_back({row.type.number, row.type.version, row.type.name, row.keys()});
  }
  return formats;
}

}  // namespace rung::state
