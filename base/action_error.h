#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rung {

// Why an action did not do its work: data for the author's policy, not an `Error` of ours.
enum class ErrorClass : unsigned char {
  network,
  timeout,
  auth,
  quota,
  not_found,
  conflict,
  invalid,
  refused,
  unavailable,
  internal
};

// Whether the target may have been changed all the same.
enum class EffectOnError : unsigned char { none, unknown };

struct ActionError {
  ErrorClass error_class = ErrorClass::internal;
  std::string message;  // one sentence for the operator, without a secret
  friend bool operator==(const ActionError&, const ActionError&) = default;
};

std::string_view name_of(ErrorClass error_class);
std::optional<ErrorClass> parse_error_class(std::string_view name);

// What a repetition of this use of an action would do. Each use has exactly one.
enum class EffectClass : unsigned char { read, idempotent, keyed, probe, once };
std::string_view name_of(EffectClass effect_class);
std::optional<EffectClass> parse_effect_class(std::string_view name);
// The one that promises less.
EffectClass stricter(EffectClass a, EffectClass b);

}  // namespace rung
