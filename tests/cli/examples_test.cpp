// What `rung init` writes is what lies in examples/.
#include "cli/examples.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace rung::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kExamples = fs::path(RUNG_DOCS_FOLDER).parent_path() / "examples";

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The folders that hold a runbook.
std::set<std::string> example_folders() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(kExamples)) {
    if (fs::exists(entry.path() / "runbook.yaml")) names.insert(entry.path().filename().string());
  }
  return names;
}

// By name, with the text; the demos show Rung itself, and need its repository.
std::map<std::string, std::string> files_in(const std::string& example) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(kExamples / example)) {
    const std::string name = fs::relative(entry.path(), kExamples / example).string();
    if (entry.is_regular_file() && name != "demo") files.emplace(name, text_of(entry.path()));
  }
  const auto lab = files.find("lab");
  const bool shares = lab != files.end() && lab->second.find("/../shared") != std::string::npos;
  if (shares) files.emplace("shared/lab.sh", text_of(kExamples / "shared" / "lab.sh"));
  return files;
}

class Examples : public testing::TestWithParam<std::string> {};

TEST_P(Examples, ArePartOfTheProgramAsTheyLieThere) {
  std::map<std::string, std::string> embedded;
  for (const ExampleFile& file : example_files()) {
    if (file.example == GetParam()) embedded.emplace(file.file, file.text);
  }
  EXPECT_EQ(embedded, files_in(GetParam()));
}

TEST_P(Examples, AreWrittenByInitAndValid) {
  Sandbox box;
  ASSERT_EQ(box.rung({"init", "--example", GetParam()}).code, 0);
  const Ended ended = box.rung({"validate", "--strict"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(box.shell("! test -e lab || bash -n lab").code, 0);
}

TEST_P(Examples, AreNamedByHelpAndCompletion) {
  Sandbox box;
  EXPECT_THAT(box.rung({"init", "--help"}).out, HasSubstr(GetParam()));
  EXPECT_THAT(box.rung({"completion", "bash"}).out, HasSubstr(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(, Examples, testing::ValuesIn(example_folders()), [](const auto& given) {
  std::string name = given.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace rung::cli
