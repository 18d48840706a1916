#include "base/json.h"
#include "tests/two_phase/bank.h"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <thread>

// What people see and do about a transaction over real databases.
namespace rung::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class TwoPhaseRun : public testing::Test {
 protected:
  TwoPhaseRun() {
    bank.furnish(box);
    bank.open_books();
    box.write("empty.yaml", "rung: v1\nname: empty\nsteps:\n  - {id: nap, wait: 300ms}\n");
  }

  // The engine stands still before stock is told to commit, and meanwhile that server dies.
  cli::Process engine_without_stock() {
    box.set("RUNG_FAILPOINT", "executor.before_effect/money/stock.2=stop");
    auto engine = box.start({"run", "move.yaml"});
    box.set("RUNG_FAILPOINT", "");
    const std::string stat = "/proc/" + std::to_string(engine.pid()) + "/stat";
    EXPECT_TRUE(box.comes_true("grep -q ') T ' " + stat));
    bank.server(2).kill();
    engine.send_signal(SIGCONT);
    return engine;
  }
  // Of the delay between two tries: there is nothing to say while one is under way.
  Value why() const {
    EXPECT_TRUE(is_delayed());
    for (int n = 0; n < 200; ++n) {
      const auto answer = from_plain_json(box.rung({"why", "1", "-o", "json"}).out);
      const Value* needs = answer ? answer.value().member("waits_for") : nullptr;
      if (needs == nullptr || needs->list() == nullptr) continue;
      for (const Value& need : *needs->list()) {
        if (to_text(*need.member("for")) == "delay") return need;
      }
    }
    ADD_FAILURE() << "no delay was seen";
    return {};
  }
  static std::string way(const Value& need, std::size_t n) {
    return to_text(*need.member("commands")->list()->at(n).member("command"));
  }
  void prepare_by_hand(const std::string& name, int id) {
    bank.server(0).ask("create table if not exists by_hand (id int)");
    const std::string psql = "psql -Xq -h " + bank.server(0).folder() +
                             " -U postgres -c begin -c 'insert into by_hand values (" +
                             std::to_string(id) + ")' -c \"prepare transaction '" + name + "'\"";
    EXPECT_EQ(box.shell(psql).code, 0);
  }
  bool is_delayed() const {
    return box.comes_true("rung why 1 -o json | grep -q '\"for\": \"delay\"'");
  }

  Bank bank;
  cli::Sandbox box;
};

TEST_F(TwoPhaseRun, IsShownWithItsParticipants) {
  EXPECT_EQ(box.rung({"run", "move.yaml"}).code, 0);
  EXPECT_EQ(bank.complaint(box).value_or(""), "");
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("money/east"));
  const std::string report = box.rung({"report", "1"}).out;
  EXPECT_THAT(report, HasSubstr("is to be committed"));
  EXPECT_THAT(report, HasSubstr("commit, committed"));
}

TEST_F(TwoPhaseRun, WaitsForAServerThatIsAwayAfterTheDecision) {
  auto engine = engine_without_stock();
  ASSERT_TRUE(is_delayed());
  EXPECT_EQ(to_text(*why().member("text")), "money/stock to be committed");
  EXPECT_EQ(box.rung({"cancel", "1", "--kill"}).code, 0);  // stops nothing that was decided
  bank.server(2).start();
  box.shell(way(why(), 0));  // its server is back
  engine.wait();
  EXPECT_EQ(status_of_run(box), "cancelled");
  EXPECT_EQ(bank.server(2).first("select money from stock.account"), "1");
  EXPECT_TRUE(bank.server(2).prepared().empty());
}

TEST_F(TwoPhaseRun, EndsAsMixedByThePrintedCommandWhereAServerIsGoneForEver) {
  auto engine = engine_without_stock();
  ASSERT_TRUE(is_delayed());
  const std::string command = way(why(), 2);
  EXPECT_THAT(command, HasSubstr("--participant stock --as rolled-back"));
  EXPECT_EQ(box.shell(command).code, 0) << command;
  const auto ended = engine.wait();
  EXPECT_NE(ended.code, 0);
  EXPECT_EQ(status_of_run(box), "failed");
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("mixed: money/east is committed"));
}

// A PREPARE that came late: its run is over, and was rolled back.
TEST_F(TwoPhaseRun, EndsAtTheNextStartWhatWasLeftPreparedAndNothingElse) {
  box.set("RUNG_FAILPOINT", "executor.after_effect/money/east.1=stop");
  auto engine = box.start({"run", "move.yaml"});
  box.set("RUNG_FAILPOINT", "");
  ASSERT_TRUE(bank.server(0).comes_to("select count(*) from pg_prepared_xacts", "1"));
  const std::string name = bank.server(0).prepared().front();
  engine.send_signal(SIGKILL);
  engine.wait();
  ASSERT_TRUE(finish(box));
  ASSERT_EQ(bank.complaint(box).value_or(""), "");
  const std::string store = name.substr(0, name.find(':', 5) + 1);
  const std::vector<std::string> others{"rung:0123456789abcdef0123456789abcdef:1:000000000000",
                                        store + "99:000000000000", "mine"};
  prepare_by_hand(name, 1);
  for (std::size_t n = 0; n < others.size(); ++n)
    prepare_by_hand(others[n], static_cast<int>(n) + 2);
  // The look goes on beside the run, and ends with its engine.
  std::vector<std::string> left;
  for (int n = 0; n < 20; ++n) {
    box.rung({"run", "empty.yaml"});
    left = bank.server(0).prepared();
    if (left.size() == others.size()) break;
  }
  EXPECT_THAT(left, testing::UnorderedElementsAreArray(others));
  for (const std::string& other : others) bank.server(0).ask("rollback prepared '" + other + "'");
}

TEST_F(TwoPhaseRun, ChangesNothingWhereOneRefuses) {
  bank.server(2).ask("drop table stock.account");
  EXPECT_NE(box.rung({"run", "move.yaml"}).code, 0);
  EXPECT_EQ(status_of_run(box), "failed");
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("db_stock, statement 1"));
  EXPECT_EQ(bank.server(0).first("select money from account"), "0");
  EXPECT_TRUE(bank.server(0).prepared().empty());
  EXPECT_TRUE(bank.server(1).prepared().empty());
}

TEST_F(TwoPhaseRun, RollsBackWhereNotAllPrepareInTime) {
  std::string text = box.read("move.yaml");
  text.replace(text.find("20s"), 3, "1s");
  const std::string statement = "[\"update account set money = money + ?\"], params: [[1]]";
  text.replace(text.find(statement), statement.size(),
               "[\"update account set money = money + ?\", \"select sleep(60)\"], params: [[1]]");
  box.write("move.yaml", text);
  EXPECT_NE(box.rung({"run", "move.yaml"}).code, 0);
  EXPECT_EQ(bank.complaint(box).value_or(""), "");
  EXPECT_TRUE(bank.server(2).comes_to(
      "select count(*) from information_schema.processlist where info = 'select sleep(60)'", "0"));
}

}  // namespace
}  // namespace rung::test
