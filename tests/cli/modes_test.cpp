#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

// Modes as people use them: a planned switch that turns into an emergency, and a drill.
namespace rung::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view kMove = R"(rung: v1
name: move
modes: [planned, unplanned, drill]
steps:
  - {id: ask, approve: {ask: "Go?", timeout: 1h, on_timeout: reject}}
  - {id: drain, modes: [planned], shell: "echo drain >> effects", undo: none, in_doubt: retry}
  - {id: fence, modes: [unplanned], shell: "echo fence >> effects", undo: none, in_doubt: retry}
)";

class ModesTest : public testing::Test {
 protected:
  ModesTest() { box.write("move.yaml", kMove); }
  Sandbox box;
};

TEST_F(ModesTest, ARunGoesOnInAnotherMode) {
  EXPECT_EQ(box.rung({"run", "move.yaml"}).code, 4);
  const Ended switched = box.rung({"mode", "1", "unplanned", "--say", "east is gone"});
  EXPECT_EQ(switched.code, 0) << switched.err;
  box.rung({"approve", "1", "ask"});
  EXPECT_EQ(box.rung({"resume", "1"}).code, 0);
  EXPECT_EQ(box.read("effects"), "fence\n");
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("unplanned"));
}

TEST_F(ModesTest, ASwitchNeedsAReasonAndAModeThatThereIs) {
  EXPECT_EQ(box.rung({"run", "move.yaml"}).code, 4);
  EXPECT_THAT(box.rung({"mode", "1", "unplanned"}).err, HasSubstr("needs a reason"));
  EXPECT_THAT(box.rung({"mode", "1", "fast", "--say", "x"}).err,
              HasSubstr("it has planned, unplanned, drill"));
}

TEST_F(ModesTest, ADrillNeedsAnEnvironment) {
  const Ended refused = box.rung({"run", "move.yaml", "--mode", "drill"});
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.err, HasSubstr("--env NAME"));
}

}  // namespace
}  // namespace rung::cli
