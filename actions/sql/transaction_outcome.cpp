#include "actions/sql/transaction_outcome.h"

#include "actions/secrets.h"
#include "actions/sql/statements.h"

namespace rung::actions {
namespace {

std::vector<std::string> secrets_of(const RunRequest& request) {
  auto secrets = secret_contents(request.with);
  if (request.target) {
    for (auto& one : secret_contents(request.target->fields)) secrets.push_back(std::move(one));
  }
  secrets.insert(secrets.end(), request.secrets.begin(), request.secrets.end());
  return secrets;
}

std::string target_name(const RunRequest& request) {
  return request.target ? request.target->name : "";
}

}  // namespace

NotDone not_connected(const SqlAnswer& answer, const RunRequest& request) {
  ActionError error = error_from(answer, target_name(request), secrets_of(request));
  // A library that is missing was not refused by a server.
  if (answer.how == SqlAnswer::How::refused && answer.state.empty())
    error.error_class = ErrorClass::unavailable;
  return {std::move(error)};
}

Outcome not_prepared(const SqlAnswer& answer, std::size_t statement, const RunRequest& request) {
  const std::string what = target_name(request) + ", statement " + std::to_string(statement);
  ActionError error = error_from(answer, what, secrets_of(request));
  if (answer.is_open()) return NotDone{std::move(error)};
  return Failed{std::move(error)};
}

Unknown perhaps_prepared(const SqlAnswer& answer, const RunRequest& request) {
  return {error_from(answer, target_name(request) + ", while it prepared", secrets_of(request))};
}

Outcome ask_again(const SqlAnswer& answer, std::string_view what, const RunRequest& request) {
  ActionError error =
      error_from(answer, target_name(request) + ", " + std::string(what), secrets_of(request));
  if (answer.is_open()) return Unknown{std::move(error)};
  return NotDone{std::move(error)};
}

Failed the_opposite(std::string message) {
  return {{ErrorClass::conflict, std::move(message)}};
}
Failed nobody_knows(std::string message) {
  return {{ErrorClass::not_found, std::move(message)}};
}

NotDone only_in_two_phase(const std::string& action) {
  return {{ErrorClass::invalid, action + " is a participant of a `two_phase` step"}};
}

Value::Map affected_rows(const std::vector<std::int64_t>& counts) {
  Value::List list;
  for (const std::int64_t count : counts) list.emplace_back(count);
  return {{"affected", Value(std::move(list))}};
}

OutputSpec affected_output() {
  return {"affected", Type::list,
          "How many rows each statement changed or gave; `affected[1]` is the first one's."};
}

}  // namespace rung::actions
