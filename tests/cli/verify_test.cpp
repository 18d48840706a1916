#include "base/json.h"
#include "tests/actions/http_server.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>

// `verify:` as people use it: a server that answers, then well, then not.
namespace rung::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class VerifyTest : public testing::Test {
 protected:
  VerifyTest()
      : server_([this](const test::ReceivedRequest&, test::ServerConnection& to) {
          const int code = ++asked_ > bad_ ? 200 : 503;
          to.send("HTTP/1.1 " + std::to_string(code) + " x\r\nContent-Length: 2\r\n\r\nok");
          return true;
        }) {}

  void given_checks(const std::string& checks, const std::string& within = "1m") {
    box.write("runbook.yaml", "rung: v1\nname: v\non_failure: fail\nsteps:\n  - id: ok\n" +
                                  ("    verify:\n      within: " + within + "\n      checks:\n") +
                                  checks +
                                  "  - {id: go_on, undo: none, in_doubt: retry, shell: \"echo "
                                  "went >> effects\"}\n");
  }
  std::string get() const { return "http: {method: GET, url: \"" + server_.url("/health") + "\"}"; }

  std::atomic<int> asked_ = 0;
  std::atomic<int> bad_ = 0;
  test::HttpServer server_;
  Sandbox box;
};

TEST_F(VerifyTest, GoesOnWhenEachCheckIsGoodSoOftenInARow) {
  bad_ = 2;
  given_checks("        reads: {" + get() +
               ", expect: code == 200, successes: 3, every: 100ms}\n"
               "        writes: {shell: \"test -e effects || exit 0\"}\n");
  const Ended run = box.rung({"run", "-q"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_GE(server_.requests().size(), 5u);
  EXPECT_EQ(box.read("effects"), "went\n");
}

TEST_F(VerifyTest, JudgesSamplesTogetherAndKeepsThem) {
  given_checks("        fast: {" + get() +
               ", expect: p99(elapsed) < 10s and avg(code) == 200, samples: 5, every: 100ms}\n");
  EXPECT_EQ(box.rung({"run", "-q"}).code, 0);
  const std::string report = box.rung({"report", "1"}).out;
  EXPECT_THAT(report, ContainsRegex("ok/fast +good +5 +1 +code 200, elapsed "));
  EXPECT_THAT(box.rung({"show", "1", "-o", "json"}).out, HasSubstr("\"looks\": 5"));
}

TEST_F(VerifyTest, FailsWithTheCheckThatWasNotGoodInTime) {
  bad_ = 1'000'000;
  given_checks("        reads: {" + get() + ", expect: code == 200, every: 100ms}\n", "400ms");
  const Ended run = box.rung({"run"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out + run.err, HasSubstr("ok/reads"));
  EXPECT_THAT(box.rung({"report", "1"}).out,
              ContainsRegex("ok/reads +not good in time .*the reply is 503"));
  EXPECT_NE(box.shell("test -e effects").code, 0);
}

TEST_F(VerifyTest, GoesOnInTheEngineThatTakesOver) {
  bad_ = 1'000'000;
  given_checks("        reads: {" + get() + ", expect: code == 200, every: 100ms}\n");
  Process run = box.start({"run", "-q"});
  ASSERT_TRUE(box.comes_true("test -e state"));
  for (int n = 0; n < 500 && server_.requests().size() < 2; ++n) box.shell("sleep 0.02");
  ASSERT_GE(server_.requests().size(), 2u);
  run.send_signal(SIGKILL);
  run.wait();
  EXPECT_THAT(box.rung({"why", "1"}).out, HasSubstr("ok/reads"));
  bad_ = 0;
  EXPECT_EQ(box.rung({"resume", "--all", "--wait", "-q"}).code, 0);
  EXPECT_EQ(box.read("effects"), "went\n");
}

TEST_F(VerifyTest, IsPlannedCheckByCheck) {
  given_checks("        fast: {" + get() + ", expect: p99(elapsed) < 10s, samples: 5}\n");
  const std::string plan = box.rung({"plan"}).out;
  EXPECT_THAT(plan, HasSubstr("fast"));
  EXPECT_THAT(plan, HasSubstr("p99(elapsed) < 10s"));
  EXPECT_THAT(plan, HasSubstr("over 5 samples"));
}

}  // namespace
}  // namespace rung::cli
