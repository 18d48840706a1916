#include "actions/http/curl_loop.h"

#include "actions/http/curl_easy.h"
#include "base/ensure.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>

namespace rung::actions {
namespace asio = boost::asio;
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

}  // namespace

asio::execution_context::id CurlLoop::id;

// libcurl's multi handle and what the loop waits for on its behalf.
class CurlLoop::Multi {
 public:
  class Transfer;

  explicit Multi(asio::io_context& context) : context_(context), timer_(context) {}
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi() { close(); }

  Result<void> open();
  void close();
  void admit(Transfer& transfer);
  void remove(Transfer& transfer);
  asio::io_context& context() { return context_; }
  const CurlLibrary& curl() const { return *curl_; }

 private:
  struct Socket {
    explicit Socket(asio::io_context& context) : descriptor(context) {}
    asio::posix::stream_descriptor descriptor;
    std::uint64_t generation = 0;  // tells a wait that its socket's number was given away anew
    int interest = CURL_POLL_NONE;
    bool waits_to_read = false;
    bool waits_to_write = false;
  };

  static int on_socket(CURL*, curl_socket_t fd, int interest, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);
  void watch(curl_socket_t fd, int interest);
  void wait(curl_socket_t fd, Socket& socket);
  void on_ready(curl_socket_t fd, std::uint64_t generation, int ready);
  void act(curl_socket_t fd, int ready);
  void start(Transfer& transfer);

  asio::io_context& context_;
  asio::steady_timer timer_;
  std::optional<CurlLibrary> curl_;
  CURLM* handle_ = nullptr;
  std::uint64_t next_generation_ = 1;
  std::map<curl_socket_t, Socket> sockets_;
  std::set<Transfer*> running_;    // at most kMaxTransfers
  std::deque<Transfer*> waiting_;  // bounded by the executor's attempts in flight
};

// One exchange in its coroutine's frame. Leaves the multi handle when it goes.
class CurlLoop::Multi::Transfer {
 public:
  Transfer(Multi& multi, HttpExchange exchange)
      : multi_(multi),
        easy_(multi.curl(), std::move(exchange)),
        wake_(multi.context()),
        end_by_(easy_.exchange().total_timeout > Duration::zero()
                    ? std::chrono::steady_clock::now() + easy_.exchange().total_timeout
                    : SteadyTime::max()) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() { multi_.remove(*this); }

  CURL* handle() const { return easy_.handle(); }
  asio::steady_timer& wake() { return wake_; }
  bool is_done() const { return reply_.has_value(); }
  HttpReply take_reply() { return std::move(*reply_); }

  void started() {
    started_ = std::chrono::steady_clock::now();
    wake_.cancel();  // its waits have a nearer end now
  }
  void finish(CURLcode code) {
    reply_ = easy_.reply(code);
    wake_.cancel();
  }
  HttpReply aborted(HttpEnd end, std::string why) {
    return easy_.reply_at_abort(end, std::move(why));
  }

  // When it has waited too long.
  SteadyTime due() const {
    if (!started_) return end_by_;
    const auto& limits = easy_.exchange();
    const auto idle_since = std::max(*started_, easy_.last_activity());
    const auto allowed =
        easy_.was_sent() ? limits.read_timeout : limits.read_timeout + limits.connect_timeout;
    return std::min(end_by_, idle_since + allowed);
  }
  std::string why_due() const {
    if (std::chrono::steady_clock::now() >= end_by_) return "the step's timeout passed";
    return "nothing came for " + to_string(easy_.exchange().read_timeout);
  }

 private:
  Multi& multi_;
  CurlEasy easy_;
  asio::steady_timer wake_;
  const SteadyTime end_by_;
  std::optional<SteadyTime> started_;
  std::optional<HttpReply> reply_;
};

Result<void> CurlLoop::Multi::open() {
  if (handle_ != nullptr) return success();
  TRY(auto curl, load_curl());
  curl_ = curl;
  handle_ = curl.multi_init();
  ENSURE(handle_ != nullptr, "libcurl makes a handle or memory is exhausted");
  curl.multi_setopt(handle_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl.multi_setopt(handle_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  curl.multi_setopt(handle_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
  curl.multi_setopt(handle_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  curl.multi_setopt(handle_, CURLMOPT_MAXCONNECTS, static_cast<long>(kMaxTransfers));
  return success();
}

void CurlLoop::Multi::close() {
  if (handle_ == nullptr) return;
  for (auto* transfer : running_) curl_->multi_remove_handle(handle_, transfer->handle());
  running_.clear();
  waiting_.clear();
  curl_->multi_cleanup(handle_);
  handle_ = nullptr;
  for (auto& [fd, socket] : sockets_) socket.descriptor.release();
  sockets_.clear();
  timer_.cancel();
}

void CurlLoop::Multi::admit(Transfer& transfer) {
  if (running_.size() < kMaxTransfers) {
    start(transfer);
  } else {
    waiting_.push_back(&transfer);
  }
}

void CurlLoop::Multi::start(Transfer& transfer) {
  running_.insert(&transfer);
  transfer.started();
  curl_->easy_setopt(transfer.handle(), CURLOPT_PRIVATE, static_cast<void*>(&transfer));
  curl_->multi_add_handle(handle_, transfer.handle());
}

void CurlLoop::Multi::remove(Transfer& transfer) {
  const auto place = std::find(waiting_.begin(), waiting_.end(), &transfer);
  if (place != waiting_.end()) waiting_.erase(place);
  if (running_.erase(&transfer) == 0) return;
  curl_->multi_remove_handle(handle_, transfer.handle());
  if (waiting_.empty()) return;
  auto& next = *waiting_.front();
  waiting_.pop_front();
  start(next);
}

int CurlLoop::Multi::on_socket(CURL*, curl_socket_t fd, int interest, void* self, void*) {
  static_cast<Multi*>(self)->watch(fd, interest);
  return 0;
}

void CurlLoop::Multi::watch(curl_socket_t fd, int interest) {
  const auto found = sockets_.find(fd);
  if (interest == CURL_POLL_REMOVE) {
    if (found == sockets_.end()) return;
    found->second.descriptor.release();  // libcurl keeps or closes it
    sockets_.erase(found);
    return;
  }
  const auto [place, is_new] = sockets_.try_emplace(fd, context_);
  auto& socket = place->second;
  if (is_new) {
    socket.generation = next_generation_++;
    boost::system::error_code error;
    socket.descriptor.assign(fd, error);
    ENSURE(!error, "a socket that libcurl just made can be watched");
  }
  socket.interest = interest;
  wait(fd, socket);
}

void CurlLoop::Multi::wait(curl_socket_t fd, Socket& socket) {
  using Descriptor = asio::posix::stream_descriptor;
  const auto generation = socket.generation;
  if ((socket.interest & CURL_POLL_IN) != 0 && !socket.waits_to_read) {
    socket.waits_to_read = true;
    socket.descriptor.async_wait(Descriptor::wait_read,
                                 [this, fd, generation](boost::system::error_code error) {
                                   if (!error) on_ready(fd, generation, CURL_CSELECT_IN);
                                 });
  }
  if ((socket.interest & CURL_POLL_OUT) != 0 && !socket.waits_to_write) {
    socket.waits_to_write = true;
    socket.descriptor.async_wait(Descriptor::wait_write,
                                 [this, fd, generation](boost::system::error_code error) {
                                   if (!error) on_ready(fd, generation, CURL_CSELECT_OUT);
                                 });
  }
}

void CurlLoop::Multi::on_ready(curl_socket_t fd, std::uint64_t generation, int ready) {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end() || found->second.generation != generation) return;
  auto& socket = found->second;
  (ready == CURL_CSELECT_IN ? socket.waits_to_read : socket.waits_to_write) = false;
  const int wanted = ready == CURL_CSELECT_IN ? CURL_POLL_IN : CURL_POLL_OUT;
  if ((socket.interest & wanted) == 0) return;  // libcurl no longer cares
  act(fd, ready);
  const auto still = sockets_.find(fd);
  if (still != sockets_.end() && still->second.generation == generation) wait(fd, still->second);
}

int CurlLoop::Multi::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& multi = *static_cast<Multi*>(self);
  if (timeout_ms < 0) {
    multi.timer_.cancel();
    return 0;
  }
  multi.timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  multi.timer_.async_wait([&multi](boost::system::error_code error) {
    if (!error) multi.act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void CurlLoop::Multi::act(curl_socket_t fd, int ready) {
  if (handle_ == nullptr) return;
  int running = 0;
  curl_->multi_socket_action(handle_, fd, ready, &running);
  int left = 0;
  while (const CURLMsg* message = curl_->multi_info_read(handle_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;
    void* transfer = nullptr;
    curl_->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    static_cast<Transfer*>(transfer)->finish(code);
  }
}

// Made after the services of timers and descriptors, so that the context shuts it down before
// them.
CurlLoop::CurlLoop(asio::execution_context& context)
    : asio::execution_context::service(context),
      multi_(std::make_unique<Multi>(static_cast<asio::io_context&>(context))) {}

CurlLoop::~CurlLoop() = default;

void CurlLoop::shutdown() noexcept {
  multi_->close();
}

CurlLoop& CurlLoop::of(const asio::any_io_executor& executor) {
  auto& context = asio::query(executor, asio::execution::context);
  return asio::use_service<CurlLoop>(context);
}

awaitable<HttpReply> CurlLoop::perform(HttpExchange exchange) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto opened = multi_->open();
  if (!opened) {
    HttpReply missing;
    missing.end = HttpEnd::library_missing;
    missing.why = opened.error().message();
    co_return missing;
  }
  Multi::Transfer transfer(*multi_, std::move(exchange));
  multi_->admit(transfer);
  while (!transfer.is_done()) {
    transfer.wake().expires_at(transfer.due());
    const auto woken = co_await transfer.wake().async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(woken);
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (transfer.is_done()) break;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
      co_return transfer.aborted(HttpEnd::cancelled, "it was cancelled");
    }
    if (std::chrono::steady_clock::now() >= transfer.due()) {
      co_return transfer.aborted(HttpEnd::timeout, transfer.why_due());
    }
  }
  co_return transfer.take_reply();
}

}  // namespace rung::actions
