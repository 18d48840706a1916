#pragma once

#include "base/async.h"
#include "base/time.h"

namespace rung::actions {

// What a client library wants to know of its socket.
struct SocketWish {
  bool read = false;
  bool write = false;
};

enum class SocketState : unsigned char {
  ready,
  late,  // nothing within the limit
  ended  // the coroutine was asked to end
};

// Waits on the loop until the socket, which stays its library's, can do one of what is wished.
awaitable<SocketState> wait_for_socket(int fd, SocketWish wish, Duration limit);

// A pause on the loop. False: the coroutine was asked to end.
awaitable<bool> pause_for(Duration time);

}  // namespace rung::actions
