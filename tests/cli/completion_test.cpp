#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

namespace rung::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The real shells, asked what they would complete.
class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() { box.set("HOME", box.folder()); }

  // `words` as an array of bash, the cursor at the end of the last one.
  std::string bash(const std::string& words) {
    const Ended ended = box.shell("source <(rung completion bash); COMP_WORDS=(" + words +
                                  "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rung; "
                                  "echo \"${COMPREPLY[*]}\"");
    EXPECT_EQ(ended.err, "");
    return ended.out;
  }
  std::string fish(const std::string& line) {
    return box.shell("fish -c 'rung completion fish | source; complete -C\"" + line + "\"'").out;
  }
  void given_a_finished_run() {
    box.write("quick.yaml",
              "rung: v1\nname: quick\nsteps:\n  - {id: one, set: {x: \"{{ 1 }}\"}}\n");
    ASSERT_EQ(box.rung({"run", "quick.yaml", "-q"}).code, 0);
  }

  Sandbox box;
};

TEST_F(CompletionTest, BashCompletesCommands) {
  EXPECT_EQ(bash("rung res"), "resume resolve\n");
}

TEST_F(CompletionTest, BashCompletesTheOptionsOfACommand) {
  EXPECT_EQ(bash("rung cancel --k"), "--kill\n");
}

TEST_F(CompletionTest, BashCompletesTheValuesOfAnOption) {
  EXPECT_EQ(bash("rung resolve 1 copy --as ''"), "done not-done failed committed rolled-back\n");
}

TEST_F(CompletionTest, BashCompletesWhatTheSameOptionTakesOfEachCommand) {
  EXPECT_EQ(bash("rung report 1 --format ''"), "text json md html\n");
  EXPECT_EQ(bash("rung graph --format ''"), "mermaid dot svg\n");
}

TEST_F(CompletionTest, BashCompletesRunbooksAndRuns) {
  given_a_finished_run();
  EXPECT_THAT(bash("rung validate qu"), HasSubstr("quick.yaml"));
  EXPECT_EQ(bash("rung show ''"), "quick-1\n");
  EXPECT_EQ(bash("rung cancel ''"), "\n") << "a finished run cannot be cancelled";
}

TEST_F(CompletionTest, FishCompletesCommandsOptionsAndRuns) {
  given_a_finished_run();
  EXPECT_THAT(fish("rung res"), AllOf(HasSubstr("resume"), HasSubstr("resolve")));
  EXPECT_THAT(fish("rung cancel --k"), HasSubstr("--kill"));
  EXPECT_THAT(fish("rung show "), HasSubstr("quick-1"));
  EXPECT_THAT(fish("rung resume "), Not(HasSubstr("quick-1")));
}

TEST_F(CompletionTest, ZshTakesTheScript) {
  const Ended ended = box.shell(
      "zsh -fc 'autoload -U compinit; compinit -u -D; source <(rung completion zsh); "
      "print $_comps[rung]'");
  EXPECT_EQ(ended.out, "_rung\n") << ended.err;
}

TEST_F(CompletionTest, AnUnknownShellIsNamed) {
  const Ended ended = box.rung({"completion", "tcsh"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("write:  rung completion bash,  zsh  or  fish"));
}

TEST_F(CompletionTest, TheManPageIsSoundAndNamesEachCommand) {
  const Ended lint = box.shell("rung help --man | mandoc -Tlint -Werror");
  EXPECT_EQ(lint.code, 0) << lint.out << lint.err;
  const std::string page = box.shell("rung help --man | mandoc -Tascii | col -b").out;
  EXPECT_THAT(page, AllOf(HasSubstr("rung resolve [RUN] STEP"), HasSubstr("--as ANSWER"),
                          HasSubstr("EXIT STATUS")));
}

}  // namespace
}  // namespace rung::cli
