// Runs as every released rung stored them: each can be told.

#include "service/needs.h"
#include "service/report/document.h"
#include "tests/state/golden_journal.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

namespace rung::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class StoredReport : public ::testing::TestWithParam<std::filesystem::path> {
 protected:
  void SetUp() override {
    std::ostringstream text;
    text << std::ifstream(GetParam()).rdbuf();
    const auto journal = state::restore_journal(text.str());
    ASSERT_TRUE(journal.has_value());
    auto plan = runbooks::plan_from_json(journal.value().plan_json);
    ASSERT_TRUE(plan.has_value());
    graph = std::make_unique<engine::Graph>(std::move(plan).value());
    history = std::make_unique<History>(*graph, RunId{1});
    events = state::decode_journal(RunId{1}, journal.value().events).value();
    for (const state::Event& event : events) ASSERT_TRUE(history->add(event).has_value());
  }
  Report report() const {
    ReportRequest request;
    request.now = events.back().at + std::chrono::seconds(7);
    return make_report(*history, events, {.who = "ana", .groups = {}}, request);
  }

  std::unique_ptr<engine::Graph> graph;
  std::unique_ptr<History> history;
  std::vector<state::Event> events;
};

TEST_P(StoredReport, IsToldUntilNow) {
  const Report told = report();
  const Document document = lay_out(told, "rung");
  EXPECT_THAT(to_markdown(document), AllOf(HasSubstr("it is not over"), HasSubstr("## Timeline")));
  EXPECT_THAT(to_html(document, told), HasSubstr("</html>"));
}

TEST_P(StoredReport, ItsPartsAddUpToItsTime) {
  const Report told = report();
  EXPECT_EQ(std::accumulate(told.parts.begin(), told.parts.end(), Duration{}), told.took);
}

std::vector<std::filesystem::path> stored() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(RUNG_JOURNALS_FOLDER "/v1/runs"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}
INSTANTIATE_TEST_SUITE_P(All, StoredReport, ::testing::ValuesIn(stored()), [](const auto& file) {
  std::string name = file.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace rung::service
