#include "service/send_command.h"

#include "engine/inbox.h"
#include "service/archive.h"
#include "service/create_store.h"
#include "service/engine_host.h"
#include "state/sqlite_store.h"

#include <boost/asio/io_context.hpp>

#include <thread>

namespace rung::service {
namespace {

using Clock = std::chrono::steady_clock;

ErrorCode code_of(const Value::Map& result) {
  static constexpr ErrorCode kCodes[] = {
      ErrorCode::invalid,   ErrorCode::not_found,   ErrorCode::conflict,  ErrorCode::suppressed,
      ErrorCode::denied,    ErrorCode::unavailable, ErrorCode::timed_out, ErrorCode::cancelled,
      ErrorCode::exhausted, ErrorCode::corrupt};
  const auto found = result.find("code");
  const std::string* name = found == result.end() ? nullptr : found->second.string();
  for (const ErrorCode code : kCodes) {
    if (name != nullptr && *name == name_of(code)) return code;
  }
  return ErrorCode::conflict;
}

Sent sent_of(const state::CommandResult& row) {
  Sent sent;
  sent.is_applied = row.is_applied;
  sent.code = code_of(row.result);
  const auto text = [&](const char* name) {
    const auto found = row.result.find(name);
    return found == row.result.end() || found->second.string() == nullptr ? ""
                                                                          : *found->second.string();
  };
  sent.message = text("message");
  sent.run_name = text("run_name");
  if (const auto run = row.result.find("run");
      run != row.result.end() && run->second.integer() != nullptr) {
    sent.run.number = *run->second.integer();
  }
  return sent;
}

// One command on its way: from the row to the decision.
class Sending {
 public:
  Sending(const StorePlace& place, Archive& archive, CommandId id, Duration patience)
      : place_(place), archive_(archive), id_(id), until_(Clock::now() + patience) {}

  Result<Sent> operator()() {
    auto nap = std::chrono::milliseconds(1);
    for (;;) {
      TRY(const auto result, archive_.reader().result(id_));
      if (result) return finished(*result);
      if (Clock::now() >= until_) {
        return Error(ErrorCode::timed_out, "the command is recorded in " + place_.path +
                                               ", and no engine has decided it yet");
      }
      TRY(const bool decided, decide_here());
      if (decided) continue;
      std::this_thread::sleep_for(nap);
      nap = std::min(nap * 2, std::chrono::milliseconds(20));
    }
  }

 private:
  Result<Sent> finished(const state::CommandResult& row) {
    Sent sent = sent_of(row);
    if (sent.run.number == 0) return sent;
    TRY(const Follower follower, archive_.follow(sent.run));
    sent.is_driven =
        follower.history().state().finished.has_value() || archive_.is_driven(follower.history());
    return sent;
  }

  // False: another engine holds the store, and decides. Else this one has decided what waits.
  Result<bool> decide_here() {
    if (state::wake_owner(place_.path)) return false;
    TRY(auto lock, try_own(place_));
    if (!lock) return false;
    boost::asio::io_context loop;
    TRY(const auto host, EngineHost::make(loop, place_, std::move(*lock),
                                          {engine::Scope::Kind::none, {}}, archive_.plans()));
    std::optional<Error> failed;
    host->open([&](Result<void> ready) {
      if (!ready) failed = std::move(ready).error();
    });
    while (!failed) {
      loop.run_for(std::chrono::milliseconds(5));
      TRY(const auto result, archive_.reader().result(id_));
      if (result && host->engine().is_quiet()) return true;
      if (Clock::now() >= until_) return true;
    }
    return std::move(*failed);
  }

  const StorePlace& place_;
  Archive& archive_;
  CommandId id_;
  Clock::time_point until_;
};

Result<Sent> send_row(const StorePlace& place, Archive& archive, const state::Command& row,
                      Duration patience) {
  TRY(archive.reader().send(row));
  return Sending(place, archive, row.id, patience)();
}

}  // namespace

Result<Sent> send_command(const StorePlace& place, RunId run, const engine::Command& command,
                          Duration patience) {
  TRY(auto archive, Archive::open(place));
  return send_row(place, archive,
                  engine::encode(run, command, SystemRandom().uuid(), SystemClock().now().utc),
                  patience);
}

Result<Sent> send_freeze(const StorePlace& place, const engine::FreezeRequest& request,
                         Duration patience) {
  TRY(create_store(place));
  TRY(auto archive, Archive::open(place));
  return send_row(place, archive,
                  engine::encode_freeze(request, SystemRandom().uuid(), SystemClock().now().utc),
                  patience);
}

Result<Sent> send_start(const StorePlace& place, const engine::StartRequest& request,
                        Duration patience) {
  TRY(create_store(place));
  TRY(auto archive, Archive::open(place));
  return send_row(place, archive,
                  engine::encode_start(request, SystemRandom().uuid(), SystemClock().now().utc),
                  patience);
}

}  // namespace rung::service
