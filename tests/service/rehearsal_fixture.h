#pragma once

#include "actions/builtin.h"
#include "scripting/lua_evaluator.h"
#include "service/catalog.h"
#include "service/rehearsal/judge.h"
#include "service/rehearsal/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace rung::service {

// One case of one runbook, both as texts, tried in the virtual world.
class RehearsalTest : public ::testing::Test {
 protected:
  RehearsalTest() { EXPECT_TRUE(actions::register_builtin_actions(registry_)); }

  // Steps as YAML, not indented; `head` comes before them.
  void given(const std::string& steps, const std::string& head = "") {
    std::string text = "rung: v1\nname: shift\n" + head + "steps:\n";
    text += steps;
    loaded_ = runbooks::load_text(
        {"runbook.yaml", text,
         "rung: v1\npeople: {dba: {users: [ana, li]}}\nconnections:\n"
         "  db_east: {uses: postgres, host: db-east, dbname: shop, user: rung}\n"
         "  db_stock: {uses: mysql, host: db-stock, dbname: shop, user: rung}\n",
         ""},
        catalog_);
    ASSERT_TRUE(loaded_.plan) << render(loaded_.diagnostics, loaded_.texts.lookup());
    stage_ = {loaded_.plan, std::make_shared<const engine::Graph>(*loaded_.plan), &registry_,
              evaluator_.get()};
  }

  // The keys of one case, as one flow map's content. What differs, a line each: "what" or
  // "what: got".
  std::vector<std::string> differences(const std::string& keys) {
    const std::string text = "rung: v1\ncases:\n  - {name: it, " + keys + "}\n";
    const auto tests = runbooks::tests_from("test.yaml", text, loaded_, catalog_);
    EXPECT_FALSE(has_errors(tests.diagnostics)) << render(tests.diagnostics, tests.texts.lookup());
    if (tests.cases.empty()) return {"no case"};
    ended_ = rehearse(tests.cases.front(), stage_);
    std::vector<Difference> all = ended_.findings;
    if (!ended_.is_cut_short) {
      for (Difference& one : judge(tests.cases.front(), ended_, stage_))
        all.push_back(std::move(one));
    }
    std::vector<std::string> lines;
    for (const Difference& one : all)
      lines.push_back(one.what + (one.got.empty() ? "" : ": " + one.got));
    last_ = std::move(all);
    return lines;
  }

  runbooks::Loaded loaded_;
  actions::Registry registry_;
  ActionCatalog catalog_{registry_};
  std::unique_ptr<scripting::Evaluator> evaluator_ = scripting::make_lua_evaluator();
  Stage stage_;
  Rehearsed ended_;
  std::vector<Difference> last_;
};

}  // namespace rung::service
