#include "actions/http/http_inputs.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/url.h"

#include <algorithm>

namespace rung::actions {
namespace {

const Value* given(const Value::Map& with, std::string_view name) {
  const auto found = with.find(name);
  return found == with.end() || found->second.is_null() ? nullptr : &found->second;
}

std::string text_in(const Value::Map& with, std::string_view name) {
  const auto* value = given(with, name);
  return value == nullptr ? std::string() : reveal(*value);
}

Duration duration_in(const Value::Map& with, std::string_view name, Duration otherwise) {
  const auto* value = given(with, name);
  const auto* duration = value == nullptr ? nullptr : value->get_if<Duration>();
  return duration == nullptr ? otherwise : *duration;
}

Error refused(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

Result<void> check_url(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return refused("url begins with neither http:// nor https://");
  }
  const auto is_bad = [](char c) { return is_control(c) || c == ' '; };
  if (std::any_of(url.begin(), url.end(), is_bad)) {
    return refused("url holds a space or a control character; write %20, or take the value from " +
                   std::string("an expression, which is encoded for you"));
  }
  const auto host_begin = url.find("://") + 3;
  if (url.find_first_of("/?#", host_begin) == host_begin || host_begin == url.size()) {
    return refused("url names no host");
  }
  return success();
}

void append_pair(std::string& out, const std::string& name, const Value& value) {
  if (!out.empty()) out += '&';
  out += percent_encode(name) + '=' + percent_encode(value.is_null() ? "" : reveal(value));
}

// a=1&b=2; a list repeats its name.
std::string urlencoded(const Value::Map& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (const auto* items = value.list()) {
      for (const auto& item : *items) append_pair(out, name, item);
    } else {
      append_pair(out, name, value);
    }
  }
  return out;
}

std::string with_query(std::string url, const Value::Map& with) {
  url.resize(std::min(url.find('#'), url.size()));
  const auto* query = given(with, "query");
  if (query == nullptr || query->map() == nullptr || query->map()->empty()) return url;
  url += url.find('?') == std::string::npos ? '?' : '&';
  return url + urlencoded(*query->map());
}

Result<void> add_headers(HttpExchange& exchange, const Value::Map& with) {
  const auto* headers = given(with, "headers");
  if (headers == nullptr || headers->map() == nullptr) return success();
  for (const auto& [name, value] : *headers->map()) {
    if (!is_token(name)) return refused("headers: \"" + name + "\" is no header name");
    if (value.is_null()) continue;
    auto text = reveal(value);
    if (std::any_of(text.begin(), text.end(), is_control)) {
      return refused("headers." + name + " holds a line break or a control character");
    }
    exchange.headers.emplace_back(name, std::move(text));
  }
  return success();
}

bool has_header(const HttpExchange& exchange, std::string_view lower_name) {
  const auto same = [&](const auto& header) {
    const auto& name = header.first;
    return name.size() == lower_name.size() &&
           std::equal(name.begin(), name.end(), lower_name.begin(), [](char a, char b) {
             return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
           });
  };
  return std::any_of(exchange.headers.begin(), exchange.headers.end(), same);
}

void set_body(HttpExchange& exchange, const Value& source, std::string body, const char* type) {
  exchange.has_body = true;
  exchange.is_body_secret = source.is_secret();
  exchange.body = std::move(body);
  if (!has_header(exchange, "content-type")) exchange.headers.emplace_back("Content-Type", type);
}

void add_body(HttpExchange& exchange, const Value::Map& with) {
  if (const auto* form = given(with, "form"); form != nullptr && form->map() != nullptr) {
    set_body(exchange, *form, urlencoded(*form->map()), "application/x-www-form-urlencoded");
  } else if (const auto* body = given(with, "body")) {
    const bool is_json = body->list() != nullptr || body->map() != nullptr;
    set_body(exchange, *body, reveal(*body),
             is_json ? "application/json" : "text/plain; charset=utf-8");
  }
}

std::string absolute(const std::string& folder, const std::string& path) {
  return path.empty() || path.front() == '/' ? path : folder + "/" + path;
}

}  // namespace

std::vector<FieldSpec> http_fields() {
  using K = FieldKind;
  return {
      {"url", Type::string, K::url, true, "Where to; http or https."},
      {"query", Type::map, K::secretive, false,
       "Parameters added to the URL, encoded; a list repeats its name."},
      {"headers", Type::map, K::secretive, false, "Headers by name."},
      {"body", Type::any, K::secretive, false, "What to send; a map or list is sent as JSON."},
      {"form", Type::map, K::secretive, false, "What to send as an HTML form, in place of `body`."},
      {"expect_status", Type::list, K::data, false,
       "The statuses that count as success. Default: every one below 400."},
      {"idempotency_header", Type::string, K::data, false,
       "The header in which this server takes an idempotency key, such as Idempotency-Key. Naming "
       "it states that the server honours it: the request may then be repeated with the same key."},
      {"follow_redirects", Type::boolean, K::data, false,
       "Default: true for GET and HEAD, else false. Secrets never follow to another host."},
      {"connect_timeout", Type::duration, K::data, false,
       "For name, connection and TLS together. Default: 5s."},
      {"read_timeout", Type::duration, K::data, false,
       "Without a byte in either direction. Default: 30s."},
      {"ca_file", Type::string, K::data, false,
       "Certificates to trust in place of the system's, PEM."},
      {"client_cert", Type::string, K::data, false, "Our own certificate, PEM."},
      {"client_key", Type::string, K::data, false, "Its key, PEM."},
  };
}

std::vector<OutputSpec> http_outputs() {
  return {
      {"code", Type::integer, "The status."},
      {"body", Type::string, "The reply's body, cut at 1 MiB."},
      {"json", Type::any, "The body as a value where it is JSON, else null."},
      {"headers", Type::map, "The reply's headers, names in lower case, without Set-Cookie."},
      {"truncated", Type::boolean, "Whether `body` was cut; `json` is null then."},
      {"elapsed", Type::duration, "From the start of the request to the end of the reply."},
  };
}

std::string http_method(const std::string& fixed_method, const Value::Map& with) {
  if (!fixed_method.empty()) return fixed_method;
  const auto found = with.find("method");
  if (found == with.end() || found->second.is_null()) return "GET";
  const auto* name = found->second.string();
  return name == nullptr ? std::string() : *name;
}

EffectClass http_effect_class(const std::string& method, const Value::Map& with) {
  if (method == "GET" || method == "HEAD") return EffectClass::read;
  if (method == "PUT" || method == "DELETE") return EffectClass::idempotent;
  return given(with, "idempotency_header") != nullptr ? EffectClass::keyed : EffectClass::once;
}

std::vector<std::string> check_http(const std::string& method, const Value::Map& with) {
  std::vector<std::string> wrong;
  RunRequest request;
  request.with = with;
  const bool reads = method == "GET" || method == "HEAD";
  if (given(with, "body") != nullptr && given(with, "form") != nullptr) {
    wrong.emplace_back("body and form are both given: a request has one body");
  }
  if (reads && (given(with, "body") != nullptr || given(with, "form") != nullptr)) {
    wrong.push_back("a " + method + " request carries no body; did you mean method: POST?");
  }
  if (given(with, "client_key") != nullptr && given(with, "client_cert") == nullptr) {
    wrong.emplace_back("client_key is given without client_cert");
  }
  if (given(with, "url") == nullptr) return wrong;
  const auto exchange = exchange_from(method, request);
  if (!exchange) wrong.push_back(exchange.error().message());
  return wrong;
}

Result<HttpExchange> exchange_from(const std::string& method, const RunRequest& request) {
  const auto& with = request.with;
  HttpExchange exchange;
  exchange.method = method;
  exchange.url = text_in(with, "url");
  TRY(check_url(exchange.url));
  exchange.url = with_query(std::move(exchange.url), with);
  TRY(add_headers(exchange, with));
  add_body(exchange, with);
  if (const auto name = text_in(with, "idempotency_header"); !name.empty()) {
    if (!is_token(name)) return refused("idempotency_header: \"" + name + "\" is no header name");
    exchange.headers.emplace_back(name, to_string(request.key));
  }
  exchange.connect_timeout = duration_in(with, "connect_timeout", exchange.connect_timeout);
  exchange.read_timeout = duration_in(with, "read_timeout", exchange.read_timeout);
  exchange.ca_file = absolute(request.folder, text_in(with, "ca_file"));
  exchange.client_cert = absolute(request.folder, text_in(with, "client_cert"));
  exchange.client_key = absolute(request.folder, text_in(with, "client_key"));
  const bool acts_once = http_effect_class(method, with) == EffectClass::once;
  exchange.connection = acts_once ? Connection::must_be_fresh : Connection::reuse_allowed;
  return exchange;
}

std::vector<int> expected_statuses(const Value::Map& with) {
  std::vector<int> out;
  const auto* list = given(with, "expect_status");
  if (list == nullptr || list->list() == nullptr) return out;
  for (const auto& item : *list->list()) {
    const auto status = coerce(Type::integer, item);
    if (status) out.push_back(static_cast<int>(*status.value().integer()));
  }
  return out;
}

bool follows_redirects(const std::string& method, const Value::Map& with) {
  const auto* value = given(with, "follow_redirects");
  if (value != nullptr && value->boolean() != nullptr) return *value->boolean();
  return method == "GET" || method == "HEAD";
}

std::string request_for_people(const std::string& method, const Value::Map& with) {
  const auto* url = given(with, "url");
  if (url == nullptr) return method;
  const auto text = reveal(*url);
  return method + " " + (url->is_secret() ? url_origin(text) : url_for_people(text));
}

}  // namespace rung::actions
