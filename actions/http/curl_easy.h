#pragma once

#include "actions/http/curl_library.h"
#include "actions/http/exchange.h"

#include <array>
#include <chrono>
#include <memory>

namespace rung::actions {

// One exchange as libcurl sees it: its easy handle, what that handle points to, and the reply as
// it comes in. Not movable: the handle holds its address.
class CurlEasy {
 public:
  // `curl` outlives this.
  CurlEasy(const CurlLibrary& curl, HttpExchange exchange);
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;
  ~CurlEasy();

  CURL* handle() const { return handle_; }
  const HttpExchange& exchange() const { return exchange_; }
  std::chrono::steady_clock::time_point last_activity() const { return last_activity_; }
  bool was_sent() const;

  // What came of it, once libcurl is done with it.
  HttpReply reply(CURLcode code);
  // What is known when we end it ourselves.
  HttpReply reply_at_abort(HttpEnd end, std::string why);

 private:
  void set_target();
  void set_method_and_body();
  void set_headers();
  void set_tls();
  void set_limits();
  template <class Value>
  void set(CURLoption option, Value value);

  static std::size_t on_header(char* line, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t to_come, curl_off_t came, curl_off_t to_go,
                         curl_off_t gone);
  void take_header(std::string_view line);

  const CurlLibrary& curl_;
  const HttpExchange exchange_;
  CURL* handle_ = nullptr;
  curl_slist* header_lines_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  HttpReply reply_;
  curl_off_t moved_bytes_ = 0;
  std::chrono::steady_clock::time_point last_activity_;
};

}  // namespace rung::actions
