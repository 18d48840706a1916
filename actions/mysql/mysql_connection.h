#pragma once

#include "actions/connection.h"

#include <string>

namespace rung::actions {

// The kind of connection "mysql": a database of a MariaDB server.
ConnectionKind mysql_connection();

// What libmariadb is told of it.
struct MysqlPlace {
  std::string host;    // a name or an address; "" where there is a socket
  std::string socket;  // the path of a unix socket
  unsigned port = 3306;
  std::string dbname;
  std::string user;
  std::string password;
  std::string tls;  // disable | require | verify
  std::string ca_file;
  std::string client_cert;
  std::string client_key;
  Duration connect_timeout{};
};
MysqlPlace mysql_place(const Target& target);

}  // namespace rung::actions
