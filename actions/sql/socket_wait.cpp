#include "actions/sql/socket_wait.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace rung::actions {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

constexpr auto kQuietly = asio::as_tuple(asio::use_awaitable);

// Shared with the callbacks: they may come after the wait is over.
struct Wait {
  explicit Wait(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool is_ready = false;
};

void watch(Descriptor& descriptor, Descriptor::wait_type what, const std::shared_ptr<Wait>& wait) {
  descriptor.async_wait(what, [wait](const boost::system::error_code& error) {
    if (error) return;
    wait->is_ready = true;
    wait->timer.cancel();
  });
}

}  // namespace

awaitable<SocketState> wait_for_socket(int fd, SocketWish wish, Duration limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto wait = std::make_shared<Wait>(executor);
  wait->timer.expires_after(limit);
  Descriptor descriptor(executor, fd);
  if (wish.read) watch(descriptor, Descriptor::wait_read, wait);
  if (wish.write) watch(descriptor, Descriptor::wait_write, wait);
  const auto [error] = co_await wait->timer.async_wait(kQuietly);
  boost::system::error_code ignored;
  descriptor.cancel(ignored);
  static_cast<void>(descriptor.release());
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return SocketState::ended;
  if (wait->is_ready) co_return SocketState::ready;
  co_return error ? SocketState::ended : SocketState::late;
}

awaitable<bool> pause_for(Duration time) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, time);
  const auto [error] = co_await timer.async_wait(kQuietly);
  co_return !error;
}

}  // namespace rung::actions
