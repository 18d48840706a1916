#include "base/json.h"
#include "runbooks/load.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// `env` of a runbook or a group, which goes to every command in it.
namespace rung::runbooks {
namespace {

constexpr std::string_view kRunbook = R"(rung: v1
name: shared
inputs: {to: {type: string, default: west}}
env: {SITE: "{{ inputs.to }}", LEVEL: top}
abort_if:
  gone: {command: ["true"], that: exit_code == 1}
steps:
  - id: plain
    shell: echo
    how_to_tell: look
    undo: {command: ["true"]}
    probe: {command: ["true"]}
  - id: group
    env: {LEVEL: group}
    finally: [{id: tidy, shell: echo, undo: none, in_doubt: retry}]
    steps:
      - {id: own, env: {LEVEL: own, MORE: x}, command: ["true"], undo: none, in_doubt: retry}
      - {id: ask, http: {method: GET, url: "http://localhost/"}, undo: none}
      - {id: long_form, uses: command, with: {argv: ["true"]}, undo: none, in_doubt: retry}
  - id: loop
    for_each: {item: host, in: [a, b]}
    env: {HOST: "{{ host }}"}
    steps: [{id: each, shell: echo, undo: none, in_doubt: retry}]
  - id: ways
    env: {LEVEL: choice}
    choose: [{when: inputs.to == "west", steps: [{id: way, shell: echo, undo: none, in_doubt: retry}]}]
  - id: good
    env: {LEVEL: check}
    verify: {within: 5s, checks: {one: {command: ["true"]}}}
)";

class SharedEnvTest : public ::testing::Test {
 protected:
  void SetUp() override {
    loaded_ = load(kRunbook);
    ASSERT_TRUE(loaded_.plan) << render(loaded_.diagnostics, loaded_.texts.lookup());
  }
  static std::string env_in(const ActionUse& use) {
    const auto env = use.with.find("env");
    return env == use.with.end() ? "" : to_journal_json(to_value(env->second));
  }
  const Step& step(const std::string& address) const {
    return loaded_.plan->step(*loaded_.plan->find(address));
  }
  std::string env_of(const std::string& address) const { return env_in(step(address).action); }

  Loaded loaded_;
};

const std::string kSite = R"("SITE":{"$map":{"$expr":"inputs.to"}}})";

TEST_F(SharedEnvTest, GoesToEveryCommandOfTheRunbook) {
  EXPECT_EQ(env_of("plain"), R"({"LEVEL":"top",)" + kSite);
}

TEST_F(SharedEnvTest, ReachesUndoProbeAndChecks) {
  EXPECT_EQ(env_of("plain@undo"), env_of("plain"));
  EXPECT_EQ(env_in(*step("plain").probe), env_of("plain"));
  EXPECT_EQ(env_of("abort_if/gone"), env_of("plain"));
  EXPECT_EQ(env_of("good/one"), R"({"LEVEL":"check",)" + kSite);
}

TEST_F(SharedEnvTest, OfAGroupStandsOverWhatIsAroundItAndUnderItsCommands) {
  EXPECT_EQ(env_of("group/long_form"), R"({"LEVEL":"group",)" + kSite);
  EXPECT_EQ(env_of("group/finally/tidy"), env_of("group/long_form"));
  EXPECT_EQ(env_of("group/own"), R"({"LEVEL":"own","MORE":"x",)" + kSite);
  EXPECT_EQ(env_of("ways/1/way"), R"({"LEVEL":"choice",)" + kSite);
}

TEST_F(SharedEnvTest, OfALoopSeesItsItem) {
  EXPECT_EQ(env_of("loop/*/each"), R"({"HOST":{"$map":{"$expr":"host"}},"LEVEL":"top",)" + kSite);
}

TEST_F(SharedEnvTest, LeavesAloneWhatIsNoCommand) {
  EXPECT_EQ(env_of("group/ask"), "");
}

TEST(SharedEnv, IsRefusedBesideVariablesThatNobodyKnowsYet) {
  const std::string text =
      "rung: v1\nname: x\nvars: {more: {A: b}}\nenv: {S: s}\nsteps:\n"
      "  - {id: a, uses: command, with: {argv: [env], env: \"{{ vars.more }}\"}, undo: none, "
      "in_doubt: retry}\n";
  EXPECT_THAT(findings(load(text)), testing::HasSubstr("write the variables one by one"));
}

}  // namespace
}  // namespace rung::runbooks
