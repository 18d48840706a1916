#include "actions/postgres/postgres_connection.h"

#include <array>

namespace rung::actions {
namespace {

constexpr Duration kConnectTimeout = std::chrono::seconds(5);

std::string text_in(const Value::Map& fields, std::string_view name, std::string otherwise = "") {
  const auto found = fields.find(name);
  return found == fields.end() || found->second.is_null() ? std::move(otherwise)
                                                          : reveal(found->second);
}

std::vector<std::string> check_port(const Value::Map& fields) {
  const auto found = fields.find("port");
  const auto* port = found == fields.end() ? nullptr : found->second.integer();
  if (port == nullptr || (*port > 0 && *port < 65536)) return {};
  return {"port is " + std::to_string(*port) + ", and must be between 1 and 65535"};
}

}  // namespace

ConnectionKind postgres_connection() {
  using K = FieldKind;
  ConnectionSpec spec;
  spec.name = "postgres";
  spec.doc = "A database of a PostgreSQL server.";
  spec.fields = {
      {"host", Type::string, K::data, true,
       "Name or address of the server, or the folder of its unix socket."},
      {"port", Type::integer, K::data, false, "Default: 5432."},
      {"dbname", Type::string, K::data, true, "The database."},
      {"user", Type::string, K::data, true, "The role."},
      {"password", Type::string, K::secretive, false, "Its password: \"{{ secrets.NAME }}\"."},
      {"sslmode",
       Type::enumeration,
       K::data,
       false,
       "Whether TLS is used, and what of the server is verified. Default: prefer.",
       {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
      {"ca_file", Type::string, K::file, false, "Certificates to trust, PEM."},
      {"client_cert", Type::string, K::file, false, "Our own certificate, PEM."},
      {"client_key", Type::string, K::file, false, "Its key, PEM."},
      {"connect_timeout", Type::duration, K::data, false,
       "For name, connection, TLS and login together. Default: 5s."},
  };
  return {std::move(spec), check_port};
}

PostgresPlace postgres_place(const Target& target) {
  static constexpr std::array<std::pair<const char*, const char*>, 7> kNames = {{
      {"dbname", "dbname"},
      {"user", "user"},
      {"password", "password"},
      {"sslmode", "sslmode"},
      {"ca_file", "sslrootcert"},
      {"client_cert", "sslcert"},
      {"client_key", "sslkey"},
  }};
  PostgresPlace place;
  place.host = text_in(target.fields, "host");
  place.port = text_in(target.fields, "port", "5432");
  const auto limit = target.fields.find("connect_timeout");
  const auto* given = limit == target.fields.end() ? nullptr : limit->second.get_if<Duration>();
  place.connect_timeout = given == nullptr ? kConnectTimeout : *given;
  for (const auto& [ours, theirs] : kNames) {
    if (auto text = text_in(target.fields, ours); !text.empty())
      place.parameters.emplace_back(theirs, std::move(text));
  }
  return place;
}

}  // namespace rung::actions
