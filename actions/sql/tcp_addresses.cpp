#include "actions/sql/tcp_addresses.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace rung::actions {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Shared with the callback: a look-up cannot be called back from the thread that makes it.
struct LookUp {
  explicit LookUp(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}
  tcp::resolver resolver;
  asio::steady_timer done;
  bool is_answered = false;
  boost::system::error_code error;
  std::vector<std::string> addresses;
};

}  // namespace

awaitable<TcpAddresses> tcp_addresses(std::string host, Duration limit) {
  if (host.empty() || host.front() == '/') co_return TcpAddresses{{""}, {}};
  boost::system::error_code error;
  asio::ip::make_address(host, error);
  if (!error) co_return TcpAddresses{{host}, {}};
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto look = std::make_shared<LookUp>(executor);
  look->done.expires_after(limit);
  look->resolver.async_resolve(
      host, "",
      [look](const boost::system::error_code& why, const tcp::resolver::results_type& all) {
        look->is_answered = true;
        look->error = why;
        for (const auto& one : all) {
          auto address = one.endpoint().address().to_string();
          if (look->addresses.empty() || look->addresses.back() != address)
            look->addresses.push_back(std::move(address));
        }
        look->done.cancel();
      });
  const auto ended = co_await look->done.async_wait(asio::as_tuple(asio::use_awaitable));
  static_cast<void>(ended);
  look->resolver.cancel();
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none)
    co_return TcpAddresses{{}, {SqlAnswer::How::ended, "", "it was asked to end"}};
  if (!look->is_answered)
    co_return TcpAddresses{
        {}, {SqlAnswer::How::lost, "", host + ": no address within the connect_timeout"}};
  if (look->error)
    co_return TcpAddresses{{}, {SqlAnswer::How::lost, "", host + ": " + look->error.message()}};
  co_return TcpAddresses{std::move(look->addresses), {}};
}

}  // namespace rung::actions
