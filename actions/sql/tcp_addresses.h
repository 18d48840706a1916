#pragma once

#include "actions/sql/sql_answer.h"
#include "base/time.h"

#include <string>
#include <vector>

namespace rung::actions {

// Where a host name leads, looked up off the loop. Of the folder of a unix socket, and of what is
// an address already, nothing is looked up.
struct TcpAddresses {
  std::vector<std::string> addresses;  // "" for the folder of a unix socket
  SqlAnswer problem;                   // where there is none
};
awaitable<TcpAddresses> tcp_addresses(std::string host, Duration limit);

}  // namespace rung::actions
