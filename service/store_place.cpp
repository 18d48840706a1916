#include "service/store_place.h"

#include "base/durable_file.h"
#include "state/store_owner.h"

#include <unistd.h>
#include <climits>
#include <cstdlib>

namespace rung::service {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<std::string> absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  char folder[PATH_MAX];
  if (::getcwd(folder, sizeof folder) == nullptr) {
    return Error(ErrorCode::unavailable,
                 "the current folder is gone, so " + path + " names no place");
  }
  return std::string(folder) + "/" + path;
}

}  // namespace

Result<StorePlace> find_store(const std::string& given) {
  StorePlace place;
  if (!given.empty()) {
    TRY(place.path, absolute(given));
    place.is_default = false;
    place.rung = "rung --store " + given;
    return place;
  }
  if (const std::string named = environment("RUNG_STORE"); !named.empty()) {
    TRY(place.path, absolute(named));
    place.is_default = false;
    return place;
  }
  std::string state = environment("XDG_STATE_HOME");
  if (!state.starts_with('/')) {
    const std::string home = environment("HOME");
    if (home.empty()) {
      return Error(
          ErrorCode::unavailable,
          "there is no place for the store: neither HOME nor RUNG_STORE is set; say --store PATH");
    }
    state = home + "/.local/state";
  }
  place.path = state + "/rung/rung.db";
  return place;
}

Result<void> make_store_folder(const StorePlace& place) {
  TRY(state::refuse_foreign_store(place.path));
  return make_durable_folder(place.path.substr(0, place.path.rfind('/')));
}

}  // namespace rung::service
