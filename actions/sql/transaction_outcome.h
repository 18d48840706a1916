#pragma once

#include "actions/action.h"
#include "actions/sql/sql_answer.h"

namespace rung::actions {

// What the two kinds of database say alike of a part of a transaction over several servers.

// Why no session was opened: nothing happened.
NotDone not_connected(const SqlAnswer& answer, const RunRequest& request);

// A statement before anything was prepared: the server gives up what was done so far with the
// session, whether it refused the statement or went away.
Outcome not_prepared(const SqlAnswer& answer, std::size_t statement, const RunRequest& request);

// Whether everything that was asked is prepared is open.
Unknown perhaps_prepared(const SqlAnswer& answer, const RunRequest& request);

// A step about which the server may be asked again.
Outcome ask_again(const SqlAnswer& answer, std::string_view what, const RunRequest& request);

// Somebody else decided, or nobody knows.
Failed the_opposite(std::string message);
Failed nobody_knows(std::string message);

// The error of an action that is no step by itself.
NotDone only_in_two_phase(const std::string& action);

// How many rows each statement changed or gave.
Value::Map affected_rows(const std::vector<std::int64_t>& counts);
OutputSpec affected_output();

}  // namespace rung::actions
