#include "base/host.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace rung {
namespace {

class HostTest : public testing::Test {
 protected:
  ~HostTest() override { unsetenv("RUNG_TEST_BOOT_ID"); }
};

TEST_F(HostTest, IsTheSameTwice) {
  const Result<Host> first = this_host();
  const Result<Host> second = this_host();
  ASSERT_TRUE(first.has_value()) << first.error().message();
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(first.value(), second.value());
}

TEST_F(HostTest, NamesTheBootAndTheProcessNamespace) {
  const Result<Host> host = this_host();
  ASSERT_TRUE(host.has_value()) << host.error().message();
  EXPECT_EQ(host.value().boot_id.size(), 36U);
  EXPECT_TRUE(host.value().pid_namespace.starts_with("pid:["));
  EXPECT_FALSE(host.value().name.empty());
}

TEST_F(HostTest, IsAnotherAfterABoot) {
  const Result<Host> before = this_host();
  setenv("RUNG_TEST_BOOT_ID", "second-boot", 1);
  const Result<Host> after = this_host();
  ASSERT_TRUE(before.has_value());
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after.value().boot_id, "second-boot");
  EXPECT_FALSE(before.value() == after.value());
}

}  // namespace
}  // namespace rung
