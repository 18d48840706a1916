#pragma once

#include "base/result.h"

#include <boost/asio/awaitable.hpp>

namespace rung {

// What a function returns that waits for the world. Runs on the engine thread.
template <class T>
using awaitable = boost::asio::awaitable<T>;

}  // namespace rung
