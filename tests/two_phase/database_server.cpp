#include "tests/two_phase/database_server.h"

#include "actions/mysql/mysql_session.h"
#include "actions/postgres/postgres_session.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace rung::test {
namespace {

namespace fs = std::filesystem;
using actions::SqlAnswer;
using actions::SqlOpened;

constexpr auto kPatience = std::chrono::seconds(60);
constexpr const char* kPostgres = "/usr/lib/postgresql/15/bin/";

bool is_root() {
  return ::geteuid() == 0;
}

std::string new_folder(const std::string& name) {
  std::string path = fs::temp_directory_path() / ("rung-" + name + "-XXXXXX");
  EXPECT_NE(::mkdtemp(path.data()), nullptr);
  return path;
}

awaitable<SqlAnswer> one_statement(std::function<awaitable<SqlOpened>()> open, std::string sql) {
  SqlOpened opened = co_await open();
  if (opened.session == nullptr) co_return opened.answer;
  SqlAnswer answer = co_await opened.session->ask(sql, {});
  co_return answer;
}

void wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

SqlAnswer ask(const std::function<awaitable<SqlOpened>()>& open, const std::string& sql) {
  boost::asio::io_context loop{1};
  SqlAnswer answer;
  boost::asio::co_spawn(loop, one_statement(open, sql), [&](std::exception_ptr why, SqlAnswer got) {
    EXPECT_EQ(why, nullptr);
    answer = std::move(got);
  });
  loop.run();
  return answer;
}

DatabaseServer::DatabaseServer(const std::string& name, std::optional<TlsAccess> access)
    : folder_(new_folder(name)), access_(std::move(access)) {}

DatabaseServer::~DatabaseServer() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

pid_t DatabaseServer::launch(const std::vector<std::string>& command) const {
  std::vector<std::string> words;
  if (!user_.empty() && is_root()) {
    words = {"setpriv",       "--reuid=" + user_, "--regid=" + user_,
             "--init-groups", "--reset-env",      "--"};
  }
  words.insert(words.end(), command.begin(), command.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string log = folder_ + "/log";
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (::chdir("/") != 0) ::_exit(126);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

void DatabaseServer::run(const std::vector<std::string>& command) const {
  const pid_t pid = launch(command);
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  std::ifstream log(folder_ + "/log");
  const std::string said{std::istreambuf_iterator<char>(log), {}};
  ASSERT_EQ(status, 0) << command.front() << ": " << said;
}

// A server whose children still end refuses to start: it is started again until it stays.
void DatabaseServer::start() {
  pid_ = launch(command());
  wait_until_ready();
}

void DatabaseServer::wait_until_ready() const {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  auto* self = const_cast<DatabaseServer*>(this);
  for (;;) {
    const SqlAnswer answer = test::ask([this] { return open(); }, "select 1");
    if (answer.is_done()) return;
    ASSERT_LT(std::chrono::steady_clock::now(), end)
        << "the server does not start: " << answer.message;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) self->pid_ = launch(command());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void DatabaseServer::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  wait_for(std::exchange(pid_, 0));
}

void DatabaseServer::stop() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  wait_for(std::exchange(pid_, 0));
}

SqlAnswer DatabaseServer::ask(const std::string& sql) const {
  SqlAnswer answer = test::ask([this] { return open(); }, sql);
  EXPECT_TRUE(answer.is_done()) << sql << ": " << answer.message;
  return answer;
}

std::string DatabaseServer::first(const std::string& sql) const {
  return ask(sql).first().value_or("");
}

bool DatabaseServer::comes_to(const std::string& sql, const std::string& expected) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (first(sql) != expected) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

// --- PostgreSQL

PostgresServer::PostgresServer(std::optional<TlsAccess> access)
    : DatabaseServer("postgres", std::move(access)) {
  run_as("postgres");
  if (is_root()) fs::permissions(folder(), fs::perms::all);
  run({std::string(kPostgres) + "initdb", "-D", folder() + "/data", "-U", "postgres", "-A", "trust",
       "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C"});
  if (this->access()) ask_for_passwords();
  start();
  if (this->access()) {
    ask("create role clerk login superuser password '" + this->access()->password + "'");
  }
}

void PostgresServer::ask_for_passwords() const {
  std::ofstream(folder() + "/data/pg_hba.conf")
      << "local all all trust\nhostssl all clerk 127.0.0.1/32 scram-sha-256\n";
  const std::string key = folder() + "/server.key";
  fs::copy_file(access()->certificate.key_file, key);
  fs::copy_file(access()->certificate.cert_file, folder() + "/server.pem");
  fs::permissions(folder() + "/server.pem", fs::perms::owner_read | fs::perms::others_read);
  fs::permissions(key, fs::perms::owner_read);
  // Nobody else's key is taken.
  const struct passwd* owner = is_root() ? ::getpwnam("postgres") : nullptr;
  if (owner != nullptr) {
    EXPECT_EQ(::chown(key.c_str(), owner->pw_uid, owner->pw_gid), 0);
  }
}

std::vector<std::string> PostgresServer::command() const {
  std::vector<std::string> words{std::string(kPostgres) + "postgres", "-D", folder() + "/data"};
  const auto set = [&](const std::string& setting) {
    words.emplace_back("-c");
    words.push_back(setting);
  };
  for (const char* setting :
       {"listen_addresses=", "max_prepared_transactions=20", "shared_buffers=8MB", "fsync=off",
        "max_connections=20", "autovacuum=off", "max_wal_senders=0", "wal_level=minimal"})
    set(setting);
  if (access()) {
    set("listen_addresses=127.0.0.1");
    set("port=" + std::to_string(access()->port));
    set("ssl=on");
    set("ssl_cert_file=" + folder() + "/server.pem");
    set("ssl_key_file=" + folder() + "/server.key");
  }
  words.emplace_back("-k");
  words.push_back(folder());
  return words;
}

Target PostgresServer::target(const std::string& name) const {
  return {name,
          "postgres",
          {{"host", Value(folder())},
           {"port", Value(access() ? access()->port : 5432)},
           {"dbname", Value("postgres")},
           {"user", Value("postgres")}}};
}

Target PostgresServer::tls_target(const std::string& name) const {
  return {name,
          "postgres",
          {{"host", Value("localhost")},
           {"port", Value(access()->port)},
           {"dbname", Value("postgres")},
           {"user", Value("clerk")},
           {"password", Value(access()->password).as_secret()},
           {"sslmode", Value("verify-full")},
           {"ca_file", Value(access()->certificate.cert_file)}}};
}

awaitable<SqlOpened> PostgresServer::open() const {
  return actions::open_postgres(actions::postgres_place(target("server")), "test");
}

std::vector<std::string> PostgresServer::prepared() const {
  std::vector<std::string> names;
  for (const auto& row : ask("select gid from pg_prepared_xacts").rows)
    names.push_back(row[0].value_or(""));
  return names;
}

// --- MariaDB

MariadbServer::MariadbServer(std::optional<TlsAccess> access)
    : DatabaseServer("mariadb", std::move(access)) {
  const std::string user = is_root() ? "root" : "";
  std::vector<std::string> install{
      "mariadb-install-db", "--no-defaults",
      // Servers that begin at once would take each other's temporary tables.
      "--tmpdir=" + folder(), "--datadir=" + folder() + "/data",
      "--auth-root-authentication-method=normal", "--skip-test-db"};
  if (is_root()) install.emplace_back("--user=root");
  run(install);
  start();
  static_cast<void>(test::ask(
      [this] { return actions::open_mysql(actions::mysql_place(target_in("server", "mysql"))); },
      "create database if not exists stock"));
  if (this->access()) {
    ask("create user clerk identified by '" + this->access()->password + "' require ssl");
    ask("grant all on *.* to clerk");
  }
}

std::vector<std::string> MariadbServer::command() const {
  std::vector<std::string> words{"mariadbd",
                                 "--no-defaults",
                                 "--datadir=" + folder() + "/data",
                                 "--socket=" + folder() + "/socket",
                                 "--pid-file=" + folder() + "/pid",
                                 "--tmpdir=" + folder(),
                                 "--innodb-buffer-pool-size=8M",
                                 "--innodb-log-file-size=8M",
                                 "--innodb-flush-log-at-trx-commit=1",
                                 "--lc-messages-dir=/usr/share/mysql"};
  if (is_root()) words.emplace_back("--user=root");
  if (!access()) {
    words.emplace_back("--skip-networking");
    return words;
  }
  words.emplace_back("--bind-address=127.0.0.1");
  words.push_back("--port=" + std::to_string(access()->port));
  words.push_back("--ssl-cert=" + access()->certificate.cert_file);
  words.push_back("--ssl-key=" + access()->certificate.key_file);
  return words;
}

Target MariadbServer::tls_target(const std::string& name) const {
  return {name,
          "mysql",
          {{"host", Value("localhost")},
           {"port", Value(access()->port)},
           {"dbname", Value("stock")},
           {"user", Value("clerk")},
           {"password", Value(access()->password).as_secret()},
           {"tls", Value("verify")},
           {"ca_file", Value(access()->certificate.cert_file)}}};
}

Target MariadbServer::target_in(const std::string& name, const std::string& database) const {
  return {name,
          "mysql",
          {{"host", Value(folder() + "/socket")},
           {"dbname", Value(database)},
           {"user", Value("root")}}};
}

Target MariadbServer::target(const std::string& name) const {
  return target_in(name, "stock");
}

// Before the database is made there is one that always is.
awaitable<SqlOpened> MariadbServer::open() const {
  return actions::open_mysql(actions::mysql_place(target_in("server", "mysql")));
}

std::vector<std::string> MariadbServer::prepared() const {
  std::vector<std::string> names;
  for (const auto& row : ask("xa recover").rows) names.push_back(row[3].value_or(""));
  return names;
}

}  // namespace rung::test
