#pragma once

#include "base/time.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rung::actions {

// The method of the request that this exchange would carry on a reused connection could be sent
// twice: libcurl repeats a request by itself where such a connection dies before the first byte of
// the reply. Only a repetition that does no harm may ride on one.
enum class Connection : std::uint8_t { reuse_allowed, must_be_fresh };

// One request as it goes over the wire.
struct HttpExchange {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool has_body = false;
  bool is_body_secret = false;  // in whatever form it stands there
  std::string ca_file;          // absolute, or empty: the system's
  std::string client_cert;
  std::string client_key;
  Connection connection = Connection::must_be_fresh;
  Duration connect_timeout = std::chrono::seconds(5);  // name, connection and TLS together
  Duration read_timeout = std::chrono::seconds(30);    // without a byte in either direction
  Duration total_timeout{};                            // 0: none
  std::size_t limit_bytes = 1024 * 1024;               // of the reply's body
};

// Why an exchange ended.
enum class HttpEnd : std::uint8_t {
  answered,         // `status` and all that follows hold
  resolve,          // the host has no address
  connect,          // nothing listens there, or no way there
  tls,              // the handshake failed
  untrusted,        // the server's certificate does not prove who it is
  invalid,          // the request itself: URL, certificate files
  connection_lost,  // in the middle of request or reply
  timeout,          // one of the three
  cancelled,
  library_missing,
  other
};

struct HttpReply {
  HttpEnd end = HttpEnd::other;
  std::string why;        // libcurl's sentence, or ours
  bool was_sent = false;  // at least one byte of the request left
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  bool is_truncated = false;  // at `limit_bytes`
  std::string redirect_url;   // absolute; empty where the reply is none

  // The values of a header, joined by ", "; empty where there is none.
  std::string header(std::string_view name) const;
};

}  // namespace rung::actions
