#pragma once

#include "base/result.h"

#include <mysql.h>

namespace rung::actions {

// The functions of libmariadb that we call, found at the first use of a MariaDB action. Those that
// wait come in pairs: `_start` begins, `_cont` goes on when the socket is ready.
struct MariadbLibrary {
  decltype(&mysql_init) init = nullptr;
  decltype(&mysql_options) options = nullptr;
  decltype(&mysql_close) close = nullptr;
  decltype(&mysql_get_socket) socket = nullptr;
  decltype(&mysql_errno) error_number = nullptr;
  decltype(&mysql_error) error = nullptr;
  decltype(&mysql_sqlstate) state = nullptr;
  decltype(&mysql_affected_rows) affected = nullptr;
  decltype(&mysql_num_fields) columns = nullptr;
  decltype(&mysql_fetch_row) fetch_row = nullptr;
  decltype(&mysql_fetch_lengths) lengths = nullptr;
  decltype(&mysql_free_result) free_result = nullptr;
  decltype(&mysql_field_count) field_count = nullptr;
  decltype(&mysql_more_results) more_results = nullptr;
  decltype(&mysql_real_connect_start) connect_start = nullptr;
  decltype(&mysql_real_connect_cont) connect_cont = nullptr;
  decltype(&mysql_real_query_start) query_start = nullptr;
  decltype(&mysql_real_query_cont) query_cont = nullptr;
  decltype(&mysql_store_result_start) store_start = nullptr;
  decltype(&mysql_store_result_cont) store_cont = nullptr;
  decltype(&mysql_next_result_start) next_start = nullptr;
  decltype(&mysql_next_result_cont) next_cont = nullptr;
  decltype(&mysql_stmt_init) stmt_init = nullptr;
  decltype(&mysql_stmt_errno) stmt_error_number = nullptr;
  decltype(&mysql_stmt_error) stmt_error = nullptr;
  decltype(&mysql_stmt_sqlstate) stmt_state = nullptr;
  decltype(&mysql_stmt_param_count) stmt_params = nullptr;
  decltype(&mysql_stmt_bind_param) stmt_bind = nullptr;
  decltype(&mysql_stmt_affected_rows) stmt_affected = nullptr;
  decltype(&mysql_stmt_field_count) stmt_columns = nullptr;
  decltype(&mysql_stmt_num_rows) stmt_rows = nullptr;
  decltype(&mysql_stmt_prepare_start) stmt_prepare_start = nullptr;
  decltype(&mysql_stmt_prepare_cont) stmt_prepare_cont = nullptr;
  decltype(&mysql_stmt_execute_start) stmt_execute_start = nullptr;
  decltype(&mysql_stmt_execute_cont) stmt_execute_cont = nullptr;
  decltype(&mysql_stmt_store_result_start) stmt_store_start = nullptr;
  decltype(&mysql_stmt_store_result_cont) stmt_store_cont = nullptr;
  decltype(&mysql_stmt_close_start) stmt_close_start = nullptr;
  decltype(&mysql_stmt_close_cont) stmt_close_cont = nullptr;
};

// Loads libmariadb.so.3; later calls are cheap. The library is never unloaded.
// unavailable: it is not installed, or lacks a function; the message names the package.
Result<MariadbLibrary> load_mariadb();

}  // namespace rung::actions
