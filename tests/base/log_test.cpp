#include "base/log.h"

#include <gtest/gtest.h>

#include <chrono>

namespace rung {
namespace {

using namespace std::chrono_literals;

TEST(LogfmtLine, HasTimeLevelMessageAndFields) {
  EXPECT_EQ(logfmt_line(TimePoint(500ms), LogLevel::info, "engine started",
                        {{"run", "42"}, {"step", "failover/promote"}}),
            "time=1970-01-01T00:00:00.5Z level=info msg=\"engine started\" run=42 "
            "step=failover/promote\n");
}

TEST(LogfmtLine, QuotesWhatWouldBreakTheLine) {
  EXPECT_EQ(logfmt_line(TimePoint(), LogLevel::error, "x",
                        {{"a", "two\nlines"}, {"b", "k=v"}, {"c", ""}, {"d", "say \"no\""}}),
            "time=1970-01-01T00:00:00Z level=error msg=x a=\"two\\nlines\" b=\"k=v\" c=\"\" "
            "d=\"say \\\"no\\\"\"\n");
}

TEST(StderrLog, WritesItsLevelAndAbove) {
  StderrLog log(LogLevel::warning);
  testing::internal::CaptureStderr();
  log.info("quiet");
  log.warning("loud", {{"run", "1"}});
  const std::string written = testing::internal::GetCapturedStderr();
  EXPECT_EQ(written.find("quiet"), std::string::npos);
  EXPECT_TRUE(written.ends_with("level=warning msg=loud run=1\n")) << written;
}

}  // namespace
}  // namespace rung
