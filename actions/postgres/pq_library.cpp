#include "actions/postgres/pq_library.h"

#include <dlfcn.h>

#include <string>

namespace rung::actions {
namespace {

constexpr const char* kLibrary = "libpq.so.5";

Error missing(const std::string& what) {
  return {ErrorCode::unavailable, "PostgreSQL needs " + std::string(kLibrary) + ": " + what +
                                      "; on Debian: apt install libpq5"};
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

bool find_all(void* library, PqLibrary& pq) {
  return find(library, "PQconnectStartParams", pq.connect_start) &&
         find(library, "PQconnectPoll", pq.connect_poll) &&
         find(library, "PQsetnonblocking", pq.set_nonblocking) &&
         find(library, "PQsocket", pq.socket) && find(library, "PQstatus", pq.status) &&
         find(library, "PQerrorMessage", pq.error_message) &&
         find(library, "PQfinish", pq.finish) &&
         find(library, "PQsendQueryParams", pq.send_query) && find(library, "PQflush", pq.flush) &&
         find(library, "PQconsumeInput", pq.consume_input) &&
         find(library, "PQisBusy", pq.is_busy) && find(library, "PQgetResult", pq.get_result) &&
         find(library, "PQresultStatus", pq.result_status) &&
         find(library, "PQresultErrorField", pq.error_field) &&
         find(library, "PQcmdTuples", pq.affected) && find(library, "PQntuples", pq.rows) &&
         find(library, "PQnfields", pq.columns) && find(library, "PQgetisnull", pq.is_null) &&
         find(library, "PQgetvalue", pq.value) && find(library, "PQclear", pq.clear) &&
         find(library, "PQtransactionStatus", pq.transaction_status) &&
         find(library, "PQsetNoticeProcessor", pq.set_notice_processor) &&
         find(library, "PQsetErrorVerbosity", pq.set_error_verbosity);
}

}  // namespace

Result<PqLibrary> load_pq() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return missing(::dlerror());
  PqLibrary pq;
  if (!find_all(library, pq)) return missing("a function is missing");
  return pq;
}

}  // namespace rung::actions
