#include "runbooks/load.h"

#include "base/durable_file.h"
#include "base/hash.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace rung::runbooks {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kRunbook = "rung: v1\nname: example\nsteps:\n  - {id: a, set: {x: 1}}\n";

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() {
    std::string pattern = (fs::temp_directory_path() / "rung-load-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~LoadTest() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& content) const {
    const auto path = folder_ / name;
    fs::create_directories(path.parent_path());
    EXPECT_TRUE(replace_file(path.string(), content, 0644));
    return path.string();
  }

  fs::path folder_;
};

TEST_F(LoadTest, FindsTheProjectFileByWalkingUp) {
  write("rung.yaml", "rung: v1\ndefaults: {step: {timeout: 7s}}\n");
  const auto path =
      write("a/b/runbook.yaml",
            "rung: v1\nname: x\nsteps:\n  - {id: a, command: [\"true\"], in_doubt: retry}\n");
  const auto loaded = load_runbook(path, test_catalog());
  ASSERT_TRUE(loaded.plan) << findings(loaded);
  EXPECT_EQ(loaded.plan->steps[2].timeout, std::chrono::seconds(7));
  EXPECT_EQ(loaded.plan->sources.size(), 2u);
  EXPECT_EQ(loaded.plan->folder, fs::canonical(folder_ / "a/b").string());
}

TEST_F(LoadTest, ReportsMistakesOfBothFilesAtOnce) {
  write("rung.yaml", "rung: v1\npeple: {}\n");
  const auto path = write("runbook.yaml", "rung: v1\nname: x\nstps: []\n");
  const auto loaded = load_runbook(path, test_catalog());
  const auto shown = render(loaded.diagnostics, loaded.texts.lookup());
  EXPECT_THAT(shown, HasSubstr("rung.yaml:2:1 error: rung.yaml has no key `peple`"));
  EXPECT_THAT(shown, HasSubstr("did you mean people:?"));
  EXPECT_THAT(shown, HasSubstr("runbook.yaml:3:1 error: runbook has no key `stps`"));
}

TEST_F(LoadTest, SaysThatThereIsNoSuchFile) {
  const auto loaded = load_runbook((folder_ / "none.yaml").string(), test_catalog());
  EXPECT_THAT(findings(loaded), HasSubstr("there is no such file"));
}

TEST_F(LoadTest, RefusesAFileOfTenMegabytesWithoutParsingIt) {
  const auto path = write("runbook.yaml", std::string(10'000'000, 'x'));
  EXPECT_THAT(findings(load_runbook(path, test_catalog())),
              HasSubstr("the file is larger than 1 MiB"));
}

TEST_F(LoadTest, RefusesAFolder) {
  EXPECT_FALSE(load_runbook(folder_.string(), test_catalog()).plan);
}

TEST_F(LoadTest, PinsTheFilesThatStepsName) {
  const auto tool = write("tool.sh", "#!/bin/sh\n");
  fs::permissions(tool, fs::perms::owner_all);
  const auto path =
      write("runbook.yaml",
            "rung: v1\nname: x\nsteps:\n  - {id: a, command: [./tool.sh], in_doubt: retry}\n");
  const auto loaded = load_runbook(path, test_catalog());
  ASSERT_TRUE(loaded.plan) << findings(loaded);
  EXPECT_THAT(loaded.plan->steps[2].pinned,
              ElementsAre(Pair("./tool.sh", to_hex(sha256({"#!/bin/sh\n"})))));
}

TEST_F(LoadTest, GivesTheSamePlanForTheSameText) {
  const auto path = write("runbook.yaml", kRunbook);
  const auto first = load_runbook(path, test_catalog());
  const auto second = load_runbook(path, test_catalog());
  ASSERT_TRUE(first.plan && second.plan);
  EXPECT_EQ(hash_of(*first.plan), hash_of(*second.plan));
}

TEST_F(LoadTest, MakesErrorsOfWarningsWhenStrict) {
  const auto text = runbook_of("- {id: a, command: [\"true\"]}\n");
  const RunbookText runbook{"runbook.yaml", text, "", ""};
  EXPECT_TRUE(load_text(runbook, test_catalog()).plan);
  EXPECT_FALSE(load_text(runbook, test_catalog(), {true}).plan);
}

}  // namespace
}  // namespace rung::runbooks
