#include "service/create_store.h"

#include "service/engine_host.h"
#include "state/sqlite_store.h"

#include <unistd.h>

namespace rung::service {

Result<void> create_store(const StorePlace& place) {
  if (::access(place.path.c_str(), F_OK) == 0) return success();
  TRY(make_store_folder(place));
  TRY(auto lock, try_own(place));
  if (!lock) return success();  // its holder creates it
  TRY(auto host, this_host());
  StderrLog log(LogLevel::warning);
  TRY(const auto store, state::open_sqlite_store(
                            {.path = place.path, .host = std::move(host)}, [](auto) {}, log));
  return success();
}

}  // namespace rung::service
