#include "actions/mysql/mariadb_library.h"

#include <dlfcn.h>

#include <string>

namespace rung::actions {
namespace {

constexpr const char* kLibrary = "libmariadb.so.3";

Error missing(const std::string& what) {
  return {ErrorCode::unavailable, "MariaDB needs " + std::string(kLibrary) + ": " + what +
                                      "; on Debian: apt install libmariadb3"};
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

bool find_basics(void* library, MariadbLibrary& db) {
  return find(library, "mysql_init", db.init) && find(library, "mysql_options", db.options) &&
         find(library, "mysql_close", db.close) && find(library, "mysql_get_socket", db.socket) &&
         find(library, "mysql_errno", db.error_number) && find(library, "mysql_error", db.error) &&
         find(library, "mysql_sqlstate", db.state) &&
         find(library, "mysql_affected_rows", db.affected) &&
         find(library, "mysql_num_fields", db.columns) &&
         find(library, "mysql_fetch_row", db.fetch_row) &&
         find(library, "mysql_fetch_lengths", db.lengths) &&
         find(library, "mysql_free_result", db.free_result) &&
         find(library, "mysql_field_count", db.field_count) &&
         find(library, "mysql_more_results", db.more_results);
}

bool find_waits(void* library, MariadbLibrary& db) {
  return find(library, "mysql_real_connect_start", db.connect_start) &&
         find(library, "mysql_real_connect_cont", db.connect_cont) &&
         find(library, "mysql_real_query_start", db.query_start) &&
         find(library, "mysql_real_query_cont", db.query_cont) &&
         find(library, "mysql_store_result_start", db.store_start) &&
         find(library, "mysql_store_result_cont", db.store_cont) &&
         find(library, "mysql_next_result_start", db.next_start) &&
         find(library, "mysql_next_result_cont", db.next_cont);
}

bool find_statements(void* library, MariadbLibrary& db) {
  return find(library, "mysql_stmt_init", db.stmt_init) &&
         find(library, "mysql_stmt_errno", db.stmt_error_number) &&
         find(library, "mysql_stmt_error", db.stmt_error) &&
         find(library, "mysql_stmt_sqlstate", db.stmt_state) &&
         find(library, "mysql_stmt_param_count", db.stmt_params) &&
         find(library, "mysql_stmt_bind_param", db.stmt_bind) &&
         find(library, "mysql_stmt_affected_rows", db.stmt_affected) &&
         find(library, "mysql_stmt_field_count", db.stmt_columns) &&
         find(library, "mysql_stmt_num_rows", db.stmt_rows) &&
         find(library, "mysql_stmt_prepare_start", db.stmt_prepare_start) &&
         find(library, "mysql_stmt_prepare_cont", db.stmt_prepare_cont) &&
         find(library, "mysql_stmt_execute_start", db.stmt_execute_start) &&
         find(library, "mysql_stmt_execute_cont", db.stmt_execute_cont) &&
         find(library, "mysql_stmt_store_result_start", db.stmt_store_start) &&
         find(library, "mysql_stmt_store_result_cont", db.stmt_store_cont) &&
         find(library, "mysql_stmt_close_start", db.stmt_close_start) &&
         find(library, "mysql_stmt_close_cont", db.stmt_close_cont);
}

}  // namespace

Result<MariadbLibrary> load_mariadb() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return missing(::dlerror());
  MariadbLibrary db;
  const bool has_all =
      find_basics(library, db) && find_waits(library, db) && find_statements(library, db);
  if (!has_all) return missing("a function is missing");
  return db;
}

}  // namespace rung::actions
