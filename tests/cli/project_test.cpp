#include "base/json.h"
#include "tests/actions/http_server.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

namespace rung::cli {
namespace {

using test::HttpServer;
using test::ReceivedRequest;
using test::ServerConnection;
using testing::HasSubstr;
using testing::Not;

bool answers_ok(const ReceivedRequest&, ServerConnection& out) {
  out.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  return true;
}

// A project with two sites, of which one is another server in the environment `drill`.
class ProjectTest : public testing::Test {
 protected:
  ProjectTest() : real_(answers_ok), drill_(answers_ok) {
    box.set("no_proxy", "127.0.0.1");
    box.set("API_TOKEN", "hunter2222");
    box.write("rung.yaml",
              "rung: v1\n"
              "sites: {east: {api: api_east}, west: {api: api_west}}\n"
              "secrets: {token: {env: API_TOKEN}}\n"
              "connections:\n"
              "  api_east: {uses: http, url: \"http://127.0.0.1:1\"}\n"
              "  api_west:\n"
              "    uses: http\n"
              "    url: \"" +
                  real_.url("/v1") +
                  "\"\n"
                  "    headers: {X-Token: \"{{ secrets.token }}\"}\n"
                  "environments:\n"
                  "  drill: {connections: {api_west: {url: \"" +
                  drill_.url("/d") + "\"}}}\n");
    box.write("runbook.yaml",
              "rung: v1\n"
              "name: promote\n"
              "inputs: {to: {type: site, default: west}}\n"
              "steps:\n"
              "  - id: primary\n"
              "    uses: http.put\n"
              "    target: \"{{ sites[inputs.to].api }}\"\n"
              "    with: {url: /primary}\n"
              "    undo: none\n");
  }

  Value json(const Ended& ended) {
    auto value = from_plain_json(ended.out);
    if (!value) ADD_FAILURE() << value.error().message() << " in:\n" << ended.out << ended.err;
    return value ? value.value() : Value();
  }

  HttpServer real_;
  HttpServer drill_;
  Sandbox box;
};

TEST_F(ProjectTest, ASecretThatIsMissingIsSaidWithTheStepThatReadsItFirst) {
  EXPECT_THAT(box.rung({"validate"}).err, testing::Not(HasSubstr("missing")));
  box.set("API_TOKEN", "");
  const Ended valid = box.rung({"validate"});
  EXPECT_EQ(valid.code, 0);
  EXPECT_THAT(valid.err, HasSubstr("the secret token is missing so far: the environment variable "
                                   "API_TOKEN is not set here"));
  EXPECT_THAT(valid.err, HasSubstr("primary (runbook.yaml:5:5) reads it first"));
  EXPECT_THAT(box.rung({"plan"}).err, HasSubstr("primary (runbook.yaml:5:5) reads it first"));
  const Value plan = json(box.rung({"plan", "-o", "json"}));
  ASSERT_EQ(plan.member("missing_secrets")->list()->size(), 1u);
  EXPECT_EQ(to_text(*plan.member("missing_secrets")->list()->front().member("name")), "token");
}

TEST_F(ProjectTest, ASecretThatAStepMintsStopsNoRun) {
  box.write("rung.yaml", "rung: v1\nsecrets: {minted: {file: " + box.folder() +
                             "/minted}, later: {file: " + box.folder() + "/never}}\n");
  box.write(
      "mint.yaml",
      "rung: v1\nname: mint\nmodes: [planned, unplanned]\nsteps:\n"
      "  - {id: mint, shell: \"echo s3cret-0f-a-step > minted\", undo: none, in_doubt: retry}\n"
      "  - {id: use, shell: \"test $T = s3cret-0f-a-step\", env: {T: \"{{ secrets.minted }}\"}, "
      "undo: none, in_doubt: retry}\n"
      "  - {id: not_now, modes: [unplanned], shell: \"true\", env: {T: \"{{ secrets.later "
      "}}\"}, undo: none, in_doubt: retry}\n");
  const Ended ended = box.rung({"run", "mint.yaml"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("use (mint.yaml:6:5) reads it first"));
  EXPECT_THAT(ended.err, testing::Not(HasSubstr("secret later")));
  EXPECT_THAT(ended.err + ended.out, testing::Not(HasSubstr("s3cret")));
}

TEST_F(ProjectTest, AStepActsThroughTheConnectionThatItsTargetNames) {
  const Ended ended = box.rung({"run", "-o", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  ASSERT_EQ(real_.requests().size(), 1u);
  EXPECT_EQ(real_.requests()[0].target, "/v1/primary");
  EXPECT_EQ(real_.requests()[0].headers.at("x-token"), "hunter2222");
  const Value run = json(ended);
  EXPECT_EQ(run.member("steps")->list()->front().member("target")->string() == nullptr
                ? ""
                : *run.member("steps")->list()->front().member("target")->string(),
            "api_west");
}

TEST_F(ProjectTest, AnEnvironmentPutsAnotherServerInItsPlace) {
  const Ended ended = box.rung({"run", "--env", "drill", "-o", "json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(real_.requests().size(), 0u);
  ASSERT_EQ(drill_.requests().size(), 1u);
  EXPECT_EQ(drill_.requests()[0].target, "/d/primary");
  EXPECT_EQ(*json(ended).member("environment"), Value("drill"));
}

TEST_F(ProjectTest, ARunOfAnEnvironmentIsMarkedWhereverItIsShown) {
  ASSERT_EQ(box.rung({"run", "--env", "drill"}).code, 0);
  EXPECT_THAT(box.rung({"plan", "--env", "drill"}).out, HasSubstr("ENVIRONMENT drill"));
  EXPECT_THAT(box.rung({"show", "1"}).out, HasSubstr("ENVIRONMENT drill"));
  EXPECT_THAT(box.rung({"ls", "--all"}).out, HasSubstr("ENVIRONMENT drill"));
  const Value listed = json(box.rung({"ls", "--all", "-o", "json"}));
  EXPECT_EQ(*listed.list()->front().member("environment"), Value("drill"));
}

TEST_F(ProjectTest, ThePlanShowsWhereEachStepWouldActAndNoSecret) {
  const Ended plan = box.rung({"plan"});
  EXPECT_THAT(plan.out, HasSubstr("api_west (http, url " + real_.url("/v1")));
  EXPECT_THAT(plan.out, Not(HasSubstr("hunter2222")));
}

TEST_F(ProjectTest, NoSecretOfAConnectionIsOnTheDisk) {
  ASSERT_EQ(box.rung({"run"}).code, 0);
  EXPECT_NE(box.shell("grep -r hunter2222 state").code, 0);
}

TEST_F(ProjectTest, AnEnvironmentThatIsNotThereStopsBeforeAnythingRuns) {
  const Ended ended = box.rung({"run", "--env", "dril"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("did you mean  --env drill?"));
}

TEST_F(ProjectTest, ASiteThatIsNotThereIsRefusedWithTheOneThatWasMeant) {
  const Ended ended = box.rung({"run", "-i", "to=wst"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("did you mean west?"));
}

TEST_F(ProjectTest, TheFilesOfARunAreShownWithTheirHashes) {
  ASSERT_EQ(box.rung({"run"}).code, 0);
  EXPECT_THAT(
      box.rung({"show", "1"}).out,
      testing::ContainsRegex("files     runbook.yaml @ [0-9a-f]{6}, rung.yaml @ [0-9a-f]{6}"));
}

class GitProjectTest : public ProjectTest {
 protected:
  void SetUp() override {
    if (box.shell("git --version").code != 0) GTEST_SKIP() << "git is not installed";
    ASSERT_EQ(box.shell("git init -q . && git add rung.yaml runbook.yaml && git -c user.name=a "
                        "-c user.email=a@example.org commit -qm first")
                  .code,
              0);
  }
  std::string shown() {
    EXPECT_EQ(box.rung({"run"}).code, 0);
    return box.rung({"show"}).out;
  }
};

TEST_F(GitProjectTest, ARunSaysWhichCommitItIsOf) {
  EXPECT_THAT(shown(),
              testing::ContainsRegex("promote @ [0-9a-f]{6} \\(git [0-9a-f]{7}, clean\\)"));
}

TEST_F(GitProjectTest, AChangedRunbookIsNotClean) {
  box.write("runbook.yaml", box.read("runbook.yaml") + "# changed\n");
  EXPECT_THAT(shown(), HasSubstr(", modified)"));
}

TEST_F(GitProjectTest, AnotherFileThatChangedMeansNothing) {
  box.write("other.txt", "x");
  EXPECT_THAT(shown(), HasSubstr(", clean)"));
}

}  // namespace
}  // namespace rung::cli
