#include "actions/sql/statements.h"

#include "actions/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace rung::actions {
namespace {

const Value* given(const Value::Map& with, std::string_view name) {
  const auto found = with.find(name);
  return found == with.end() || found->second.is_null() ? nullptr : &found->second;
}

// A single text stands for a list of one.
Value::List items_of(const Value* value) {
  if (value == nullptr) return {};
  if (const auto* list = value->list()) return *list;
  return {*value};
}

std::string first_word(std::string_view sql) {
  const auto begin = sql.find_first_not_of(" \t\r\n;(");
  if (begin == std::string_view::npos) return "";
  std::string word;
  for (const char c : sql.substr(begin)) {
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
    word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return word;
}

// What decides over a transaction belongs to the step.
bool ends_a_transaction(const std::string& word) {
  static constexpr std::array<std::string_view, 8> kWords = {
      "begin", "start", "commit", "rollback", "abort", "end", "prepare", "xa"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// One statement may have its values without a list around them.
bool is_flat(const Value::List& params) {
  return std::none_of(params.begin(), params.end(),
                      [](const Value& item) { return item.list() != nullptr; });
}

SqlText text_of(const Value& value, SqlBooleans booleans) {
  if (value.is_null()) return std::nullopt;
  if (const bool* yes = value.boolean(); yes != nullptr && booleans == SqlBooleans::digits)
    return *yes ? "1" : "0";
  return reveal(value);
}

}  // namespace

std::vector<FieldSpec> statement_inputs() {
  return {{"sql", Type::list, FieldKind::code, true,
           "The statements, in order. Values go in by `params`."},
          {"params", Type::list, FieldKind::secretive, false,
           "For each statement a list of the values for its placeholders, in order."}};
}

std::vector<Statement> statements_from(const Value::Map& with, SqlBooleans booleans) {
  std::vector<Statement> statements;
  for (const Value& item : items_of(given(with, "sql"))) statements.push_back({reveal(item), {}});
  Value::List params = items_of(given(with, "params"));
  if (statements.size() == 1 && is_flat(params)) params = {Value(std::move(params))};
  for (std::size_t n = 0; n < std::min(params.size(), statements.size()); ++n) {
    for (const Value& value : items_of(&params[n]))
      statements[n].params.push_back(text_of(value, booleans));
  }
  return statements;
}

std::vector<std::string> check_statements(const Value::Map& with) {
  std::vector<std::string> wrong;
  const Value* sql = given(with, "sql");
  if (sql == nullptr) return wrong;
  const Value::List statements = items_of(sql);
  if (statements.empty()) wrong.emplace_back("`sql` is an empty list");
  for (const Value& statement : statements) {
    if (statement.string() == nullptr) {
      wrong.emplace_back("`sql` holds something that is no text");
      continue;
    }
    const std::string word = first_word(*statement.string());
    if (word.empty()) wrong.emplace_back("`sql` holds an empty statement");
    if (ends_a_transaction(word)) {
      wrong.push_back("`sql` holds `" + word +
                      "`: the step itself begins, prepares and ends the transaction");
    }
  }
  const Value* params = given(with, "params");
  if (params == nullptr) return wrong;
  const Value::List values = items_of(params);
  if (statements.size() == 1 && is_flat(values)) return wrong;
  if (is_flat(values) && !values.empty()) {
    wrong.emplace_back("`params` is one list of values, and there are " +
                       std::to_string(statements.size()) +
                       " statements: write a list for each, such as [[1, two], []]");
  } else if (values.size() > statements.size()) {
    wrong.push_back("`params` has " + std::to_string(values.size()) + " lists for " +
                    std::to_string(statements.size()) + " statements");
  }
  return wrong;
}

ErrorClass class_of_sqlstate(std::string_view state) {
  const std::string_view kind = state.substr(0, 2);
  if (kind == "08" || state == "57P03") return ErrorClass::network;
  if (kind == "28" || state == "42501") return ErrorClass::auth;
  if (kind == "40" || kind == "23" || state == "55P03") return ErrorClass::conflict;
  if (kind == "53" || kind == "57" || kind == "55" || state == "25006")
    return ErrorClass::unavailable;
  if (kind == "22" || kind == "42") return ErrorClass::invalid;
  return ErrorClass::refused;
}

ActionError error_from(const SqlAnswer& answer, std::string_view what,
                       const std::vector<std::string>& secrets) {
  std::string message = mask(answer.message, secrets);
  if (!answer.state.empty()) message += " (SQLSTATE " + answer.state + ")";
  if (!what.empty()) message = std::string(what) + ": " + message;
  switch (answer.how) {
    case SqlAnswer::How::lost: return {ErrorClass::network, std::move(message)};
    case SqlAnswer::How::ended: return {ErrorClass::timeout, std::move(message)};
    case SqlAnswer::How::done:
    case SqlAnswer::How::refused: break;
  }
  return {class_of_sqlstate(answer.state), std::move(message)};
}

}  // namespace rung::actions
