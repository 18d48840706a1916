#include "tests/cli/scripted_run.h"

#include "actions/builtin.h"
#include "runbooks/load.h"
#include "service/catalog.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

namespace rung::cli {
namespace {

runbooks::Plan plan_of(std::string_view yaml) {
  actions::Registry registry;
  if (!actions::register_builtin_actions(registry)) std::abort();
  const service::ActionCatalog catalog(registry);
  runbooks::RunbookText text;
  text.file = "orders.yaml";
  text.text = yaml;
  const auto loaded = runbooks::load_text(text, catalog);
  if (loaded.plan) return *loaded.plan;
  ADD_FAILURE() << render(loaded.diagnostics, loaded.texts.lookup());
  std::abort();
}

}  // namespace

// Screens show local times where they differ from UTC.
struct InUtc {
  InUtc() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

ScriptedRun::ScriptedRun(std::string_view yaml)
    : graph_(std::make_unique<engine::Graph>(plan_of(yaml))),
      history_(std::make_unique<service::History>(*graph_, RunId{42})) {
  static const InUtc in_utc;
}

TimePoint ScriptedRun::time(std::string_view at) {
  return parse_time("2026-03-27T" + std::string(at) + "Z").value();
}

ScriptedRun& ScriptedRun::created(std::string_view at, state::RunCreated event) {
  event.runbook = graph_->plan().runbook;
  event.plan = "3f9a1c" + std::string(58, '0');
  event.who = "mira";
  return this->event(at, "", std::move(event));
}

ScriptedRun& ScriptedRun::claimed(std::string_view at, std::int64_t pid) {
  state::RunClaimed claim;
  claim.pid = pid;
  claim.who = "mira";
  claim.host = {"m1", "b1", "n1", "ops1"};
  return event(at, "", std::move(claim));
}

ScriptedRun& ScriptedRun::event(std::string_view at, std::string step, state::Payload payload) {
  events_.push_back({time(at), std::move(step), std::move(payload)});
  const auto added = history_->add(events_.back());
  if (!added) ADD_FAILURE() << added.error().message();
  return *this;
}

service::RunView ScriptedRun::view(const std::string& viewer, bool is_driven) const {
  return service::describe_run(*history_, {.who = viewer, .groups = {}, .is_driven = is_driven});
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(RUNG_GOLDEN_FOLDER) + "/" + name + ".txt";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(golden.str(), text) << "for a change that is meant: UPDATE_GOLDEN=1";
}

}  // namespace rung::cli
