#pragma once

#include "actions/http/exchange.h"
#include "base/async.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <memory>

namespace rung::actions {

// Performs HTTP exchanges on an io_context: libcurl's multi interface, driven by the context's
// descriptors and timers. One per context, which owns it, so that kept connections end with the
// loop that drives them. libcurl is loaded at the first exchange.
//
// Threads: the one that runs the context.
class CurlLoop final : public boost::asio::execution_context::service {
 public:
  using key_type = CurlLoop;
  static boost::asio::execution_context::id id;

  // At most so many exchanges are on the wire at once; more wait for their turn, in order.
  static constexpr std::size_t kMaxTransfers = 64;

  explicit CurlLoop(boost::asio::execution_context& context);
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;
  ~CurlLoop() override;

  // The one of the io_context behind `executor`.
  static CurlLoop& of(const boost::asio::any_io_executor& executor);

  // Always ends with a reply; a cancellation of the calling coroutine closes the connection.
  awaitable<HttpReply> perform(HttpExchange exchange);

 private:
  class Multi;
  void shutdown() noexcept override;
  std::unique_ptr<Multi> multi_;
};

}  // namespace rung::actions
