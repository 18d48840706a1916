#include "actions/builtin.h"

#include "actions/command/command.h"
#include "actions/http/http_connection.h"
#include "actions/http/http_request.h"
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
  return success();
}

}  // namespace rung::actions
