#include "scripting/builtins.h"
#include "scripting/operators.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace rung::scripting::lists {
namespace {

Computed<Value> copied(const Call& call, const Value& value) {
  const auto bytes = footprint(value);
  TRY(call.meter.spend(bytes / 64));
  TRY(call.meter.hold(bytes));
  return value;
}

Computed<const Value::List*> filled_list(const Call& call) {
  TRY(const auto* list, list_argument(call, 0));
  if (list->empty()) return Problem{"the list is empty; test it first: len(list) > 0"};
  return list;
}

// Whether one element is (any), or is not (all), `wanted`.
Computed<bool> has_bool(const Call& call, bool wanted) {
  TRY(const auto* list, list_argument(call, 0));
  bool is_found = false;
  for (const auto& element : *list) {
    TRY(call.meter.spend(1));
    if (element.boolean() == nullptr)
      return Problem{"the list must hold bools, not " + with_article(element.kind())};
    is_found = is_found || *element.boolean() == wanted;
  }
  return is_found;
}

// The least (or greatest) of the arguments, or of the one list that is given.
Computed<Value> extreme(const Call& call, bool is_least) {
  std::vector<const Value*> candidates(call.arguments.begin(), call.arguments.end());
  if (call.count() == 1) {
    TRY(const auto* list, filled_list(call));
    TRY(call.meter.spend(list->size()));
    TRY(call.meter.hold(list->size() * sizeof(void*)));
    candidates.clear();
    for (const auto& element : *list) candidates.push_back(&element);
  }
  const Value* best = candidates.front();
  for (const auto* candidate : candidates) {
    if (candidate->is_null()) return Problem{"a value is null; null has no order"};
    TRY(const auto order, compare(*candidate, *best));
    if (is_least ? order < 0 : order > 0) best = candidate;
  }
  return copied(call, *best);
}

// The list that is the first argument, sorted.
Computed<Value> in_order(const Call& call) {
  TRY(const auto* list, list_argument(call, 0));
  for (const auto& element : *list) {
    TRY(call.meter.spend(1));
    TRY(compare(element, list->front()));  // so that the order below cannot fail
  }
  const auto size = list->size();
  TRY(call.meter.spend(size * static_cast<std::size_t>(std::log2(size + 1))));
  TRY(auto sorted, copied(call, call[0]));
  std::stable_sort(sorted.list()->begin(), sorted.list()->end(),
                   [](const Value& a, const Value& b) { return compare(a, b).value() < 0; });
  return sorted;
}

// The least element that so many per cent of the list do not exceed: always one that is there.
Computed<Value> nearest_rank(const Call& call, double share) {
  TRY(const auto* list, filled_list(call));
  if (!(share > 0 && share <= 100)) return Problem{"a percentile is above 0 and at most 100"};
  TRY(const auto sorted, in_order(call));
  const auto size = list->size();
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(size) / 100));
  return copied(call, (*sorted.list())[std::clamp(rank, std::size_t{1}, size) - 1]);
}

// Any two values have an order here, so that equal ones are found among many.
class TotalOrder {
 public:
  explicit TotalOrder(Meter& meter, bool& is_over_budget)
      : meter_(meter), is_over_budget_(is_over_budget) {}

  bool operator()(const Value* a, const Value* b) const { return order(*a, *b) < 0; }

 private:
  static int family(const Value& value) {
    constexpr int kApart = 100;  // NaN, which has no place among the numbers
    if (is_nan(value)) return kApart;
    const auto kind = value.kind();
    return static_cast<int>(kind == Value::Kind::number ? Value::Kind::integer : kind);
  }

  int order(const Value& a, const Value& b) const {
    if (is_over_budget_ || !meter_.spend(1)) {
      is_over_budget_ = true;
      return 0;
    }
    if (family(a) != family(b)) return family(a) < family(b) ? -1 : 1;
    if (a.is_null() || is_nan(a)) return 0;
    if (a.boolean() != nullptr) return int{*a.boolean()} - int{*b.boolean()};
    if (a.list() != nullptr) return order(*a.list(), *b.list());
    if (a.map() != nullptr) return order(*a.map(), *b.map());
    const auto result = compare(a, b).value();  // scalars of one type always have an order
    return result < 0 ? -1 : result > 0 ? 1 : 0;
  }
  int order(const Value::List& a, const Value::List& b) const {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
      if (const int element = order(a[i], b[i]); element != 0) return element;
    return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
  }
  int order(const Value::Map& a, const Value::Map& b) const {
    auto i = a.begin();
    auto j = b.begin();
    for (; i != a.end() && j != b.end(); ++i, ++j) {
      if (const int key = i->first.compare(j->first); key != 0) return key;
      if (const int member = order(i->second, j->second); member != 0) return member;
    }
    return i != a.end() ? 1 : j != b.end() ? -1 : 0;
  }

  Meter& meter_;
  bool& is_over_budget_;
};

}  // namespace

Computed<Value> first(const Call& call) {
  TRY(const auto* list, filled_list(call));
  return copied(call, list->front());
}

Computed<Value> last(const Call& call) {
  TRY(const auto* list, filled_list(call));
  return copied(call, list->back());
}

Computed<Value> len(const Call& call) {
  const auto counted = [](std::size_t n) { return Value(static_cast<std::int64_t>(n)); };
  if (const auto* text = call[0].string()) return counted(text->size());
  if (const auto* list = call[0].list()) return counted(list->size());
  if (const auto* map = call[0].map()) return counted(map->size());
  return wrong_type(call, 0, "a string, list or map");
}

Computed<Value> keys(const Call& call) {
  TRY(const auto* map, map_argument(call, 0));
  Value::List keys;
  for (const auto& [key, member] : *map) {
    TRY(call.meter.spend(1));
    TRY(call.meter.hold(sizeof(Value) + key.size()));
    keys.emplace_back(key);
  }
  return Value(std::move(keys));
}

Computed<Value> values(const Call& call) {
  TRY(const auto* map, map_argument(call, 0));
  Value::List values;
  for (const auto& [key, member] : *map) {
    TRY(auto value, copied(call, member));
    values.push_back(std::move(value));
  }
  return Value(std::move(values));
}

Computed<Value> get(const Call& call) {
  TRY(map_argument(call, 0));
  TRY(const auto* key, text_argument(call, 1));
  const Value* member = call[0].member(*key);
  return copied(call, member == nullptr || member->is_null() ? call[2] : *member);
}

Computed<Value> pluck(const Call& call) {
  TRY(const auto* list, list_argument(call, 0));
  TRY(const auto* key, text_argument(call, 1));
  Value::List members;
  for (const auto& element : *list) {
    const Value* member = element.member(*key);
    if (element.map() == nullptr)
      return Problem{"the list must hold maps, not " + with_article(element.kind())};
    if (member == nullptr) return Problem{"a map in the list has no such key", ": " + *key};
    TRY(auto value, copied(call, *member));
    members.push_back(std::move(value));
  }
  return Value(std::move(members));
}

Computed<Value> contains(const Call& call) {
  if (const auto* text = call[0].string()) {
    TRY(const auto* part, text_argument(call, 1));
    TRY(call.meter.spend(text->size() / 16 + part->size() / 16));
    TRY(const auto place, find_text(*text, *part, call.meter));
    return Value(place != std::string::npos);
  }
  if (call[0].map() != nullptr) {
    TRY(const auto* key, text_argument(call, 1));
    return Value(call[0].member(*key) != nullptr);
  }
  if (call[0].list() == nullptr) return wrong_type(call, 0, "a string, list or map");
  for (const auto& element : *call[0].list()) {
    TRY(const bool is_same, equal(element, call[1], call.meter));
    if (is_same) return Value(true);
  }
  return Value(false);
}

Computed<Value> any(const Call& call) {
  TRY(const bool is_found, has_bool(call, true));
  return Value(is_found);
}

Computed<Value> all(const Call& call) {
  TRY(const bool is_found, has_bool(call, false));
  return Value(!is_found);
}

Computed<Value> sum(const Call& call) {
  TRY(const auto* list, list_argument(call, 0));
  if (list->empty()) return Value(0);
  Value total = list->front();
  if (total.integer() == nullptr && total.number() == nullptr &&
      total.kind() != Value::Kind::duration && total.kind() != Value::Kind::size &&
      total.kind() != Value::Kind::percent)
    return Problem{"the list must hold numbers, durations, sizes or percentages, not " +
                   with_article(total.kind())};
  for (std::size_t i = 1; i < list->size(); ++i) {
    TRY(call.meter.spend(1));
    TRY(total, arithmetic("+", total, (*list)[i]));
  }
  return total;
}

// The mean of ints may be a fraction, as with `/`.
Computed<Value> avg(const Call& call) {
  TRY(const auto* list, filled_list(call));
  TRY(const Value total, sum(call));
  return arithmetic("/", total, Value(static_cast<std::int64_t>(list->size())));
}

Computed<Value> percentile(const Call& call) {
  TRY(const double share, number_argument(call, 1));
  return nearest_rank(call, share);
}
Computed<Value> p50(const Call& call) {
  return nearest_rank(call, 50);
}
Computed<Value> p90(const Call& call) {
  return nearest_rank(call, 90);
}
Computed<Value> p95(const Call& call) {
  return nearest_rank(call, 95);
}
Computed<Value> p99(const Call& call) {
  return nearest_rank(call, 99);
}

Computed<Value> min(const Call& call) {
  return extreme(call, true);
}
Computed<Value> max(const Call& call) {
  return extreme(call, false);
}

Computed<Value> sort(const Call& call) {
  return in_order(call);
}

Computed<Value> unique(const Call& call) {
  TRY(const auto* list, list_argument(call, 0));
  bool is_over_budget = false;
  std::set<const Value*, TotalOrder> seen(TotalOrder(call.meter, is_over_budget));
  Value::List kept;
  for (const auto& element : *list) {
    TRY(call.meter.spend(1));
    if (!seen.insert(&element).second) continue;
    TRY(auto value, copied(call, element));
    kept.push_back(std::move(value));
  }
  return Value(std::move(kept));
}

}  // namespace rung::scripting::lists
