#include "base/ids.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

constexpr std::string_view kText = "6f0c2b1e-0a1b-4c2d-8e3f-0123456789ab";

TEST(Uuid, IsReadBackAsItWasWritten) {
  EXPECT_EQ(to_string(parse_uuid(kText)), kText);
}

TEST(Uuid, IsReadInUpperCaseToo) {
  EXPECT_EQ(parse_uuid("6F0C2B1E-0A1B-4C2D-8E3F-0123456789AB"), parse_uuid(kText));
}

TEST(Uuid, IsEmptyWhereTheTextIsNone) {
  EXPECT_EQ(parse_uuid(""), Uuid{});
  EXPECT_EQ(parse_uuid("6f0c2b1e00a1b-4c2d-8e3f-0123456789ab"), Uuid{});
  EXPECT_EQ(parse_uuid("6f0c2b1e-0a1b-4c2d-8e3f-0123456789ag"), Uuid{});
  EXPECT_EQ(parse_uuid("6f0c2b1e-0a1b-4c2d-8e3f-0123456789a"), Uuid{});
  EXPECT_EQ(parse_uuid("6f0c2b1-e0a1b-4c2d-8e3f-0123456789ab"), Uuid{});
}

}  // namespace
}  // namespace rung
