#pragma once

#include "tests/actions/certificate.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <functional>

namespace rung::test {

struct ReceivedRequest {
  int connection = 0;  // which of the server's connections it came over, from 1
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// One connection of the server, as a handler sees it. Blocking calls on the connection's thread.
class ServerConnection {
 public:
  virtual ~ServerConnection() = default;
  virtual void send(const std::string& bytes) = 0;
  virtual void reset() = 0;              // the peer sees ECONNRESET
  virtual void wait_until_closed() = 0;  // by the client, or by the server's end
};

// A real HTTP server on 127.0.0.1 whose handler decides every byte of its replies.
class HttpServer {
 public:
  // Called for each request; false ends the connection.
  using Handler = std::function<bool(const ReceivedRequest&, ServerConnection&)>;

  explicit HttpServer(Handler handler);
  HttpServer(Handler handler, const Certificate& certificate);
  ~HttpServer();

  std::string url(const std::string& path, const std::string& host = "127.0.0.1") const;
  int port() const { return port_; }
  std::vector<ReceivedRequest> requests() const;
  int most_at_once() const;

 private:
  class Tls;
  void listen();
  void accept_loop();
  void serve(int fd, int connection);

  const Handler handler_;
  std::unique_ptr<Tls> tls_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<ReceivedRequest> requests_;
  std::vector<int> open_;  // descriptors to shut down at the end
  std::vector<std::thread> threads_;
  int in_handler_ = 0;
  int most_at_once_ = 0;
  std::thread acceptor_;
};

// A reply with Content-Length.
std::string reply(int status, const std::string& body, const std::string& headers = "");

}  // namespace rung::test
