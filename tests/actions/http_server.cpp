#include "tests/actions/http_server.h"

#include "tests/actions/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>

namespace rung::test {
namespace {

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

ReceivedRequest parse_head(const std::string& head) {
  ReceivedRequest request;
  const auto line_end = head.find("\r\n");
  const auto first = head.find(' ');
  const auto second = head.find(' ', first + 1);
  request.method = head.substr(0, first);
  request.target = head.substr(first + 1, second - first - 1);
  for (auto at = line_end + 2; at + 2 < head.size();) {
    const auto end = head.find("\r\n", at);
    const auto colon = head.find(':', at);
    request.headers[lower(head.substr(at, colon - at))] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  return request;
}

}  // namespace

class HttpServer::Tls {
 public:
  explicit Tls(const Certificate& certificate) : context_(SSL_CTX_new(TLS_server_method())) {
    EXPECT_EQ(SSL_CTX_use_certificate_file(context_, certificate.cert_file.c_str(), 1), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context_, certificate.key_file.c_str(), 1), 1);
  }
  ~Tls() { SSL_CTX_free(context_); }
  SSL* accept(int fd) {
    SSL* ssl = SSL_new(context_);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) return ssl;
    SSL_free(ssl);
    return nullptr;
  }

 private:
  SSL_CTX* context_;
};

namespace {

class SocketConnection final : public ServerConnection {
 public:
  SocketConnection(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}
  ~SocketConnection() override { SSL_free(ssl_); }

  void send(const std::string& bytes) override {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto left = static_cast<int>(bytes.size() - at);
      const auto n = ssl_ != nullptr
                         ? SSL_write(ssl_, bytes.data() + at, left)
                         : ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (n <= 0) return;
      at += static_cast<std::size_t>(n);
    }
  }

  void reset() override {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  void wait_until_closed() override {
    char byte = 0;
    while (read_some(&byte, 1) > 0) {
    }
  }

  long read_some(char* into, int count) {
    return ssl_ != nullptr ? SSL_read(ssl_, into, count)
                           : ::recv(fd_, into, static_cast<std::size_t>(count), 0);
  }

  bool read_request(ReceivedRequest& request) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n")) {
      if (read_some(&byte, 1) <= 0) return false;
      head += byte;
    }
    request = parse_head(head);
    const auto length = request.headers.find("content-length");
    auto left = length == request.headers.end() ? 0 : std::stoi(length->second);
    for (; left > 0; --left) {
      if (read_some(&byte, 1) <= 0) return false;
      request.body += byte;
    }
    return true;
  }

 private:
  int fd_;
  SSL* ssl_;
};

}  // namespace

HttpServer::HttpServer(Handler handler) : handler_(std::move(handler)) {
  listen();
}

HttpServer::HttpServer(Handler handler, const Certificate& certificate)
    : handler_(std::move(handler)), tls_(std::make_unique<Tls>(certificate)) {
  listen();
}

void HttpServer::listen() {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  listener_ = bound_socket(port_);
  EXPECT_EQ(::listen(listener_, 256), 0);
  acceptor_ = std::thread([this] { accept_loop(); });
}

HttpServer::~HttpServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

void HttpServer::accept_loop() {
  for (int connection = 1;; ++connection) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard lock(mutex_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd, connection] { serve(fd, connection); });
  }
}

void HttpServer::serve(int fd, int connection) {
  SSL* ssl = tls_ == nullptr ? nullptr : tls_->accept(fd);
  if (tls_ == nullptr || ssl != nullptr) {
    SocketConnection socket(fd, ssl);
    ReceivedRequest request;
    for (bool goes_on = true; goes_on && socket.read_request(request);) {
      request.connection = connection;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        most_at_once_ = std::max(most_at_once_, ++in_handler_);
      }
      goes_on = handler_(request, socket);
      const std::lock_guard lock(mutex_);
      --in_handler_;
    }
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, fd);
  ::close(fd);
}

std::string HttpServer::url(const std::string& path, const std::string& host) const {
  return (tls_ == nullptr ? "http://" : "https://") + host + ":" + std::to_string(port_) + path;
}

std::vector<ReceivedRequest> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int HttpServer::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_at_once_;
}

std::string reply(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

}  // namespace rung::test
