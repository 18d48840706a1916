#include "actions/test/test_actions.h"

#include <gmock/gmock.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <fstream>

namespace rung::actions {
namespace {

template <class T>
T awaited(awaitable<T> work) {
  boost::asio::io_context context;
  auto result = boost::asio::co_spawn(context, std::move(work), boost::asio::use_future);
  context.run();
  return result.get();
}

class TestEffect : public testing::Test {
 protected:
  TestEffect() : witness_(testing::TempDir() + "witness-" + std::to_string(::getpid())) {
    EXPECT_TRUE(register_test_actions(registry_));
    effect_ = registry_.find("test.effect");
    request_.address = "copy";
    request_.key.bytes[0] = 7;
    request_.with = {{"witness", witness_}};
  }
  ~TestEffect() override { ::unlink(witness_.c_str()); }

  int lines() const {
    std::ifstream file(witness_);
    int count = 0;
    for (std::string line; std::getline(file, line);) ++count;
    return count;
  }

  std::string witness_;
  Registry registry_;
  Action* effect_ = nullptr;
  RunRequest request_;
};

TEST_F(TestEffect, LeavesOneLineForEachTime) {
  EXPECT_TRUE(std::holds_alternative<Done>(awaited(effect_->run(request_))));
  EXPECT_TRUE(std::holds_alternative<Done>(awaited(effect_->run(request_))));
  EXPECT_EQ(lines(), 2);
}

TEST_F(TestEffect, CanBeAskedToFailAtFirst) {
  request_.with.insert_or_assign("fail", "failed");
  EXPECT_TRUE(std::holds_alternative<Failed>(awaited(effect_->run(request_))));
  EXPECT_EQ(lines(), 0);
  request_.attempt = 2;
  EXPECT_TRUE(std::holds_alternative<Done>(awaited(effect_->run(request_))));
}

TEST_F(TestEffect, CanBeAskedToHideThatItIsDone) {
  request_.with.insert_or_assign("fail", "unknown");
  EXPECT_TRUE(std::holds_alternative<Unknown>(awaited(effect_->run(request_))));
  EXPECT_EQ(lines(), 1);
  EXPECT_TRUE(std::holds_alternative<Done>(awaited(effect_->probe()->probe(request_))));
}

TEST_F(TestEffect, IsNotFoundByItsProbeBeforeItHappened) {
  EXPECT_TRUE(std::holds_alternative<NotDone>(awaited(effect_->probe()->probe(request_))));
}

TEST(TestNoop, HasTheClassThatItsInputNames) {
  Registry registry;
  ASSERT_TRUE(register_test_actions(registry));
  const auto* noop = registry.find("test.noop");
  EXPECT_EQ(noop->effect_class({}), EffectClass::once);
  EXPECT_EQ(noop->effect_class({{"class", "keyed"}}), EffectClass::keyed);
}

TEST(TestNoop, YieldsItsResult) {
  Registry registry;
  ASSERT_TRUE(register_test_actions(registry));
  RunRequest request;
  request.with = {{"result", 42}};
  const auto outcome = awaited(registry.find("test.noop")->run(std::move(request)));
  EXPECT_EQ(std::get<Done>(outcome).outputs.at("result"), Value(42));
}

}  // namespace
}  // namespace rung::actions
