#include "actions/builtin.h"

#include "actions/command/command.h"
#include "actions/http/http_connection.h"
#include "actions/http/http_request.h"
#include "actions/mysql/mysql_connection.h"
#include "actions/mysql/mysql_transaction.h"
#include "actions/postgres/postgres_connection.h"
#include "actions/postgres/postgres_transaction.h"
#include "actions/shell/shell.h"

namespace rung::actions {

Result<void> register_builtin_actions(Registry& registry) {
  TRY(registry.add(std::make_unique<Shell>()));
  TRY(registry.add(std::make_unique<Command>()));
  TRY(registry.add(http_connection()));
  TRY(registry.add(std::make_unique<HttpRequest>("http.request", "")));
  TRY(registry.add(std::make_unique<HttpRequest>("http.get", "GET")));
  TRY(registry.add(std::make_unique<HttpRequest>("http.head", "HEAD")));
  TRY(registry.add(std::make_unique<HttpRequest>("http.post", "POST")));
  TRY(registry.add(std::make_unique<HttpRequest>("http.put", "PUT")));
  TRY(registry.add(std::make_unique<HttpRequest>("http.patch", "PATCH")));
  TRY(registry.add(std::make_unique<HttpRequest>("http.delete", "DELETE")));
  TRY(registry.add(postgres_connection()));
  TRY(registry.add(std::make_unique<PostgresTransaction>()));
  TRY(registry.add(mysql_connection()));
  TRY(registry.add(std::make_unique<MysqlTransaction>()));
  return success();
}

}  // namespace rung::actions
