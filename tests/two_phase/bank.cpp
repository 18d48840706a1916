#include "tests/two_phase/bank.h"

#include <gtest/gtest.h>

namespace rung::test {
namespace {

constexpr const char* kRunbook = R"(rung: v1
name: move
on_failure: fail
steps:
  - id: money
    two_phase:
      prepare_within: 20s
      participants:
        east:
          uses: postgres.transaction
          target: db_east
          with: {sql: ["update account set money = money + $1"], params: [[1]]}
          expect: affected[1] == 1
        west:
          uses: postgres.transaction
          target: db_west
          with: {sql: ["update account set money = money + $1"], params: [[1]]}
        stock:
          uses: mysql.transaction
          target: db_stock
          with: {sql: ["update account set money = money + ?"], params: [[1]]}
)";

bool is_over(const std::string& status) {
  return status == "succeeded" || status == "failed" || status == "cancelled";
}

}  // namespace

Bank::Bank() {
  for (std::size_t i = 0; i < kParticipants.size(); ++i) {
    const std::string table = i == 2 ? "stock.account" : "account";
    server(i).ask("create table " + table + " (id int primary key, money int not null)");
    server(i).ask("insert into " + table + " values (1, 0)");
  }
}

DatabaseServer& Bank::server(std::size_t i) {
  if (i == 2) return stock_;
  return i == 0 ? east_ : west_;
}

void Bank::furnish(const cli::Sandbox& sandbox) const {
  sandbox.write("move.yaml", kRunbook);
  sandbox.write(
      "rung.yaml",
      "rung: v1\nproject: bank\nconnections:\n  db_east: {uses: postgres, host: " + east_.folder() +
          ", dbname: postgres, user: postgres}\n  db_west: {uses: postgres, host: " +
          west_.folder() + ", dbname: postgres, user: postgres}\n  db_stock: {uses: mysql, host: " +
          stock_.folder() + "/socket, dbname: stock, user: root}\n");
}

std::array<int, 3> Bank::balances() {
  std::array<int, 3> all{};
  for (std::size_t i = 0; i < kParticipants.size(); ++i)
    all.at(i) = std::stoi(
        server(i).first(i == 2 ? "select money from stock.account" : "select money from account"));
  return all;
}

void Bank::open_books() {
  before_ = balances();
}

std::optional<std::string> Bank::complaint(const cli::Sandbox& sandbox) {
  const std::string status = status_of_run(sandbox);
  const auto after = balances();
  for (std::size_t i = 0; i < kParticipants.size(); ++i) {
    const int booked = after.at(i) - before_.at(i);
    if (booked != (status == "succeeded" ? 1 : 0))
      return std::string(kParticipants.at(i)) + " booked " + std::to_string(booked) +
             ", and the run is " + (status.empty() ? "not there" : status);
    for (const std::string& name : server(i).prepared())
      return name + " is still prepared at " + kParticipants.at(i);
  }
  return std::nullopt;
}

std::string status_of_run(const cli::Sandbox& sandbox) {
  const std::string shown = sandbox.rung({"show", "1", "-o", "json"}).out;
  constexpr std::string_view kBefore = "\n  \"status\": \"";
  const auto at = shown.find(kBefore);
  if (at == std::string::npos) return "";
  const auto begin = at + kBefore.size();
  return shown.substr(begin, shown.find('"', begin) - begin);
}

bool finish(const cli::Sandbox& sandbox) {
  for (int n = 0; n < 20; ++n) {
    const std::string status = status_of_run(sandbox);
    if (status.empty() || is_over(status)) return true;
    sandbox.rung({"resume", "1"});
  }
  return false;
}

}  // namespace rung::test
