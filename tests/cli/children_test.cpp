#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

// `runbook:` as people use it: a runbook in a folder of its own, twice in another one.
namespace rung::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view kFence = R"(rung: v1
name: fence-site
inputs: {site: {type: string}}
steps:
  - id: off
    command: [./off.sh, "{{ inputs.site }}"]
    in_doubt: retry
    outputs: {proof: string}
    undo: {shell: "echo on >> ../effects.txt"}
outputs: {proof: "{{ steps.off.proof }}"}
)";

constexpr std::string_view kMain = R"(rung: v1
name: move
steps:
  - {id: east, runbook: parts/fence.yaml, with: {site: east}}
  - id: others
    for_each: {item: site, in: [west, north]}
    runbook: parts/fence.yaml
    with: {site: "{{ site }}"}
  - id: check
    in_doubt: retry
    undo: none
    command: [test, -e, fixed]
outputs: {proof: "{{ steps.east.proof }}", all: "{{ steps.others.by_key.north.outputs.proof }}"}
)";

class ChildRunbookTest : public testing::Test {
 protected:
  ChildRunbookTest() {
    box.shell("mkdir parts");
    box.write("parts/fence.yaml", kFence);
    box.write("parts/off.sh",
              "#!/bin/sh\necho \"off $1\" >> ../effects.txt\necho \"proof=$1 is off\" >> "
              "\"$RUNG_OUTPUT_FILE\"\n");
    box.shell("chmod +x parts/off.sh");
    box.write("move.yaml", kMain);
  }
  Sandbox box;
};

TEST_F(ChildRunbookTest, RunsInItsOwnFolderWithItsOwnInputsAndGivesItsOutputs) {
  box.write("fixed", "");
  const Ended ended = box.rung({"run", "move.yaml", "-o", "json"});
  ASSERT_EQ(ended.code, 0) << ended.out << ended.err;
  const auto run = from_plain_json(ended.out);
  ASSERT_TRUE(run);
  EXPECT_EQ(to_text(*run.value().member("outputs")->member("proof")), "east is off");
  EXPECT_EQ(to_text(*run.value().member("outputs")->member("all")), "north is off");
  EXPECT_EQ(box.read("effects.txt"), "off east\noff west\noff north\n");
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("others/north/off"));
}

TEST_F(ChildRunbookTest, IsUndoneWithTheRunThatUsesIt) {
  EXPECT_EQ(box.rung({"run", "move.yaml"}).code, 4);
  EXPECT_THAT(box.rung({"undo", "1", "--dry-run"}).out, HasSubstr("1. others/north/off "));
  EXPECT_EQ(box.rung({"undo", "1", "--say", "back"}).code, 7);  // nobody drives it yet
  box.rung({"resume", "1"});
  EXPECT_EQ(box.read("effects.txt"), "off east\noff west\noff north\non\non\non\n");
}

TEST_F(ChildRunbookTest, IsShownInThePlanAndPinnedWithTheRun) {
  const std::string plan = box.rung({"plan", "move.yaml"}).out;
  EXPECT_THAT(plan, HasSubstr("east/off"));
  EXPECT_THAT(plan, HasSubstr("others/*/off"));
  EXPECT_THAT(plan, HasSubstr("parts/fence.yaml"));
  EXPECT_THAT(box.rung({"graph", "move.yaml"}).out, HasSubstr("runbook parts/fence.yaml"));
}

}  // namespace
}  // namespace rung::cli
