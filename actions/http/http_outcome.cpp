#include "actions/http/http_outcome.h"

#include "actions/secrets.h"
#include "actions/text.h"
#include "base/json.h"

#include <algorithm>

namespace rung::actions {
namespace {

constexpr std::size_t kShownBytes = 200;

ErrorClass class_of(HttpEnd end) {
  switch (end) {
    case HttpEnd::resolve:
    case HttpEnd::connect:
    case HttpEnd::tls:
    case HttpEnd::connection_lost: return ErrorClass::network;
    case HttpEnd::untrusted: return ErrorClass::auth;
    case HttpEnd::invalid: return ErrorClass::invalid;
    case HttpEnd::timeout: return ErrorClass::timeout;
    case HttpEnd::library_missing: return ErrorClass::unavailable;
    case HttpEnd::answered:
    case HttpEnd::cancelled:
    case HttpEnd::other: break;
  }
  return ErrorClass::internal;
}

std::string sentence_of(HttpEnd end) {
  switch (end) {
    case HttpEnd::resolve: return "the host has no address";
    case HttpEnd::connect: return "no connection";
    case HttpEnd::tls: return "the TLS handshake failed";
    case HttpEnd::untrusted:
      return "the server's certificate is not trusted (is `ca_file:` missing?)";
    case HttpEnd::invalid: return "the request cannot be made";
    case HttpEnd::connection_lost: return "the connection was lost";
    case HttpEnd::timeout: return "no reply in time";
    case HttpEnd::cancelled: return "ended";
    case HttpEnd::answered:
    case HttpEnd::library_missing:
    case HttpEnd::other: break;
  }
  return "it failed";
}

// Its bytes as they came: text that is made UTF-8 first may hide a secret from the mask.
std::string masked_body(const HttpUse& use, const HttpReply& reply) {
  return reply.is_truncated ? mask_cut(reply.body, use.secrets) : mask(reply.body, use.secrets);
}

// An end without a whole reply.
Outcome without_reply(const HttpUse& use, const HttpReply& reply) {
  const auto why = as_utf8(mask(reply.why, use.secrets));
  std::string message = use.shown + ": " + sentence_of(reply.end) + ": " + why;
  const bool may_have_acted = reply.was_sent || use.has_acted;
  if (may_have_acted && use.effect_class != EffectClass::read) {
    message += "; the request was sent, so whether it took effect is open";
  }
  ActionError error{class_of(reply.end), std::move(message)};
  if (may_have_acted) return Unknown{std::move(error)};
  return NotDone{std::move(error)};
}

bool is_html(const HttpReply& reply) {
  return reply.header("content-type").find("html") != std::string::npos;
}

ActionError unexpected(const HttpUse& use, const HttpReply& reply) {
  std::string message = use.shown + ": the reply is " + std::to_string(reply.status);
  if (!use.expected.empty()) {
    message += ", expected";
    for (const int status : use.expected) message += " " + std::to_string(status);
  }
  // Masked before it is cut: a part of a secret is not found any more.
  const auto body = is_html(reply) ? std::string() : masked_body(use, reply);
  const auto words = last_lines(std::string_view(body).substr(0, kShownBytes), 3, 250);
  if (!words.empty()) message += ": " + words;
  return {class_of_status(reply.status), std::move(message)};
}

// Whether an intermediary's answer leaves it open what the server behind it did.
bool is_left_open(const HttpUse& use, int status) {
  const bool is_harmless_again =
      use.effect_class == EffectClass::read || use.effect_class == EffectClass::idempotent;
  return !is_harmless_again && (status == 502 || status == 504);
}

Value json_of(const HttpReply& reply) {
  if (reply.is_truncated) return {};
  const auto begin = reply.body.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  const bool says_json = reply.header("content-type").find("json") != std::string::npos;
  const bool looks_so = reply.body[begin] == '{' || reply.body[begin] == '[';
  if (!says_json && !looks_so) return {};
  auto value = from_plain_json(reply.body);
  return value ? std::move(value).value() : Value();
}

Value headers_of(const HttpReply& reply) {
  Value::Map out;
  for (const auto& [name, value] : reply.headers) {
    // A session's secret, which no journal should hold.
    if (name != "set-cookie") out.insert_or_assign(name, Value(as_utf8(reply.header(name))));
  }
  return Value(std::move(out));
}

}  // namespace

ErrorClass class_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
    case 407: return ErrorClass::auth;
    case 404:
    case 410: return ErrorClass::not_found;
    case 408: return ErrorClass::timeout;
    case 409:
    case 412:
    case 423: return ErrorClass::conflict;
    case 429: return ErrorClass::quota;
    case 400:
    case 422: return ErrorClass::invalid;
    default: return status >= 500 ? ErrorClass::unavailable : ErrorClass::refused;
  }
}

Outcome outcome_of(const HttpUse& use, HttpReply reply) {
  if (reply.end != HttpEnd::answered) return without_reply(use, reply);
  const auto& expected = use.expected;
  const bool is_expected = expected.empty() ? reply.status < 400
                                            : std::find(expected.begin(), expected.end(),
                                                        reply.status) != expected.end();
  if (!is_expected) {
    if (is_left_open(use, reply.status) || use.has_acted) return Unknown{unexpected(use, reply)};
    return Failed{unexpected(use, reply)};
  }
  Done done;
  done.outputs.emplace("code", Value(std::int64_t{reply.status}));
  done.outputs.emplace("json", json_of(reply));
  done.outputs.emplace("headers", headers_of(reply));
  done.outputs.emplace("truncated", Value(reply.is_truncated));
  done.outputs.emplace("elapsed", Value(use.elapsed));
  done.outputs.emplace("body", Value(as_utf8(masked_body(use, reply))));
  return done;
}

}  // namespace rung::actions
