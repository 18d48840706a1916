#include "runbooks/load.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>

#include <unistd.h>
#include <filesystem>
#include <fstream>

// `runbook:`, the steps of another runbook as a part of this one.
namespace rung::runbooks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kFence = R"(rung: v1
name: fence-site
on_failure: fail
inputs: {site: {type: enum, of: [east, west]}, hard: {type: bool, default: false}}
vars: {what: "{{ inputs.site }}"}
steps:
  - {id: off, set: {said: "{{ vars.what }} is off"}}
outputs: {said: "{{ steps.off.said }}"}
)";

class ChildrenTest : public testing::Test {
 protected:
  ChildrenTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "rung-children-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    write("fence.yaml", kFence);
  }
  ~ChildrenTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& file, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(folder_ + "/" + file).parent_path());
    std::ofstream(folder_ + "/" + file) << text;
  }
  Loaded load(const std::string& steps) {
    write("main.yaml", "rung: v1\nname: main\nsteps:\n" + steps);
    return load_runbook(folder_ + "/main.yaml", test_catalog());
  }
  static std::vector<std::string> addresses(const Plan& plan) {
    std::vector<std::string> all;
    for (const Step& step : plan.steps) all.push_back(step.address);
    return all;
  }
  // "FILE:LINE what"
  std::vector<std::string> errors(const Loaded& loaded) const {
    std::vector<std::string> all;
    for (const auto& d : loaded.diagnostics) {
      all.push_back(std::filesystem::path(d.file).filename().string() + ":" +
                    std::to_string(d.at.line) + " " + d.message);
    }
    return all;
  }

  std::string folder_;
};

TEST_F(ChildrenTest, StandUnderTheStepThatUsesThem) {
  const Loaded loaded = load(R"(  - {id: before, set: {a: "{{ 1 }}"}}
  - {id: fence, runbook: ./fence.yaml, with: {site: west}}
  - {id: after, set: {b: "{{ steps.fence.said }}"}}
)");
  ASSERT_TRUE(loaded.plan) << render(loaded.diagnostics, loaded.texts.lookup());
  const Plan& plan = *loaded.plan;
  EXPECT_THAT(addresses(plan), ElementsAre("", "finally", "before", "fence", "fence/off", "after"));
  const Step& fence = plan.step(*plan.find("fence"));
  EXPECT_EQ(fence.on_failure, OnFailure::fail);
  EXPECT_EQ(plan.modules[fence.child->module - 1].runbook, "fence-site");
  EXPECT_EQ(plan.steps[4].module, 1u);
  EXPECT_EQ(plan.steps[5].needs, std::vector{StepIndex{3}});
  EXPECT_TRUE(plan.sources.contains("./fence.yaml"));
  const auto again = plan_from_json(to_json(plan));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again.value(), plan);
}

TEST_F(ChildrenTest, HoldOthersAndHaveAFolderOfTheirOwn) {
  write("parts/outer.yaml", R"(rung: v1
name: outer
steps:
  - {id: inner, runbook: ../fence.yaml, with: {site: east}}
)");
  const Loaded loaded = load(
      "  - {id: one, runbook: parts/outer.yaml}\n  - {id: two, runbook: "
      "parts/outer.yaml}\n");
  ASSERT_TRUE(loaded.plan) << render(loaded.diagnostics, loaded.texts.lookup());
  const Plan& plan = *loaded.plan;
  EXPECT_THAT(addresses(plan), ElementsAre("", "finally", "one", "one/inner", "one/inner/off",
                                           "two", "two/inner", "two/inner/off"));
  EXPECT_EQ(plan.modules.size(), 4u);
  EXPECT_EQ(plan.module_of(plan.steps[7])->runbook, "fence-site");
  EXPECT_THAT(plan.folder_of(plan.steps[6]), HasSubstr("/parts"));
}

TEST_F(ChildrenTest, AreHeldAgainstWhatTheyAreGiven) {
  EXPECT_THAT(errors(load(R"(  - {id: a, runbook: ./fence.yaml}
  - {id: b, runbook: ./fence.yaml, with: {sight: west, site: west, hard: 7}}
  - {id: c, set: {x: "{{ steps.b.told }}"}}
)")),
              ElementsAre("main.yaml:4 fence-site needs the input `site` (enum)",
                          HasSubstr("main.yaml:5 fence-site has no input `sight`"),
                          HasSubstr("main.yaml:5 input `hard` of fence-site: "),
                          HasSubstr("main.yaml:6 steps.b has no output `told`; it has said")));
}

TEST_F(ChildrenTest, TellTheirOwnMistakesInTheirOwnFile) {
  write("wrong.yaml", "rung: v1\nname: wrong\nsteps:\n  - {id: a, set: {x: \"{{ inputs.y }}\"}}\n");
  EXPECT_THAT(
      errors(load("  - {id: a, runbook: ./wrong.yaml}\n  - {id: b, runbook: wrong.yaml}\n")),
      ElementsAre("wrong.yaml:4 there is no input `y`"));
}

TEST_F(ChildrenTest, DoNotComeBackToTheRunbookThatUsesThem) {
  write("circle.yaml", "rung: v1\nname: circle\nsteps:\n  - {id: a, runbook: ./main.yaml}\n");
  EXPECT_THAT(errors(load("  - {id: a, runbook: ./circle.yaml}\n")),
              ElementsAre("circle.yaml:4 ./main.yaml holds this runbook: it would never end"));
}

TEST_F(ChildrenTest, MustBeThere) {
  EXPECT_THAT(errors(load("  - {id: a, runbook: ./none.yaml}\n")),
              ElementsAre(HasSubstr("main.yaml:4 cannot read the runbook ./none.yaml")));
}

TEST_F(ChildrenTest, KeepTheirFinallyInTheGroupThatTheyBecome) {
  write("last.yaml", std::string(kFence) + "finally: [{id: t, set: {x: \"{{ 1 }}\"}}]\n");
  const Loaded loaded = load("  - {id: b, runbook: ./last.yaml, with: {site: west}}\n");
  ASSERT_TRUE(loaded.plan);
  const auto& steps = loaded.plan->steps;
  const auto at = [&](std::string_view address) {
    return *std::find_if(steps.begin(), steps.end(),
                         [&](const Step& step) { return step.address == address; });
  };
  EXPECT_TRUE(at("b/finally").is_finally);
  EXPECT_EQ(steps[at("b").children.back().number].address, "b/finally");
  EXPECT_EQ(steps[at("b/finally/t").parent->number].address, "b/finally");
  EXPECT_EQ(at("b/finally").needs.size(), at("b").children.size() - 1);
}

TEST_F(ChildrenTest, TakeTheLocksOfTheirRunbookWhereTheyBegin) {
  write("alone.yaml",
        "rung: v1\nname: alone\nlocks: [\"pg:orders\"]\nsteps:\n  - {id: a, set: {x: y}}\n");
  const auto loaded = load("  - {id: a, runbook: ./alone.yaml, locks: [\"lb:web\"]}\n");
  ASSERT_TRUE(loaded.plan) << ::testing::PrintToString(errors(loaded));
  const auto& steps = loaded.plan->steps;
  const auto user = std::find_if(steps.begin(), steps.end(),
                                 [](const Step& step) { return step.address == "a"; });
  ASSERT_EQ(user->locks.size(), 2u);
  EXPECT_EQ(constant_value(user->locks[1].name), Value("pg:orders"));
}

TEST_F(ChildrenTest, ComputeNoNamesOfLocks) {
  write("alone.yaml",
        "rung: v1\nname: alone\ninputs: {db: {type: string, default: x}}\n"
        "locks: [\"pg:{{ inputs.db }}\"]\nsteps:\n  - {id: a, set: {x: y}}\n");
  EXPECT_THAT(
      errors(load("  - {id: a, runbook: ./alone.yaml}\n")),
      ElementsAre(HasSubstr("main.yaml:4 alone computes the name of a lock from inputs.db")));
}

TEST_F(ChildrenTest, TakeLocksInTheOrderOfTheRunbookThatUsesThem) {
  write("alone.yaml",
        "rung: v1\nname: alone\nlocks: [\"lb:web\"]\nsteps:\n  - {id: a, set: {x: y}}\n");
  EXPECT_THAT(errors(load("  - {id: g, locks: [\"pg:orders\"], steps: [{id: a, runbook: "
                          "./alone.yaml}]}\n")),
              ElementsAre(HasSubstr("this group would wait for `lb:web` while the group `g` holds "
                                    "`pg:orders`")));
}

}  // namespace
}  // namespace rung::runbooks
