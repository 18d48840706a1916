#pragma once

#include "actions/action.h"
#include "actions/http/exchange.h"

#include <string>
#include <vector>

namespace rung::actions {

std::vector<FieldSpec> http_fields();
std::vector<OutputSpec> http_outputs();

// The method of a use: the action's own ("http.get"), else the input, else GET. Upper case.
// Empty where the input is not known yet.
std::string http_method(const std::string& fixed_method, const Value::Map& with);

// GET and HEAD read; PUT and DELETE are idempotent; the rest acts once, or by key where the
// author names the header in which the server takes one.
EffectClass http_effect_class(const std::string& method, const Value::Map& with);

// What is wrong with the inputs, without I/O.
std::vector<std::string> check_http(const std::string& method, const Value::Map& with);

// The first request of a use, its address checked, its body built.
// invalid: the URL is none, a header would break the request, a body with GET, ...
Result<HttpExchange> exchange_from(const std::string& method, const RunRequest& request);

// The statuses that count as success; empty: all below 400.
std::vector<int> expected_statuses(const Value::Map& with);
bool follows_redirects(const std::string& method, const Value::Map& with);

// "POST https://api.example.org/x": what messages may say of the request.
std::string request_for_people(const std::string& method, const Value::Map& with);

}  // namespace rung::actions
