#include "base/durable_file.h"
#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace rung::runbooks {
namespace {

const std::string kRoot = RUNBOOKS_TEST_ROOT;

// One fenced YAML block of docs/language.md, with the line where it begins.
struct Block {
  int line = 0;
  std::string text;
};

std::vector<Block> blocks_of(const std::string& path) {
  std::vector<Block> blocks;
  std::istringstream lines(read_file(path, 1u << 20).value());
  bool is_inside = false;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (!is_inside && line == "```yaml") {
      blocks.push_back({number, ""});
      is_inside = true;
    } else if (is_inside && line == "```") {
      is_inside = false;
    } else if (is_inside) {
      blocks.back().text += line + "\n";
    }
  }
  return blocks;
}

constexpr const char* kHead = R"(secrets: {token: {env: TOKEN}}
inputs:
  region: {type: string}
  sure: {type: bool, default: true}
vars: {day: monday}
)";
constexpr const char* kPeople = R"(rung: v1
people: {dba: {users: [ana]}}
connections:
  db_east: {uses: postgres, host: db-east.example.org}
  db_stock: {uses: mysql, host: db-stock.example.org}
)";

Loaded load_block(const Block& block) {
  if (block.text.starts_with("# fragment of steps"))
    return load(runbook_of(block.text, kHead), kPeople);
  if (block.text.starts_with("# fragment of rung.yaml")) {
    return load(runbook_of("- {id: a, set: {x: 1}}"), block.text);
  }
  return load(block.text, kPeople);
}

class DocumentedExample : public ::testing::TestWithParam<Block> {};

TEST_P(DocumentedExample, LoadsWithoutAWord) {
  EXPECT_EQ(findings(load_block(GetParam())), "");
}

std::string project_of(const std::vector<Block>& blocks) {
  for (const auto& block : blocks) {
    if (block.text.starts_with("# rung.yaml")) return block.text;
  }
  return "";
}

// docs/project.md: a project, and a runbook that uses it.
class DocumentedProject : public ::testing::TestWithParam<std::string> {};

TEST_P(DocumentedProject, LoadsWithTheRunbookBesideItWithoutAWord) {
  const auto blocks = blocks_of(kRoot + "/docs/project.md");
  ASSERT_EQ(blocks.size(), 2U);
  const auto loaded = load_text({"runbook.yaml", blocks[1].text, project_of(blocks), ""},
                                test_catalog(), {.environment = GetParam()});
  EXPECT_EQ(findings(loaded), "");
}

INSTANTIATE_TEST_SUITE_P(Environments, DocumentedProject, ::testing::Values("", "drill"),
                         [](const auto& environment) {
                           return environment.param.empty() ? std::string("none")
                                                            : environment.param;
                         });

INSTANTIATE_TEST_SUITE_P(Language, DocumentedExample,
                         ::testing::ValuesIn(blocks_of(kRoot + "/docs/language.md")),
                         [](const auto& block) {
                           return "line_" + std::to_string(block.param.line);
                         });

}  // namespace
}  // namespace rung::runbooks
