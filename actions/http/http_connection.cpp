#include "actions/http/http_connection.h"

#include "actions/http/http_inputs.h"

#include <algorithm>
#include <cctype>

namespace rung::actions {
namespace {

const Value* given(const Value::Map& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() || found->second.is_null() ? nullptr : &found->second;
}

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> check_base(const Value::Map& fields) {
  std::vector<std::string> wrong;
  if (const auto* url = given(fields, "url"); url != nullptr && url->string() != nullptr) {
    if (url->string()->find_first_of("?#") != std::string::npos) {
      wrong.emplace_back("url holds a query or a fragment: a base URL ends with its path");
    }
  }
  Value::Map request = fields;
  request.try_emplace("url", "http://known-later");
  for (auto& what : check_http("GET", request)) wrong.push_back(std::move(what));
  return wrong;
}

// A path cannot lead to another host: it is written behind the base, never in its place.
Result<Value> join(const Target& target, const Value* path) {
  const auto* base = given(target.fields, "url");
  const Value root = base == nullptr ? Value("http://known-later") : *base;
  if (path == nullptr || (path->string() != nullptr && path->string()->empty())) return root;
  const std::string end = reveal(*path);
  if (end.find("://") != std::string::npos && end.front() != '/') {
    return Error(ErrorCode::invalid, "url names a host of its own, and `target: " + target.name +
                                         "` says where to; write the path alone, such as /health");
  }
  if (end.front() != '/' && end.front() != '?') {
    return Error(ErrorCode::invalid,
                 "url is a path behind the URL of `" + target.name + "`, so it begins with /");
  }
  std::string text = reveal(root);
  while (text.ends_with('/')) text.pop_back();
  Value joined(text + end);
  const bool is_secret = root.is_secret() || path->is_secret();
  return is_secret ? std::move(joined).as_secret() : joined;
}

// Names of headers do not differ by their case.
Value merged_headers(const Value& base, const Value* own) {
  const auto* all = base.map();
  const auto* mine = own == nullptr ? nullptr : own->map();
  if (all == nullptr || mine == nullptr) return own == nullptr ? base : *own;
  Value::Map out = *mine;
  for (const auto& header : *all) {
    const auto is_same = [&](const auto& other) {
      return lower(other.first) == lower(header.first);
    };
    if (std::none_of(mine->begin(), mine->end(), is_same)) out.insert(header);
  }
  Value headers(std::move(out));
  const bool is_marked = base.has_secret_mark() || own->has_secret_mark();
  return is_marked ? std::move(headers).as_secret() : headers;
}

}  // namespace

ConnectionKind http_connection() {
  using K = FieldKind;
  ConnectionSpec spec;
  spec.name = "http";
  spec.doc = "An HTTP service, by its base URL.";
  spec.fields = {
      {"url", Type::string, K::url, true,
       "The base URL; `url` of a step is the path behind it, such as /health."},
      {"headers", Type::map, K::secretive, false,
       "Sent with every request; a step's header of the same name goes before."},
      {"connect_timeout", Type::duration, K::data, false,
       "For name, connection and TLS together. Default: 5s."},
      {"read_timeout", Type::duration, K::data, false,
       "Without a byte in either direction. Default: 30s."},
      {"ca_file", Type::string, K::file, false,
       "Certificates to trust in place of the system's, PEM."},
      {"client_cert", Type::string, K::file, false, "Our own certificate, PEM."},
      {"client_key", Type::string, K::file, false, "Its key, PEM."},
  };
  return {std::move(spec), check_base};
}

Result<Value::Map> through(const Target& target, Value::Map with) {
  TRY(auto url, join(target, given(with, "url")));
  with.insert_or_assign("url", std::move(url));
  for (const auto& [name, value] : target.fields) {
    if (name == "url" || value.is_null()) continue;
    if (name == "headers") {
      with.insert_or_assign(name, merged_headers(value, given(with, name)));
    } else if (given(with, name) == nullptr) {
      with.insert_or_assign(name, value);
    }
  }
  return with;
}

}  // namespace rung::actions
