#pragma once

#include "actions/action.h"
#include "actions/sql/sql_answer.h"

namespace rung::actions {

// The inputs `sql` and `params` that every action with SQL takes: statements as they stand in the
// runbook, and a list of values for each. A value is bound, never put into the text.
struct Statement {
  std::string sql;
  std::vector<SqlText> params;
};

// How a server writes true and false.
enum class SqlBooleans : std::uint8_t { words, digits };

std::vector<FieldSpec> statement_inputs();

// Of inputs that are complete.
std::vector<Statement> statements_from(const Value::Map& with, SqlBooleans booleans);

// What is wrong with them, one sentence each: no statement, one that would end or begin a
// transaction by itself, lists of values that do not fit. What is known in the run only is missing.
std::vector<std::string> check_statements(const Value::Map& with);

// By SQLSTATE.
ErrorClass class_of_sqlstate(std::string_view state);

// The error of an answer that is not done, masked. `what` names the statement.
ActionError error_from(const SqlAnswer& answer, std::string_view what,
                       const std::vector<std::string>& secrets);

}  // namespace rung::actions
