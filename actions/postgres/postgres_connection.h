#pragma once

#include "actions/connection.h"

#include <string>
#include <utility>
#include <vector>

namespace rung::actions {

// The kind of connection "postgres": a database of a PostgreSQL server.
ConnectionKind postgres_connection();

// What libpq is told of it; host and port apart, since addresses are looked up beforehand.
struct PostgresPlace {
  std::string host;  // a name, an address, or the folder of a unix socket
  std::string port;
  Duration connect_timeout{};
  std::vector<std::pair<std::string, std::string>> parameters;  // by libpq's names
};
PostgresPlace postgres_place(const Target& target);

}  // namespace rung::actions
