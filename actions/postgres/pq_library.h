#pragma once

#include "base/result.h"

#include <libpq-fe.h>

namespace rung::actions {

// The functions of libpq that we call, found at the first use of a PostgreSQL action: loading it,
// with its TLS and Kerberos, costs more than the whole start of a program that needs none.
struct PqLibrary {
  decltype(&PQconnectStartParams) connect_start = nullptr;
  decltype(&PQconnectPoll) connect_poll = nullptr;
  decltype(&PQsetnonblocking) set_nonblocking = nullptr;
  decltype(&PQsocket) socket = nullptr;
  decltype(&PQstatus) status = nullptr;
  decltype(&PQerrorMessage) error_message = nullptr;
  decltype(&PQfinish) finish = nullptr;
  decltype(&PQsendQueryParams) send_query = nullptr;
  decltype(&PQflush) flush = nullptr;
  decltype(&PQconsumeInput) consume_input = nullptr;
  decltype(&PQisBusy) is_busy = nullptr;
  decltype(&PQgetResult) get_result = nullptr;
  decltype(&PQresultStatus) result_status = nullptr;
  decltype(&PQresultErrorField) error_field = nullptr;
  decltype(&PQcmdTuples) affected = nullptr;
  decltype(&PQntuples) rows = nullptr;
  decltype(&PQnfields) columns = nullptr;
  decltype(&PQgetisnull) is_null = nullptr;
  decltype(&PQgetvalue) value = nullptr;
  decltype(&PQclear) clear = nullptr;
  decltype(&PQtransactionStatus) transaction_status = nullptr;
  decltype(&PQsetNoticeProcessor) set_notice_processor = nullptr;
  decltype(&PQsetErrorVerbosity) set_error_verbosity = nullptr;
};

// Loads libpq.so.5; later calls are cheap. The library is never unloaded.
// unavailable: it is not installed, or lacks a function; the message names the package.
Result<PqLibrary> load_pq();

}  // namespace rung::actions
