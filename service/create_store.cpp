#include "service/create_store.h"

#include "service/engine_host.h"
#include "state/sqlite_store.h"

#include <chrono>
#include <thread>

namespace rung::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 5s;  // with another rung that is making it
constexpr auto kLook = 5ms;

Result<void> can_be_read(const StorePlace& place, const Host& host) {
  auto reader = state::open_sqlite_reader({.path = place.path, .host = host});
  if (!reader) return std::move(reader).error();
  return success();
}

// It will not get better by waiting: the store is there, and refuses.
bool is_final(ErrorCode code) {
  return code == ErrorCode::conflict || code == ErrorCode::denied;
}

}  // namespace

Result<void> create_store(const StorePlace& place) {
  TRY(const auto host, this_host());
  const auto end = std::chrono::steady_clock::now() + kPatience;
  TRY(make_store_folder(place));
  for (;;) {
    auto readable = can_be_read(place, host);
    if (readable || is_final(readable.error().code())) return readable;
    TRY(const auto lock, try_own(place));
    if (lock) {
      StderrLog log(LogLevel::warning);
      TRY(const auto store, state::open_sqlite_store(
                                {.path = place.path, .host = host}, [](auto) {}, log));
      return success();
    }
    if (std::chrono::steady_clock::now() > end) {
      return std::move(readable).error().with_context(
          "while waiting for the rung that makes the store " + place.path);
    }
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace rung::service
