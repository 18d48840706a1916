#pragma once

#include "base/result.h"
#include "service/store_place.h"

namespace rung::service {

// Makes an empty store where there is none; does nothing where there is one. Safe against others
// who do the same. As open_sqlite_store.
Result<void> create_store(const StorePlace& place);

}  // namespace rung::service
