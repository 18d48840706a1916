#include "cli/arguments.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <pwd.h>
#include <unistd.h>
#include <fstream>
#include <regex>
#include <sstream>

namespace rung::cli {
namespace {

// A command of a page, what the page says that it prints, and its exit code.
struct Shown {
  std::string command;
  std::string output;
  int code = 0;
};

std::vector<Shown> sessions_of(const std::string& page) {
  static const std::regex kExit(" +# exit ([0-9]+)$");
  std::vector<Shown> shown;
  std::istringstream lines(page);
  bool is_session = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      is_session = line == "```console";
    } else if (is_session && line.starts_with("$ ")) {
      std::smatch exit;
      const bool has_exit = std::regex_search(line, exit, kExit);
      const int code = has_exit ? std::stoi(exit[1]) : 0;
      shown.push_back({std::regex_replace(line.substr(2), kExit, ""), "", code});
    } else if (is_session) {
      shown.back().output += line + "\n";
    }
  }
  return shown;
}

// Without what differs from run to run: times, durations, hashes, the user. Columns may then
// differ, too, so spaces count as one.
std::string general(std::string text) {
  const passwd* user = ::getpwuid(::getuid());
  const std::pair<std::string, std::string> replacements[] = {
      {"\\b" + std::string(user == nullptr ? "nobody" : user->pw_name) + "\\b", "USER"},
      {"[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8}Z", "DATE"},
      {"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "DATE"},
      {"[0-9]{2}:[0-9]{2}:[0-9]{2}Z", "CLOCK"},
      {"(plan |--plan |@ )[0-9a-f]{6}\\b", "$1HASH"},
      {"\\b([0-9]+m)?[0-9]+(\\.[0-9]+)?s\\b( behind)?", "TIME$3"},
      {"\\bpid [0-9]+ on [^ ]+", "PID"},
      {" +", " "},
  };
  for (const auto& [what, with] : replacements)
    text = std::regex_replace(text, std::regex(what), with);
  return text;
}

class Documentation : public ::testing::TestWithParam<const char*> {};

TEST_P(Documentation, ItsSessionsAreWhatOneSees) {
  Sandbox box;
  std::ostringstream page;
  page << std::ifstream(std::string(RUNG_DOCS_FOLDER "/") + GetParam() + ".md").rdbuf();
  const auto sessions = sessions_of(page.str());
  ASSERT_GT(sessions.size(), 4u);
  for (const Shown& shown : sessions) {
    SCOPED_TRACE(shown.command);
    if (shown.command.starts_with("cat ")) {
      box.write(shown.command.substr(4), shown.output);
      continue;
    }
    const Ended ended = box.shell("{ " + shown.command + "; } 2>&1");
    EXPECT_EQ(ended.code, shown.code);
    EXPECT_EQ(general(shown.output), general(ended.out));
  }
}

TEST(CommandsOfTheDocumentation, AreAllThatThereAre) {
  std::ostringstream page;
  page << std::ifstream(RUNG_DOCS_FOLDER "/cli.md").rdbuf();
  const std::string text = page.str();
  const auto from = text.find("\n## Commands");
  const std::string table = text.substr(from, text.find("\n## ", from + 1) - from);
  for (const std::string_view name : verb_names()) {
    const std::regex listed("`" + std::string(name) + "[ `]");
    EXPECT_TRUE(std::regex_search(table, listed)) << "docs/cli.md lacks `" << name << "`";
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, Documentation, ::testing::Values("cli", "lua", "testing"),
                         [](const auto& page) { return std::string(page.param); });

}  // namespace
}  // namespace rung::cli
