#include "actions/builtin.h"
#include "actions/markdown.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace rung::actions {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ActionPage : public testing::TestWithParam<std::string> {};

TEST_P(ActionPage, SaysWhatTheSpecSays) {
  Registry registry;
  ASSERT_TRUE(register_builtin_actions(registry));
  const auto path = std::string(RUNG_SOURCE_DIR "/docs/actions/") + GetParam() + ".md";
  const auto page = markdown(registry.find(GetParam())->spec());
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << page;
  EXPECT_EQ(read(path), page) << "rewrite it with UPDATE_GOLDEN=1";
}

std::vector<std::string> builtin_names() {
  Registry registry;
  EXPECT_TRUE(register_builtin_actions(registry));
  std::vector<std::string> names;
  for (const auto name : registry.names()) names.emplace_back(name);
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (auto& c : name) {
    if (c == '.') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, ActionPage, testing::ValuesIn(builtin_names()), test_name);

}  // namespace
}  // namespace rung::actions
