#include "tests/two_phase/bank.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

// Real databases, and a real engine that is killed: all of them agree, and nothing stays prepared.
namespace rung::test {
namespace {

// What an undisturbed run reaches: each write of its journal, and each moment around an effect.
std::vector<std::string> moments(Bank& bank) {
  std::set<std::string> ids;
  for (int n = 0; n < 2; ++n) {
    cli::Sandbox sandbox;
    bank.furnish(sandbox);
    bank.open_books();
    sandbox.set("RUNG_FAILPOINT_RECORD", sandbox.folder() + "/reached");
    EXPECT_EQ(sandbox.rung({"run", "move.yaml"}).code, 0);
    EXPECT_EQ(bank.complaint(sandbox).value_or(""), "");
    std::istringstream reached(sandbox.read("reached"));
    for (std::string id; std::getline(reached, id);) {
      if (id.find("upkeep") == std::string::npos) ids.insert(id);
    }
  }
  return {ids.begin(), ids.end()};
}

bool is_of_effect(const std::string& id) {
  return id.starts_with("executor.");
}

struct Tally {
  std::size_t killed = 0;
  std::size_t missed = 0;  // its turn came in another order, and did not come
  std::size_t committed = 0;
  std::size_t rolled_back = 0;
  std::size_t not_begun = 0;

  void note(const std::string& status) {
    (status == "succeeded" ? committed : status.empty() ? not_begun : rolled_back) += 1;
  }
  std::string text() const {
    return "killed " + std::to_string(killed) + ", missed " + std::to_string(missed) +
           "; committed " + std::to_string(committed) + ", rolled back " +
           std::to_string(rolled_back) + ", not begun " + std::to_string(not_begun);
  }
};

TEST(TwoPhaseCrash, AllDatabasesAgreeWhereverTheEngineIsKilled) {
  Bank bank;
  Tally tally;
  const auto ids = moments(bank);
  for (const std::string& id : ids) {
    // The order in which databases answer is theirs: a moment that does not come is tried again.
    bool was_killed = false;
    for (int n = 0; n < (is_of_effect(id) ? 1 : 3) && !was_killed; ++n) {
      cli::Sandbox sandbox;
      bank.furnish(sandbox);
      bank.open_books();
      sandbox.set("RUNG_FAILPOINT", id + "=kill");
      was_killed = sandbox.rung({"run", "move.yaml"}).code == 128 + SIGKILL;
      sandbox.set("RUNG_FAILPOINT", "");
      ASSERT_TRUE(finish(sandbox)) << id << ": the run is " << status_of_run(sandbox);
      const auto wrong = bank.complaint(sandbox);
      ASSERT_FALSE(wrong) << id << ": " << *wrong << "\n" << sandbox.rung({"show", "1"}).out;
      if (was_killed) tally.note(status_of_run(sandbox));
    }
    (was_killed ? tally.killed : tally.missed) += 1;
    EXPECT_TRUE(was_killed || !is_of_effect(id)) << id;
  }
  std::cout << "two_phase, engine killed at each of " << ids.size() << " moments: " << tally.text()
            << std::endl;
  EXPECT_GT(tally.committed, 10U);
  EXPECT_GT(tally.rolled_back, 10U);
}

// --- a server dies

bool is_stopped(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat{std::istreambuf_iterator<char>(file), {}};
  const auto end = stat.rfind(')');
  return end != std::string::npos && stat.size() > end + 2 && stat[end + 2] == 'T';
}

bool stops(const cli::Process& engine) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_stopped(engine.pid())) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

enum class Then { the_engine_waits, the_engine_goes_on, the_engine_dies_too };

struct Blow {
  std::string moment;  // a failpoint, at which the engine stands still
  std::size_t server = 0;
  Then then = Then::the_engine_waits;
};

// Each server at each moment; `shift` varies what happens then.
std::vector<Blow> blows(int shift) {
  std::vector<Blow> all;
  int n = shift;
  for (const char* site : {"executor.before_effect", "executor.after_effect"}) {
    for (const char* participant : Bank::kParticipants) {
      for (const char* attempt : {"1", "2"}) {  // prepare, commit
        for (std::size_t server = 0; server < Bank::kParticipants.size(); ++server) {
          all.push_back({std::string(site) + "/money/" + participant + "." + attempt, server,
                         static_cast<Then>(n++ % 3)});
        }
      }
      ++n;  // so that each server meets each way
    }
  }
  return all;
}

void strike(Bank& bank, const cli::Sandbox& sandbox, const Blow& blow, cli::Process& engine) {
  ASSERT_TRUE(stops(engine)) << blow.moment;
  bank.server(blow.server).kill();
  switch (blow.then) {
    case Then::the_engine_waits:
      bank.server(blow.server).start();
      engine.send_signal(SIGCONT);
      break;
    case Then::the_engine_goes_on:
      engine.send_signal(SIGCONT);
      // Whatever it makes of it: it meets a server that is not there, or it does not need it.
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      bank.server(blow.server).start();
      break;
    case Then::the_engine_dies_too:
      engine.send_signal(SIGKILL);
      bank.server(blow.server).start();
      break;
  }
  engine.wait();
  ASSERT_TRUE(finish(sandbox)) << blow.moment << ": the run is " << status_of_run(sandbox);
}

class TwoPhaseServerCrash : public testing::TestWithParam<int> {};

TEST_P(TwoPhaseServerCrash, AllDatabasesAgreeWhicheverServerDies) {
  Bank bank;
  Tally tally;
  for (const Blow& blow : blows(GetParam())) {
    cli::Sandbox sandbox;
    bank.furnish(sandbox);
    bank.open_books();
    sandbox.set("RUNG_FAILPOINT", blow.moment + "=stop");
    auto engine = sandbox.start({"run", "move.yaml"});
    sandbox.set("RUNG_FAILPOINT", "");
    ASSERT_NO_FATAL_FAILURE(strike(bank, sandbox, blow, engine));
    const auto wrong = bank.complaint(sandbox);
    ASSERT_FALSE(wrong) << blow.moment << ", server " << blow.server << ", then "
                        << static_cast<int>(blow.then) << ": " << *wrong << "\n"
                        << sandbox.rung({"show", "1"}).out;
    tally.killed += 1;
    tally.note(status_of_run(sandbox));
  }
  std::cout << "two_phase, servers killed: " << tally.text() << std::endl;
  EXPECT_EQ(tally.killed, 36U);
}
INSTANTIATE_TEST_SUITE_P(Part, TwoPhaseServerCrash, testing::Range(0, 1));
INSTANTIATE_TEST_SUITE_P(SlowPart, TwoPhaseServerCrash, testing::Range(1, 3));

}  // namespace
}  // namespace rung::test
