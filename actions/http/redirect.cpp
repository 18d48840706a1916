#include "actions/http/redirect.h"

#include "actions/secrets.h"
#include "base/url.h"

#include <algorithm>
#include <cctype>

namespace rung::actions {
namespace {

// As it is, however short, or encoded.
bool holds_secret(const std::string& text, const std::vector<std::string>& secrets) {
  const bool is_plain = std::any_of(secrets.begin(), secrets.end(), [&](const auto& secret) {
    return !secret.empty() && text.find(secret) != std::string::npos;
  });
  return is_plain || mask(text, secrets) != text;
}

bool is_credential(std::string name) {
  for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name == "authorization" || name == "cookie" || name == "proxy-authorization";
}

// What a browser does: only 307 and 308 keep the method of a request that acts.
bool becomes_get(const HttpExchange& exchange, int status) {
  if (exchange.method == "HEAD" || status == 307 || status == 308) return false;
  return status == 303 || exchange.method == "POST";
}

void make_get(HttpExchange& exchange) {
  exchange.method = "GET";
  exchange.body.clear();
  exchange.has_body = false;
  exchange.is_body_secret = false;
  std::erase_if(exchange.headers, [](const auto& header) {
    auto name = header.first;
    for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name == "content-type";
  });
}

}  // namespace

bool is_redirect(const HttpReply& reply) {
  const auto status = reply.status;
  const bool is_one =
      status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  return reply.end == HttpEnd::answered && is_one && !reply.redirect_url.empty();
}

Result<HttpExchange> redirected(HttpExchange exchange, const HttpReply& reply,
                                const std::vector<std::string>& secrets) {
  const auto from = url_origin(exchange.url);
  const auto to = url_origin(reply.redirect_url);
  if (from.starts_with("https://") && !to.starts_with("https://")) {
    return Error(ErrorCode::denied, "redirected from " + from + " to " + to +
                                        ", which is not encrypted; ask that server's owner, or "
                                        "name the final URL yourself");
  }
  if (becomes_get(exchange, reply.status)) make_get(exchange);
  if (from != to) {
    if (exchange.is_body_secret || holds_secret(exchange.body, secrets)) {
      return Error(ErrorCode::denied, "redirected from " + from + " to " + to +
                                          " with a body that holds a secret; name the final URL " +
                                          "yourself if that host may have it");
    }
    std::erase_if(exchange.headers, [&](const auto& header) {
      return is_credential(header.first) || holds_secret(header.second, secrets);
    });
    exchange.client_cert.clear();
    exchange.client_key.clear();
  }
  exchange.url = reply.redirect_url;
  return exchange;
}

}  // namespace rung::actions
