#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

namespace rung::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class GraphTest : public ::testing::Test {
 protected:
  GraphTest() {
    box.write("runbook.yaml", R"(rung: v1
name: draw
steps:
  - {id: look, set: {text: "{{ 'a\"b' }}"}}
  - {id: sure, when: steps.look.text ~= "<\"x\">", approve: {ask: "Go?", timeout: 1h, on_timeout: reject}}
  - {id: nap, when: "false", wait: 1h}
  - id: both
    parallel:
      - {id: left, set: {x: "{{ 1 }}"}}
      - {id: right, set: {x: "{{ 2 }}"}}
  - id: way
    choose:
      - {when: steps.left.x == 2, steps: [{id: two, set: {x: "{{ 2 }}"}}]}
      - {otherwise: true, steps: [{id: one, set: {x: "{{ 1 }}"}}]}
finally:
  - {id: tidy, set: {x: "{{ 0 }}"}}
)");
  }

  Sandbox box;
};

TEST_F(GraphTest, DrawsBoxesFramesAndArrowsInMermaid) {
  const Ended drawn = box.rung({"graph"});
  EXPECT_EQ(drawn.code, 0) << drawn.err;
  EXPECT_THAT(drawn.out, StartsWith("flowchart TD\n"));
  EXPECT_THAT(drawn.out, HasSubstr("s2[\"look<br/>set\"]\n"));
  EXPECT_THAT(drawn.out, HasSubstr("{{\"sure<br/>approve<br/>when steps.look.text ~= "
                                   "#quot;#lt;\\#quot;x\\#quot;#gt;#quot;\"}}"));
  EXPECT_THAT(drawn.out, HasSubstr("subgraph s5[\"both: parallel\"]"));
  EXPECT_THAT(drawn.out, HasSubstr("subgraph s9[\"when steps.left.x == 2\"]"));
  EXPECT_THAT(drawn.out, HasSubstr("subgraph s11[\"otherwise\"]"));
  EXPECT_THAT(drawn.out, HasSubstr("subgraph s1[\"finally\"]"));
  EXPECT_THAT(drawn.out, AllOf(HasSubstr("  s2 --> s3\n"), HasSubstr("  s5 --> s8\n")));
}

TEST_F(GraphTest, WritesWhatGraphvizTakes) {
  const Ended svg = box.rung({"graph", "runbook.yaml", "--format", "svg"});
  EXPECT_EQ(svg.code, 0) << svg.err;
  EXPECT_THAT(svg.out, AllOf(HasSubstr("<svg"), HasSubstr("both: parallel"),
                             HasSubstr("when steps.look.text ~= &quot;&lt;")));
}

TEST_F(GraphTest, ColoursTheStatesOfARun) {
  ASSERT_EQ(box.rung({"run", "-q"}).code, 4);
  EXPECT_THAT(box.rung({"graph", "1"}).out,
              AllOf(HasSubstr("s2[\"look<br/>set\"]:::succeeded"), HasSubstr("}}:::running")));
  ASSERT_EQ(box.rung({"approve", "1", "sure"}).code, 7);
  ASSERT_EQ(box.rung({"resume", "1", "-q"}).code, 0);
  const std::string dot = box.rung({"graph", "draw-1", "--format", "dot"}).out;
  EXPECT_THAT(dot, HasSubstr("[label=\"two\\nset\", fillcolor=\"#ececec\"]"));
  EXPECT_THAT(dot, HasSubstr("[label=\"one\\nset\", fillcolor=\"#cdeccf\"]"));
}

TEST_F(GraphTest, SaysWhatToDoWithoutGraphviz) {
  box.set("PATH", box.folder());
  const Ended drawn = box.rung({"graph", "--format", "svg"});
  EXPECT_NE(drawn.code, 0);
  EXPECT_THAT(drawn.err, HasSubstr("apt install graphviz"));
}

TEST_F(GraphTest, RefusesAFormatThatItDoesNotKnow) {
  const Ended drawn = box.rung({"graph", "--format", "jpg"});
  EXPECT_EQ(drawn.code, 2);
  EXPECT_THAT(drawn.err, HasSubstr("'jpg' is no picture: write mermaid, dot or svg"));
}

}  // namespace
}  // namespace rung::cli
