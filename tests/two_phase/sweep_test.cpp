#include "actions/builtin.h"
#include "base/host.h"
#include "engine/secrets.h"
#include "scripting/lua_evaluator.h"
#include "service/prepared_sweep.h"
#include "state/sqlite_store.h"
#include "tests/two_phase/bank.h"

#include <gmock/gmock.h>

// What an engine that stays finds at the servers while it drives.
namespace rung::test {
namespace {

class PreparedSweepTest : public testing::Test {
 protected:
  PreparedSweepTest() {
    bank.furnish(box);
    bank.open_books();
    EXPECT_EQ(box.rung({"run", "move.yaml"}).code, 0);
    EXPECT_TRUE(actions::register_builtin_actions(registry));
    bank.server(0).ask("create table by_hand (id int)");
  }

  // A PREPARE of a try that was not committed, which a server carries out late.
  void prepare_late(int id) {
    const std::string store = to_hex(reader()->store_id().value());
    const std::string name = "rung:" + store + ":1:00000000000" + std::to_string(id);
    const std::string psql = "psql -Xq -h " + bank.server(0).folder() +
                             " -U postgres -c begin -c 'insert into by_hand values (" +
                             std::to_string(id) + ")' -c \"prepare transaction '" + name + "'\"";
    ASSERT_EQ(box.shell(psql).code, 0);
  }
  static std::string to_hex(const StoreId& store) {
    std::string text = to_string(store);
    std::erase(text, '-');
    return text;
  }
  std::unique_ptr<state::Reader> reader() {
    auto opened = state::open_sqlite_reader({.path = box.store(), .host = this_host().value()});
    EXPECT_TRUE(opened);
    return std::move(opened).value();
  }
  bool comes_to_have(std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
      if (bank.server(0).prepared().size() == count) return true;
      loop.run_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  Bank bank;
  cli::Sandbox box;
  boost::asio::io_context loop;
  actions::Registry registry;
  std::unique_ptr<scripting::Evaluator> evaluator = scripting::make_lua_evaluator();
  engine::SystemSecrets secrets;
  SystemClock clock;
  StderrLog log{LogLevel::error};
};

TEST_F(PreparedSweepTest, LooksAgainAndAgain) {
  service::PreparedSweep sweep(
      {&loop, &registry, evaluator.get(), &secrets, &clock, &log, std::chrono::milliseconds(20)});
  prepare_late(1);
  sweep.begin([this] { return reader(); });
  EXPECT_TRUE(comes_to_have(0));
  prepare_late(2);
  EXPECT_TRUE(comes_to_have(0));
  EXPECT_EQ(bank.server(0).first("select count(*) from by_hand"), "0");
  sweep.stop();
  loop.run_for(std::chrono::seconds(2));
}

}  // namespace
}  // namespace rung::test
