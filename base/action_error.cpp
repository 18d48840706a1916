#include "base/action_error.h"

#include <algorithm>
#include <array>

namespace rung {
namespace {

constexpr std::array kErrorClasses = {
    ErrorClass::network,     ErrorClass::timeout,  ErrorClass::auth,    ErrorClass::quota,
    ErrorClass::not_found,   ErrorClass::conflict, ErrorClass::invalid, ErrorClass::refused,
    ErrorClass::unavailable, ErrorClass::internal,
};

constexpr std::array kEffectClasses = {
    EffectClass::read,  EffectClass::idempotent, EffectClass::keyed,
    EffectClass::probe, EffectClass::once,
};

template <class List>
auto find_by_name(const List& all, std::string_view name)
    -> std::optional<typename List::value_type> {
  const auto* found =
      std::find_if(all.begin(), all.end(), [name](auto one) { return name_of(one) == name; });
  if (found == all.end()) return std::nullopt;
  return *found;
}

}  // namespace

std::string_view name_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::network: return "network";
    case ErrorClass::timeout: return "timeout";
    case ErrorClass::auth: return "auth";
    case ErrorClass::quota: return "quota";
    case ErrorClass::not_found: return "not_found";
    case ErrorClass::conflict: return "conflict";
    case ErrorClass::invalid: return "invalid";
    case ErrorClass::refused: return "refused";
    case ErrorClass::unavailable: return "unavailable";
    case ErrorClass::internal: return "internal";
  }
  return "internal";
}

std::optional<ErrorClass> parse_error_class(std::string_view name) {
  return find_by_name(kErrorClasses, name);
}

std::string_view name_of(EffectClass effect_class) {
  switch (effect_class) {
    case EffectClass::read: return "read";
    case EffectClass::idempotent: return "idempotent";
    case EffectClass::keyed: return "keyed";
    case EffectClass::probe: return "probe";
    case EffectClass::once: return "once";
  }
  return "once";
}

std::optional<EffectClass> parse_effect_class(std::string_view name) {
  return find_by_name(kEffectClasses, name);
}

// The enumerators stand in the order of their promises, the strongest first.
EffectClass stricter(EffectClass a, EffectClass b) {
  return std::max(a, b);
}

}  // namespace rung
