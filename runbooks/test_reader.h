#pragma once

#include "runbooks/draft.h"
#include "runbooks/fields.h"
#include "runbooks/test_file.h"

#include <set>
#include <string>
#include <vector>

namespace rung::runbooks {

// Reads the cases of a test file against the plan that they try. Lives as long as one reading.
class TestReader {
 public:
  TestReader(Report& report, const Plan& plan, const Catalog& catalog)
      : report_(report), plan_(plan), catalog_(catalog) {}

  std::vector<TestCase> read(const Node& root);

 private:
  // `common` is what stands beside `cases:`.
  TestCase read_case(const Node& node, const TestCase& common);
  void read_common(const Fields& fields, TestCase& test);
  void read_stubs(const Fields& fields, TestCase& test);
  void read_crashes(const Fields& fields, TestCase& test);
  Stub read_stub(const Node& node, const Table& table, const Step& step);
  void read_probe(const Fields& fields, const Step& step, Stub& stub);
  Template::Map read_outputs(const Node& node, const Step& step, std::string_view field);
  void demand_outputs(const Stub& stub, const Step& step, Report::Place place);

  Act read_act(const Node& node, const Table& table);
  void read_target(const Fields& fields, std::string_view verb, Act& act);
  void check_act(const Fields& fields, const Act& act);

  void read_expect(const Fields& fields, TestCase& test);
  void expect_steps(const Fields& expect, TestCase& test);
  void expect_received(const Fields& expect, TestCase& test);
  void expect_asked(const Fields& expect, TestCase& test);
  void expect_took(const Fields& expect, TestCase& test);
  void expect_values(const Fields& fields, std::string_view key, Expectation::Of of,
                     const std::string& step, TestCase& test);

  std::string address_of_call(const std::string& word) const;
  // The step of the plan that an address means, also in an item of a loop.
  std::optional<StepIndex> planned(const std::string& address) const;
  Step step_at(const std::string& address) const;
  // The address of the step that a word names, by address or id; "" where there is none, and that
  // was reported.
  std::string address_of(const std::string& word, Report::Place place);
  std::vector<std::string> addresses_of(const Fields& fields, std::string_view key);
  Template value_of(const Node& node, const std::string& field, Type type = Type::any);
  Value constant_of(const Node& node, const std::string& field);
  Value::Map constants_of(const Fields& fields, std::string_view key);
  void check_expressions();

  Report& report_;
  const Plan& plan_;
  const Catalog& catalog_;
  ExpressionUses uses_;
  std::set<std::string> names_;  // of the cases so far
};

}  // namespace rung::runbooks
