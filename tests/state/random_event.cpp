#include "tests/state/random_event.h"

#include "state/event_format.h"

#include <array>

namespace rung::state {
namespace {

std::uint64_t below(Random& random, std::uint64_t bound) {
  return random.next() % bound;
}

std::int64_t integer(Random& random) {
  switch (below(random, 4)) {
    case 0: return 0;
    case 1: return static_cast<std::int64_t>(below(random, 100));
    case 2: return -static_cast<std::int64_t>(below(random, 1'000'000));
    default: return static_cast<std::int64_t>(random.next());
  }
}

std::string text(Random& random) {
  static constexpr std::array<std::string_view, 12> kParts{
      "a", "copy", "$", "\"", "\\", "\n", "\x01", "ä", "漢", "🚒", " ", "items[3].x"};
  std::string out;
  for (std::uint64_t i = below(random, 6); i > 0; --i) out += kParts[below(random, kParts.size())];
  return out;
}

Value value(Random& random, int depth);

Value::Map map(Random& random, int depth) {
  Value::Map out;
  for (std::uint64_t i = below(random, 4); i > 0; --i) {
    out.insert_or_assign(text(random), value(random, depth));
  }
  return out;
}

Value::List list(Random& random, int depth) {
  Value::List out;
  for (std::uint64_t i = below(random, 4); i > 0; --i) out.push_back(value(random, depth));
  return out;
}

Value value(Random& random, int depth) {
  switch (static_cast<Value::Kind>(below(random, depth > 0 ? 11 : 9))) {
    case Value::Kind::null: return {};
    case Value::Kind::boolean: return below(random, 2) == 0;
    case Value::Kind::integer: return integer(random);
    case Value::Kind::number: return random.unit() * 1e6;
    case Value::Kind::string: return text(random);
    case Value::Kind::duration: return Duration{integer(random)};
    case Value::Kind::size: return Bytes{integer(random)};
    case Value::Kind::percent: return Percent{random.unit() * 100};
    case Value::Kind::time: return TimePoint{Duration{integer(random)}};
    case Value::Kind::list: return list(random, depth - 1);
    case Value::Kind::map: return map(random, depth - 1);
  }
  return {};
}

void fill(Random& random, std::int64_t& into) {
  into = integer(random);
}
void fill(Random& random, bool& into) {
  into = below(random, 2) == 0;
}
void fill(Random& random, std::string& into) {
  into = text(random);
}
void fill(Random& random, Value& into) {
  into = value(random, 3);
}
void fill(Random& random, Value::Map& into) {
  into = map(random, 3);
}
void fill(Random& random, TimePoint& into) {
  into = TimePoint{Duration{integer(random)}};
}
void fill(Random& random, RunStatus& into) {
  into = static_cast<RunStatus>(below(random, 11));
}
void fill(Random& random, PauseReason& into) {
  into = static_cast<PauseReason>(below(random, 5));
}
void fill(Random& random, Ending& into) {
  into = static_cast<Ending>(below(random, 4));
}
void fill(Random& random, AttemptEnd& into) {
  into = static_cast<AttemptEnd>(below(random, 3));
}
void fill(Random& random, Turn& into) {
  into = static_cast<Turn>(below(random, 3));
}
void fill(Random& random, EffectClass& into) {
  into = static_cast<EffectClass>(below(random, 5));
}
void fill(Random& random, ActionError& into) {
  into = {static_cast<ErrorClass>(below(random, 10)), text(random)};
}
void fill(Random& random, Host& into) {
  into = {text(random), text(random), text(random), text(random)};
}
void fill(Random& random, std::vector<std::string>& into) {
  for (std::uint64_t i = below(random, 4); i > 0; --i) into.push_back(text(random));
}
void fill(Random& random, std::optional<TimePoint>& into) {
  if (below(random, 2) == 0) fill(random, into.emplace());
}

template <class E>
Payload random_payload(Random& random) {
  E event;
  std::apply([&](const auto&... field) { (fill(random, event.*field.member), ...); },
             Format<E>::fields);
  return event;
}

template <class... E>
Payload random_alternative(Random& random, const std::variant<E...>*) {
  static constexpr std::array kMakers{random_payload<E>...};
  return kMakers[below(random, kMakers.size())](random);
}

}  // namespace

Event random_event(Random& random) {
  TimePoint at{Duration{integer(random)}};
  std::string step = text(random);
  return {at, std::move(step), random_alternative(random, static_cast<const Payload*>(nullptr))};
}

}  // namespace rung::state
