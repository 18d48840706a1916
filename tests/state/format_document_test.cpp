#include "state/codec.h"
#include "tests/state/sqlite_fixture.h"
#include "tests/state/writes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace rung::state {
namespace {

std::string document() {
  std::ifstream file(RUNG_SOURCE_DIR "/docs/journal-format.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(JournalFormatDocument, ListsEachEventWithItsNumberAndKeys) {
  const std::string text = document();
  for (const EventFormat& format : event_formats()) {
    std::string row = "| " + std::to_string(format.type) + " | `" + std::string(format.name) +
                      "` | " + std::to_string(format.version) + " | ";
    for (const std::string_view key : format.keys) {
      if (key != format.keys.front()) row += ", ";
      row += "`" + std::string(key) + "`";
    }
    row += format.keys.empty() ? "- |" : " |";
    EXPECT_TRUE(text.find(row) != std::string::npos) << "docs/journal-format.md lacks\n" << row;
  }
}

TEST(JournalFormatDocument, ListsNoEventThatThereIsNot) {
  std::istringstream lines(document());
  std::size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool has_number = line.size() > 3 && std::isdigit(static_cast<unsigned char>(line[2]));
    rows += line.starts_with("| ") && has_number ? 1 : 0;
  }
  EXPECT_EQ(rows, event_formats().size());
}

TEST(JournalFormatDocument, ShowsTheTablesAsTheyAre) {
  TempFolder folder;
  KeptLog log;
  EngineLoop loop;
  const std::string path = folder / "store.db";
  ASSERT_TRUE(open_sqlite_store(options_for(path), loop.post(), log));
  const std::string text = document();
  const std::string count = run_sql(path, "SELECT count(*) FROM sqlite_schema WHERE sql NOT NULL");
  for (int i = 0; i < std::stoi(count); ++i) {
    const std::string sql =
        run_sql(path,
                "SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY rowid LIMIT 1 "
                "OFFSET " +
                    std::to_string(i));
    const bool is_ours = sql.find("sqlite_sequence") == std::string::npos;
    EXPECT_TRUE(!is_ours || text.find(sql + ";") != std::string::npos)
        << "docs/journal-format.md lacks\n"
        << sql;
  }
}

}  // namespace
}  // namespace rung::state
