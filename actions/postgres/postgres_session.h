#pragma once

#include "actions/postgres/postgres_connection.h"
#include "actions/sql/sql_answer.h"

namespace rung::actions {

// A session with this database; `name` is its application_name. Addresses are looked up off the
// loop, and each is tried.
awaitable<SqlOpened> open_postgres(PostgresPlace place, std::string name);

}  // namespace rung::actions
