#pragma once

#include <netinet/in.h>

namespace rung::test {

sockaddr_in loopback(int port);
// A TCP socket on a free port of 127.0.0.1, not listening yet. The caller closes it.
int bound_socket(int& port);
// A port on 127.0.0.1 on which nothing listens.
int closed_port();

}  // namespace rung::test
