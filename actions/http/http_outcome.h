#pragma once

#include "actions/http/exchange.h"
#include "base/outcome.h"

#include <string>
#include <vector>

namespace rung::actions {

// What a reply is judged by.
struct HttpUse {
  std::string shown;  // "POST https://api.example.org/x", without a secret
  EffectClass effect_class = EffectClass::once;
  std::vector<int> expected;         // statuses; empty: all below 400
  std::vector<std::string> secrets;  // masked in messages
  Duration elapsed{};
  bool has_acted = false;  // an earlier request of this use was answered, and may have acted
};

// The outcome of an exchange:
//   before the first byte of the request   NotDone
//   after it, without a whole reply        Unknown
//   an expected status                     Done
//   502, 504 where a repetition acts again Unknown: a proxy lost the reply
//   any other status                       Failed, its class by the status
Outcome outcome_of(const HttpUse& use, HttpReply reply);

// 401 403 407 auth, 404 410 not_found, 408 timeout, 409 412 423 conflict, 429 quota, 400 422
// invalid, other 4xx refused, 5xx unavailable.
ErrorClass class_of_status(int status);

}  // namespace rung::actions
