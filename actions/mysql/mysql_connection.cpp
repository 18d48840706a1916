#include "actions/mysql/mysql_connection.h"

namespace rung::actions {
namespace {

constexpr Duration kConnectTimeout = std::chrono::seconds(5);

std::string text_in(const Value::Map& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() || found->second.is_null() ? "" : reveal(found->second);
}

std::vector<std::string> check_port(const Value::Map& fields) {
  const auto found = fields.find("port");
  const auto* port = found == fields.end() ? nullptr : found->second.integer();
  if (port == nullptr || (*port > 0 && *port < 65536)) return {};
  return {"port is " + std::to_string(*port) + ", and must be between 1 and 65535"};
}

}  // namespace

ConnectionKind mysql_connection() {
  using K = FieldKind;
  ConnectionSpec spec;
  spec.name = "mysql";
  spec.doc = "A database of a MariaDB server.";
  spec.fields = {
      {"host", Type::string, K::data, true,
       "Name or address of the server, or the path of its unix socket."},
      {"port", Type::integer, K::data, false, "Default: 3306."},
      {"dbname", Type::string, K::data, true, "The database."},
      {"user", Type::string, K::data, true, "The account."},
      {"password", Type::string, K::secretive, false, "Its password: \"{{ secrets.NAME }}\"."},
      {"tls",
       Type::enumeration,
       K::data,
       false,
       "disable, require (TLS with whoever answers) or verify (the server's certificate and name). "
       "Default: disable.",
       {"disable", "require", "verify"}},
      {"ca_file", Type::string, K::file, false, "Certificates to trust, PEM."},
      {"client_cert", Type::string, K::file, false, "Our own certificate, PEM."},
      {"client_key", Type::string, K::file, false, "Its key, PEM."},
      {"connect_timeout", Type::duration, K::data, false,
       "For name, connection, TLS and login together. Default: 5s."},
  };
  return {std::move(spec), check_port};
}

MysqlPlace mysql_place(const Target& target) {
  const auto& fields = target.fields;
  MysqlPlace place;
  place.host = text_in(fields, "host");
  if (place.host.starts_with('/')) place.socket = std::exchange(place.host, "");
  const auto port = fields.find("port");
  if (port != fields.end() && port->second.integer() != nullptr)
    place.port = static_cast<unsigned>(*port->second.integer());
  place.dbname = text_in(fields, "dbname");
  place.user = text_in(fields, "user");
  place.password = text_in(fields, "password");
  place.tls = text_in(fields, "tls");
  place.ca_file = text_in(fields, "ca_file");
  place.client_cert = text_in(fields, "client_cert");
  place.client_key = text_in(fields, "client_key");
  const auto limit = fields.find("connect_timeout");
  const auto* given = limit == fields.end() ? nullptr : limit->second.get_if<Duration>();
  place.connect_timeout = given == nullptr ? kConnectTimeout : *given;
  return place;
}

}  // namespace rung::actions
