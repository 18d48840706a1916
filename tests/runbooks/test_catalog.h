#pragma once

#include "runbooks/catalog.h"
#include "runbooks/load.h"

#include <map>
#include <string>

namespace rung::runbooks {

// The actions that every rung has, as far as a runbook can see them, with the connections that they
// work on; and one kind of each for tests: test.query on a db.
class TestCatalog final : public Catalog {
 public:
  TestCatalog();
  const ActionSpec* find(std::string_view name) const override;
  std::vector<std::string_view> names() const override;
  std::optional<EffectClass> effect_class(std::string_view name,
                                          const Value::Map& constants) const override;
  const ConnectionSpec* connection(std::string_view kind) const override;
  std::vector<std::string_view> connections() const override;

 private:
  std::map<std::string, ActionSpec, std::less<>> specs_;
  std::map<std::string, ConnectionSpec, std::less<>> connections_;
};

const TestCatalog& test_catalog();

// A runbook of these steps (YAML, not indented), with what comes before `steps:`.
std::string runbook_of(std::string_view steps, std::string_view head = "");

Loaded load(std::string_view text, std::string_view project = "");

// The plan of a runbook that has no error; the test fails with the diagnostics otherwise.
Plan plan_of(std::string_view text, std::string_view project = "");
Plan plan_of_steps(std::string_view steps, std::string_view head = "");

// What `validate` prints, without the source lines: "line:column error: message | fix".
std::string findings(const Loaded& loaded);
std::string findings_of_steps(std::string_view steps, std::string_view head = "");

}  // namespace rung::runbooks
