#pragma once

#include "actions/sql/sql_answer.h"
#include "base/action_spec.h"
#include "tests/actions/certificate.h"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace rung::test {

// How a server is reached beside its unix socket: over TLS on 127.0.0.1, by the account `clerk`.
struct TlsAccess {
  int port = 0;
  Certificate certificate;
  std::string password;
};

// A real database server of its own: data in a temporary folder, reached by a unix socket there, so
// that tests run beside each other. Gone, with its data, when it is destroyed.
class DatabaseServer {
 public:
  virtual ~DatabaseServer();
  DatabaseServer(const DatabaseServer&) = delete;
  DatabaseServer& operator=(const DatabaseServer&) = delete;

  // Each returns when it is so.
  void start();
  void kill();  // SIGKILL, as a power cut would
  void stop();  // in order

  virtual Target target(const std::string& name) const = 0;
  // Of `clerk`, where there is a TlsAccess; the certificate is verified.
  virtual Target tls_target(const std::string& name) const = 0;
  // One statement, in a session of its own; the test fails where it is not carried out.
  actions::SqlAnswer ask(const std::string& sql) const;
  // The first value of the first row; "" for none.
  std::string first(const std::string& sql) const;
  // False: `first` did not become so within 20 seconds.
  bool comes_to(const std::string& sql, const std::string& expected) const;
  // Names of transactions that are prepared there, whoever made them.
  virtual std::vector<std::string> prepared() const = 0;

  const std::string& folder() const { return folder_; }

 protected:
  DatabaseServer(const std::string& name, std::optional<TlsAccess> access);
  const std::optional<TlsAccess>& access() const { return access_; }
  virtual std::vector<std::string> command() const = 0;
  // A statement by the module's own session.
  virtual awaitable<actions::SqlOpened> open() const = 0;
  void wait_until_ready() const;
  // Runs to its end; the test fails where that is not good.
  void run(const std::vector<std::string>& command) const;
  // As the system's user that the server must not be root for; "" for whoever runs the test.
  void run_as(std::string user) { user_ = std::move(user); }
  pid_t launch(const std::vector<std::string>& command) const;

 private:
  std::string folder_;
  std::string user_;
  const std::optional<TlsAccess> access_;
  pid_t pid_ = 0;
};

// A cluster with the database `postgres` and up to 20 prepared transactions.
class PostgresServer final : public DatabaseServer {
 public:
  explicit PostgresServer(std::optional<TlsAccess> access = {});
  ~PostgresServer() override { kill(); }
  Target target(const std::string& name) const override;
  Target tls_target(const std::string& name) const override;
  std::vector<std::string> prepared() const override;

 private:
  void ask_for_passwords() const;
  std::vector<std::string> command() const override;
  awaitable<actions::SqlOpened> open() const override;
};

// A server with the database `stock`.
class MariadbServer final : public DatabaseServer {
 public:
  explicit MariadbServer(std::optional<TlsAccess> access = {});
  ~MariadbServer() override { kill(); }
  Target target(const std::string& name) const override;
  Target tls_target(const std::string& name) const override;
  std::vector<std::string> prepared() const override;

 private:
  Target target_in(const std::string& name, const std::string& database) const;
  std::vector<std::string> command() const override;
  awaitable<actions::SqlOpened> open() const override;
};

// Runs one coroutine to its end on a loop of its own.
actions::SqlAnswer ask(const std::function<awaitable<actions::SqlOpened>()>& open,
                       const std::string& sql);

}  // namespace rung::test
