#pragma once

#include "actions/http/exchange.h"
#include "base/result.h"

#include <string>
#include <vector>

namespace rung::actions {

inline constexpr int kMaxRedirects = 10;

bool is_redirect(const HttpReply& reply);

// The request to which a redirect leads. To another origin go neither credentials
// nor any header or client certificate that could hold a secret.
//
// denied: from https to http, or a body with a secret to another origin.
Result<HttpExchange> redirected(HttpExchange exchange, const HttpReply& reply,
                                const std::vector<std::string>& secrets);

}  // namespace rung::actions
