#include "base/url.h"
#include "base/utf8.h"
#include "engine/core/resolve.h"
#include "engine/core/step_rules.h"

#include <map>

namespace rung::engine {
namespace {

using runbooks::LoopSpec;

constexpr std::size_t kMaxItems = 100'000;
constexpr std::size_t kMaxKey = 100;  // bytes of an item's part of the address

Error not_usable(std::string what) {
  return {ErrorCode::invalid, std::move(what)};
}

struct Items {
  Value::List values;
  bool is_from_map = false;
};

// What is gone through: the items of a list, or the members of a map as {key, value}.
Result<Items> items_of(const Draft& draft, NodeIndex i, const LoopSpec& loop) {
  TRY(const Value in, resolve(loop.in, *draft.context().evaluator, draft.scope(i)));
  Items items;
  if (const auto* list = in.list()) {
    items.values = *list;
  } else if (const auto* map = in.map()) {
    items.is_from_map = true;
    for (const auto& [name, value] : *map)
      items.values.emplace_back(Value::Map{{"key", Value(name)}, {"value", value}});
  } else {
    return not_usable("in: a list or a map is needed, and this is " +
                      std::string(name_of(in.kind())));
  }
  if (items.values.size() > kMaxItems) {
    return not_usable("in: " + std::to_string(items.values.size()) + " items, and at most " +
                      std::to_string(kMaxItems) + " are possible: split the list");
  }
  return items;
}

bool is_plain(const Value& value) {
  return value.list() == nullptr && value.map() == nullptr && !value.is_null();
}

// By `key:`; else a plain item is its own key, a map's member goes by its name, and what is left
// by its position, from 1.
Result<std::string> key_of_item(const Draft& draft, NodeIndex i, const LoopSpec& loop,
                                const Value& item, std::size_t position, bool is_from_map) {
  if (!(loop.key == runbooks::Template{})) {
    RunScope scope = draft.scope(i);
    scope.add(loop.item, item);
    TRY(const Value key, resolve(loop.key, *draft.context().evaluator, scope));
    if (is_plain(key)) return to_text(key);
    return not_usable("key: of item " + std::to_string(position) + " is " +
                      std::string(name_of(key.kind())) + ", and must be text or a number");
  }
  if (is_from_map) return to_text(item.map()->at("key"));
  return is_plain(item) ? to_text(item) : std::to_string(position);
}

Result<std::vector<std::string>> keys_of(const Draft& draft, NodeIndex i, const LoopSpec& loop,
                                         const Items& items) {
  std::vector<std::string> keys;
  std::map<std::string, std::size_t> seen;
  for (const Value& item : items.values) {
    const std::size_t position = keys.size() + 1;
    TRY(std::string key, key_of_item(draft, i, loop, item, position, items.is_from_map));
    const std::string which = "item " + std::to_string(position);
    if (key.empty()) return not_usable("key: of " + which + " is empty");
    if (!is_utf8(key))  // the journal would have another one
      return not_usable("key: of " + which + " is not UTF-8; sub() counts bytes");
    if (percent_encode(key).size() > kMaxKey)
      return not_usable("key: of " + which + " is longer than " + std::to_string(kMaxKey) +
                        " bytes; give a shorter one by  key:");
    const auto [first, is_new] = seen.emplace(key, position);
    if (!is_new) {
      return not_usable("key: items " + std::to_string(first->second) + " and " +
                        std::to_string(position) + " have the same key, " + key +
                        "; give each its own by  key:");
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

void open_loop(Draft& draft, NodeIndex i) {
  const LoopSpec& loop = *draft.step(i).loop;
  auto items = items_of(draft, i, loop);
  if (!items) return fail_step(draft, i, invalid_input(items.error(), "for_each"));
  auto keys = keys_of(draft, i, loop, items.value());
  if (!keys) return fail_step(draft, i, invalid_input(keys.error(), "for_each"));
  draft.emit(i, state::LoopOpened{Value(std::move(items.value().values)), std::move(keys).value()});
}

}  // namespace rung::engine
