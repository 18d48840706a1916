#include "base/durable_file.h"
#include "runbooks/yaml_tree.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace rung::runbooks {
namespace {

namespace fs = std::filesystem;

const std::string kData = RUNBOOKS_TEST_DATA;

std::string content_of(const std::string& path) {
  auto content = read_file(path, 16u << 20);
  return content ? std::move(content).value() : "";
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kData + "/" + folder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& name) {
  return name.param;
}

// The project of all examples.
constexpr std::string_view kProject = R"(rung: v1
project: tests
secrets:
  token: {file: /run/credentials/rung/token}
people:
  dba: {groups: [dba]}
  commander: {users: [mira]}
sites:
  east: {db: db_east, api: api, lb: lb_east}
  west: {db: db_west, api: api}
connections:
  db_east: {uses: db, host: east}
  db_west: {uses: db, host: west}
  api: {uses: http, url: "http://api"}
environments:
  drill: {connections: {db_west: {host: west.drill}}}
)";

std::string without(std::string text, const std::string& folder) {
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    text.replace(at, folder.size(), "FOLDER");
  }
  return text;
}

Loaded load_example(const std::string& folder, const std::string& name) {
  const auto path = kData + "/" + folder + "/" + name + ".yaml";
  return load_text({name + ".yaml", content_of(path), std::string(kProject), kData + "/" + folder},
                   test_catalog());
}

// A project file beside a runbook without a mistake.
Loaded load_project_example(const std::string& folder, const std::string& name) {
  const auto text = content_of(kData + "/" + folder + "/" + name + ".yaml");
  return load_text({"runbook.yaml", runbook_of("- {id: a, set: {x: 1}}"), text, ""},
                   test_catalog());
}

class BadProject : public ::testing::TestWithParam<std::string> {};

TEST_P(BadProject, IsRefusedWithTheExpectedDiagnostics) {
  const auto loaded = load_project_example("bad_project", GetParam());
  const auto shown = render(loaded.diagnostics, loaded.texts.lookup());
  const auto golden = kData + "/bad_project/" + GetParam() + ".expected";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(replace_file(golden, shown, 0644));
  }
  EXPECT_EQ(shown, content_of(golden));
  EXPECT_FALSE(loaded.plan);
  for (const auto& d : loaded.diagnostics) EXPECT_NE(d.fix, "") << d.message;
}

INSTANTIATE_TEST_SUITE_P(Files, BadProject, ::testing::ValuesIn(names_in("bad_project")),
                         test_name);

class BadRunbook : public ::testing::TestWithParam<std::string> {};

TEST_P(BadRunbook, IsRefusedWithTheExpectedDiagnostics) {
  const auto loaded = load_example("bad", GetParam());
  const auto shown = without(render(loaded.diagnostics, loaded.texts.lookup()), kData + "/bad");
  const auto golden = kData + "/bad/" + GetParam() + ".expected";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(replace_file(golden, shown, 0644));
  }
  EXPECT_EQ(shown, content_of(golden));
  EXPECT_FALSE(loaded.plan);
}

TEST_P(BadRunbook, SaysTheFixOfEachMistakeAtAPlaceThatExists) {
  const auto loaded = load_example("bad", GetParam());
  const Source source(GetParam(), content_of(kData + "/bad/" + GetParam() + ".yaml"));
  for (const auto& d : loaded.diagnostics) {
    EXPECT_NE(d.fix, "") << d.message;
    EXPECT_GE(d.at.line, 1) << d.message;
    EXPECT_LE(d.at.line, source.lines()) << d.message;
    EXPECT_LE(d.at.column, static_cast<int>(source.line(d.at.line).size()) + 1) << d.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Examples, BadRunbook, ::testing::ValuesIn(names_in("bad")), test_name);

class GoodRunbook : public ::testing::TestWithParam<std::string> {};

TEST_P(GoodRunbook, LoadsWithoutAWord) {
  const auto loaded = load_example("good", GetParam());
  EXPECT_EQ(findings(loaded), "");
  EXPECT_TRUE(loaded.plan);
}

TEST_P(GoodRunbook, ComesBackFromItsStoredForm) {
  const auto loaded = load_example("good", GetParam());
  ASSERT_TRUE(loaded.plan);
  const auto json = to_json(*loaded.plan);
  const auto back = plan_from_json(json);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_TRUE(back.value() == *loaded.plan);
  EXPECT_EQ(to_json(back.value()), json);
}

INSTANTIATE_TEST_SUITE_P(Examples, GoodRunbook, ::testing::ValuesIn(names_in("good")), test_name);

}  // namespace
}  // namespace rung::runbooks
