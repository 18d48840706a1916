#pragma once

#include "actions/mysql/mysql_connection.h"
#include "actions/sql/sql_answer.h"

namespace rung::actions {

// A session with this database. Addresses are looked up off the loop, and each is tried; a server
// whose name is to be verified is connected by that name.
awaitable<SqlOpened> open_mysql(MysqlPlace place);

}  // namespace rung::actions
