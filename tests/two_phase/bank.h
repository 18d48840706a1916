#pragma once

#include "tests/cli/rung_process.h"
#include "tests/two_phase/database_server.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace rung::test {

// Two PostgreSQL servers and a MariaDB server with an account each, and a runbook that books one on
// all of them: `money`, with the participants east, west and stock.
class Bank {
 public:
  Bank();

  static constexpr std::array<const char*, 3> kParticipants{"east", "west", "stock"};
  DatabaseServer& server(std::size_t i);

  // A folder with the runbook and a store of its own.
  void furnish(const cli::Sandbox& sandbox) const;

  // Begins a round: what is booked from here on is compared with this.
  void open_books();
  // What is wrong: the books differ from each other or from how the run ended, or something is
  // still prepared.
  std::optional<std::string> complaint(const cli::Sandbox& sandbox);

 private:
  std::array<int, 3> balances();

  PostgresServer east_;
  PostgresServer west_;
  MariadbServer stock_;
  std::array<int, 3> before_{};
};

// "succeeded", ...; "" where the store has no run.
std::string status_of_run(const cli::Sandbox& sandbox);

// Engines without faults until the run is over; false: it does not end.
bool finish(const cli::Sandbox& sandbox);

}  // namespace rung::test
