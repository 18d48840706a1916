#include "service/session.h"

#include "engine/inbox.h"
#include "service/archive.h"
#include "service/create_store.h"
#include "service/engine_host.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unistd.h>
#include <csignal>
#include <map>

namespace rung::service {
namespace {

using namespace std::chrono_literals;
using Why = SessionEnd::Why;

constexpr auto kLook = 40ms;      // how often a run that changes is read
constexpr int kLookShare = 4;     // times as long as a look took, before the next
constexpr auto kLockTry = 10ms;   // how often a client tries to take an orphan's place
constexpr auto kTick = 250ms;     // how often a screen's clocks move
constexpr auto kSettled = 120ms;  // a run needs a person once it has said so for this long
constexpr auto kLetGo = 3s;       // what is written and decided has this long to reach the disk
constexpr auto kLastWord = 1s;    // that it stopped has this long
constexpr std::size_t kMostRuns = 10'000;

Viewer viewer_of(const SessionRequest& request) {
  return {.who = request.by.who,
          .groups = request.by.groups,
          .is_driven = true,
          .rung = request.store.rung};
}

std::string holder_text(const std::optional<state::OwnerNote>& holder) {
  if (!holder) return "another engine";
  return "the engine of " + holder->who + " (pid " + std::to_string(holder->pid) + " on " +
         holder->host + ", since " +
         to_string(std::chrono::floor<std::chrono::seconds>(holder->since)) + ")";
}

// Why an engine lets go of runs that are not over.
std::string_view word_of(Why why) {
  switch (why) {
    case Why::over: return "its run is over";
    case Why::needs_person: return "its run waits for a person";
    case Why::detached: return "its terminal was detached";
    case Why::interrupted: return "Ctrl-C";
    case Why::terminated: return "it was told to terminate";
    case Why::timed_out: return "its --timeout passed";
    case Why::refused: break;
  }
  return "an error";
}

// One followed run and what was last shown of it.
struct Followed {
  Follower follower;
  std::optional<std::chrono::steady_clock::time_point> needs_person_since;
};

class Session {
 public:
  Session(const SessionRequest& request, Audience& audience)
      : request_(request),
        audience_(audience),
        signals_(loop_),
        lock_timer_(loop_),
        look_timer_(loop_),
        tick_timer_(loop_),
        limit_timer_(loop_),
        keys_(loop_) {}

  SessionEnd operator()() {
    listen();
    if (auto begun = begin(); !begun) return refused(std::move(begun).error());
    look_later();
    tick_later();
    if (!end_) loop_.run();
    loop_.restart();
    was_owner_ = host_ != nullptr;
    if (host_) let_go();
    return finished();
  }

 private:
  // --- the begin

  Result<void> begin() {
    if (request_.kind == SessionRequest::Kind::watch) return begin_watching();
    if (request_.kind == SessionRequest::Kind::start) {
      TRY(make_store_folder(request_.store));
    }
    TRY(auto lock, try_own(request_.store));
    if (lock) return own(std::move(*lock), false);
    if (request_.is_exclusive) {
      TRY(const auto holder, state::OwnerLock::holder(request_.store.path));
      return Error(ErrorCode::conflict, holder_text(holder) + " holds " + request_.store.path +
                                            ", and --exclusive was asked for");
    }
    return join();
  }

  Result<void> begin_watching() {
    TRY(open_archive());
    TRY(follow(request_.run));
    tell_joined({.as = Joined::As::observer, .holder = archive_->holder()});
    return success();
  }

  Result<void> open_archive() {
    if (archive_) return success();
    TRY(auto archive, Archive::open(request_.store, plans_));
    archive_ = std::make_unique<Archive>(std::move(archive));
    return success();
  }

  // This process is the engine from here on.
  Result<void> own(state::OwnerLock lock, bool is_takeover) {
    const auto since = std::chrono::steady_clock::now();
    engine::Scope scope{engine::Scope::Kind::listed, {}};
    if (request_.kind == SessionRequest::Kind::resume_all)
      scope.kind = engine::Scope::Kind::all;
    else if (request_.kind == SessionRequest::Kind::resume)
      scope.runs = {request_.run};
    for (const auto& [run, followed] : followed_) scope.runs.push_back(run);
    TRY(host_, EngineHost::make(loop_, request_.store, std::move(lock), std::move(scope), plans_));
    TRY(open_archive());
    host_->on_change([this](const engine::Engine::Changed& changed) {
      if (follows_all()) noticed_.insert(changed.run);
      is_dirty_ = true;
    });
    host_->on_store([this](const std::string& why) {
      audience_.store_changed(why);
      for (auto& [run, followed] : followed_) audience_.changed(view(followed));
    });
    host_->on_lost([this](const std::string& why) {
      fail(Error(ErrorCode::unavailable, "the store is lost: " + why));
    });
    host_->open([this, since, is_takeover](Result<void> ready) {
      if (!ready) return fail(std::move(ready).error());
      opened(std::chrono::steady_clock::now() - since, is_takeover);
    });
    return success();
  }

  void opened(Duration took, bool is_takeover) {
    const Joined joined{
        .as = Joined::As::owner, .holder = {}, .is_takeover = is_takeover, .recovered_in = took};
    sweep_finished();
    if (is_takeover) {
      tell_joined(joined);
      return sweep();
    }
    switch (request_.kind) {
      case SessionRequest::Kind::start:
        audience_.joined({.as = Joined::As::owner}, nullptr);
        return host_->engine().start(*request_.start,
                                     [this](const engine::Reply& reply) { started(reply); });
      case SessionRequest::Kind::resume: return resumed(joined);
      case SessionRequest::Kind::resume_all: return resumed_all(joined);
      case SessionRequest::Kind::watch: return;
    }
  }

  void started(const engine::Reply& reply) {
    if (!reply.is_applied) return fail(Error(reply.code, reply.message));
    if (auto followed = follow(reply.run); !followed) fail(std::move(followed).error());
  }

  // What was paused goes on; what was merely left alone goes on anyway.
  void resumed(const Joined& joined) {
    if (auto followed = follow(request_.run); !followed) return fail(std::move(followed).error());
    tell_joined(joined);
    sweep();
    const auto& paused = followed_.begin()->second.follower.history().state().paused;
    if (!paused) return;
    host_->engine().send(request_.run, engine::Continue{request_.by},
                         [this](const engine::Reply& reply) {
                           if (!reply.is_applied) not_resumed(Error(reply.code, reply.message));
                         });
  }

  // A run that came to its end meanwhile, or whose failed step somebody must deal with first, is
  // shown as it is.
  void not_resumed(Error error) {
    const RunView run = view(followed_.begin()->second);
    if (!run.is_over() && !run.has_need(NeedKind::failure)) fail(std::move(error));
  }

  void resumed_all(const Joined& joined) {
    auto open = archive_->runs({.unfinished_only = true, .limit = kMostRuns});
    if (!open) return fail(std::move(open).error());
    tell_joined(joined);
    for (const state::RunSummary& run : open.value()) {
      if (auto followed = follow(run.run); !followed) audience_.say(followed.error().message());
    }
    if (followed_.empty()) return finish(Why::over);
    sweep();
  }

  void sweep() {
    for (const auto& [run, followed] : followed_) host_->sweep(followed.follower.history());
  }

  // Nobody resumes a run that is over: what its last engine could not remove any more goes now.
  void sweep_finished() {
    for (const RunId run : host_->runs_with_folders()) {
      const auto summary = archive_->reader().run(run);
      if (!summary || !state::is_terminal(summary.value().status)) continue;
      const auto follower = archive_->follow(run);
      if (follower) host_->sweep(follower.value().history());
    }
  }

  // Another engine drives: it gets the command, this process looks on.
  Result<void> join() {
    if (request_.kind == SessionRequest::Kind::start) {
      TRY(create_store(request_.store));
    }
    TRY(open_archive());
    if (request_.kind == SessionRequest::Kind::resume_all) {
      return Error(
          ErrorCode::conflict,
          holder_text(archive_->holder()) +
              " holds the store; it drives what it was asked to. Resume one run by its number");
    }
    const bool is_start = request_.kind == SessionRequest::Kind::start;
    const CommandId id = SystemRandom().uuid();
    const TimePoint now = SystemClock().now().utc;
    const state::Command row =
        is_start ? engine::encode_start(*request_.start, id, now)
                 : engine::encode(request_.run, engine::Continue{request_.by}, id, now);
    TRY(archive_->reader().send(row));
    waits_for_ = id;
    state::wake_owner(request_.store.path);
    // Who may have to take over in the next moment has read the plan by then.
    if (!is_start) static_cast<void>(archive_->follow(request_.run));
    audience_.joined({.as = Joined::As::client, .holder = archive_->holder()}, nullptr);
    try_again_later();
    return success();
  }

  void read_answer() {
    auto answer = archive_->reader().result(*waits_for_);
    if (!answer) return fail(std::move(answer).error());
    if (!answer.value()) return;
    waits_for_.reset();
    const Value::Map& result = answer.value()->result;
    if (!answer.value()->is_applied) {
      const auto message = result.find("message");
      Error error(ErrorCode::conflict,
                  message == result.end() ? "refused" : to_text(message->second));
      return follow_resumed() ? not_resumed(std::move(error)) : fail(std::move(error));
    }
    const auto run = result.find("run");
    const std::int64_t* number = run == result.end() ? nullptr : run->second.integer();
    if (number == nullptr)
      return fail(Error(ErrorCode::corrupt, "the answer to this command names no run"));
    if (auto followed = follow(RunId{*number}); !followed) fail(std::move(followed).error());
  }

  bool follow_resumed() {
    return request_.kind == SessionRequest::Kind::resume && follow(request_.run).has_value();
  }

  // The engine that this process waited for is gone: whoever gets the lock goes on.
  void try_to_take_over() {
    auto lock = try_own(request_.store);
    if (!lock || !lock.value()) return;
    if (auto owned = own(std::move(*lock.value()), true); !owned) fail(std::move(owned).error());
  }

  void try_again_later() {
    lock_timer_.expires_after(kLockTry);
    lock_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || end_) return;
      try_to_take_over();
      if (!host_ && !end_) try_again_later();
    });
  }

  // --- following

  bool follows_all() const { return request_.kind == SessionRequest::Kind::resume_all; }

  Result<void> follow(RunId run) {
    if (followed_.contains(run)) return success();
    const auto told = [this, run](Seq seq, const state::Event& event) {
      audience_.event(run, seq, event);
    };
    TRY(auto follower, archive_->follow(run, told));
    auto& kept = followed_.emplace(run, Followed{std::move(follower), std::nullopt}).first->second;
    audience_.changed(view(kept));
    is_dirty_ = true;
    return success();
  }

  RunView view(const Followed& followed) const {
    Viewer viewer = archive_->looking(viewer_of(request_), followed.follower.history());
    viewer.is_driven = viewer.is_driven || host_ != nullptr;
    return followed.follower.view(viewer);
  }

  void tell_joined(const Joined& joined) {
    if (followed_.empty()) return audience_.joined(joined, nullptr);
    for (auto& [run, followed] : followed_) {
      if (auto fresh = followed.follower.refresh(); !fresh) return fail(std::move(fresh).error());
      const RunView now = view(followed);
      audience_.joined(joined, &now);
    }
  }

  void look_later() {
    // A look at a run of 100,000 steps takes a while; the engine on this thread has the rest.
    look_timer_.expires_after(std::max<Duration>(kLook, kLookShare * looked_for_));
    look_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || end_) return;
      const auto begin = std::chrono::steady_clock::now();
      look();
      looked_for_ = std::chrono::steady_clock::now() - begin;
      look_later();
    });
  }

  void look() {
    for (const RunId run : std::exchange(noticed_, {})) {
      if (auto followed = follow(run); !followed) audience_.say(followed.error().message());
    }
    if (waits_for_) read_answer();
    if (end_ || !archive_) return;
    refresh();
    if (!end_) judge();
  }

  void refresh() {
    auto version = archive_->reader().data_version();
    if (!version) return fail(std::move(version).error());
    const bool is_stale = is_dirty_ || version.value() != seen_version_;
    if (!is_stale) return;
    seen_version_ = version.value();
    is_dirty_ = false;
    for (auto& [run, followed] : followed_) {
      auto fresh = followed.follower.refresh();
      if (!fresh) return fail(std::move(fresh).error());
      if (fresh.value()) audience_.changed(view(followed));
    }
  }

  // Whether there is anything left to wait for.
  void judge() {
    if (followed_.empty() || waits_for_) return;
    bool all_over = true;
    bool all_settled = true;
    for (auto& [run, followed] : followed_) {
      const bool is_over = followed.follower.history().state().finished.has_value();
      all_over = all_over && is_over;
      all_settled = all_settled && (is_over || needs_person(followed));
    }
    if (all_over) return finish(Why::over);
    if (all_settled && !request_.stays_for_people) finish(Why::needs_person);
  }

  // Attempts that only read leave no trace until they end, so one look is not enough.
  bool needs_person(Followed& followed) {
    const bool is_busy = host_ && host_->engine().attempts_in_flight() > 0;
    if (is_busy || !is_settled(followed) || !view(followed).needs_person()) {
      followed.needs_person_since.reset();
      return false;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!followed.needs_person_since) followed.needs_person_since = now;
    return now - *followed.needs_person_since >= kSettled;
  }

  static bool is_settled(const Followed& followed) {
    const engine::RunState& state = followed.follower.history().state();
    switch (engine::status_of(state)) {
      case RunStatus::queued: return engine::awaits_locks(state);
      case RunStatus::running:
      case RunStatus::undoing: return false;
      case RunStatus::waiting:
      case RunStatus::paused:
      case RunStatus::in_doubt:
      case RunStatus::stuck:
      case RunStatus::succeeded:
      case RunStatus::failed:
      case RunStatus::undone:
      case RunStatus::cancelled: return true;
    }
    return true;
  }

  // --- people

  void listen() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) signals_.add(number);
    wait_for_signal();
    if (request_.timeout) {
      limit_timer_.expires_after(
          std::chrono::duration_cast<boost::asio::steady_timer::duration>(*request_.timeout));
      limit_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) finish(Why::timed_out);
      });
    }
    if (request_.reads_keys) {
      keys_.assign(::dup(STDIN_FILENO));
      read_key();
    }
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number != SIGINT) return finish(Why::terminated);
      if (is_letting_go_)
        is_in_a_hurry_ = true;
      else
        grant(audience_.interrupted(host_ != nullptr), Why::interrupted);
      wait_for_signal();
    });
  }

  void read_key() {
    keys_.async_read_some(boost::asio::buffer(&key_, 1),
                          [this](const boost::system::error_code& error, std::size_t) {
                            if (error) return;
                            grant(audience_.key(key_), Why::interrupted);
                            if (!end_) read_key();
                          });
  }

  void grant(const Wish& wish, Why why_stopped) {
    switch (wish.what) {
      case Wish::For::nothing: return;
      case Wish::For::stop: return finish(why_stopped);
      case Wish::For::detach: return finish(Why::detached);
      case Wish::For::cancel:
        return command(engine::Cancel{engine::CancelRunning::drain, request_.by});
      case Wish::For::pause: return pause_or_go_on();
      case Wish::For::note: return command(engine::Note{wish.text, request_.by});
      case Wish::For::redraw: return audience_.tick(SystemClock().now().utc);
    }
  }

  void pause_or_go_on() {
    if (followed_.empty()) return;
    const bool is_paused = followed_.begin()->second.follower.history().state().paused.has_value();
    if (is_paused)
      command(engine::Continue{request_.by});
    else
      command(engine::Pause{request_.by});
  }

  void command(const engine::Command& what) {
    if (followed_.empty()) return;
    const RunId run = followed_.begin()->first;
    if (host_) {
      return host_->engine().send(run, what, [this](const engine::Reply& reply) {
        if (!reply.is_applied) audience_.say(reply.message);
      });
    }
    auto sent = archive_->reader().send(
        engine::encode(run, what, SystemRandom().uuid(), SystemClock().now().utc));
    if (!sent) return audience_.say(sent.error().message());
    state::wake_owner(request_.store.path);
  }

  void tick_later() {
    tick_timer_.expires_after(kTick);
    tick_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || end_) return;
      audience_.tick(SystemClock().now().utc);
      tick_later();
    });
  }

  // --- the end

  void finish(Why why) {
    if (end_) return;
    end_ = why;
    loop_.stop();
  }
  void fail(Error error) {
    if (end_) return;
    error_ = std::move(error);
    finish(Why::refused);
  }

  // Nothing new starts; what is decided reaches the disk, and what lives in this process for others
  // has its end. Supervised commands stay.
  void let_go() {
    is_letting_go_ = true;
    host_->stop();
    const bool is_patient = end_ == Why::over || end_ == Why::needs_person || end_ == Why::detached;
    const auto until = std::chrono::steady_clock::now() + kLetGo;
    bool has_said = false;
    while (!is_in_a_hurry_) {
      const std::size_t inside = host_->attempts_inside();
      const bool is_late = std::chrono::steady_clock::now() >= until;
      if (host_->engine().is_quiet() && (inside == 0 || (is_late && !is_patient))) break;
      if (is_late && inside == 0) break;
      if (is_late && !has_said) {
        audience_.say("waiting for " + std::to_string(inside) +
                      " steps that run inside this engine (Ctrl-C leaves them)");
        has_said = true;
      }
      loop_.run_one_for(10ms);
    }
    bool is_closed = false;
    host_->close([&] { is_closed = true; });
    while (!is_closed && !is_in_a_hurry_) loop_.run_one_for(10ms);
    say_last_word();
    refresh_for_the_last_time();
    host_.reset();
    loop_.stop();
  }

  // An engine that was killed says none: whoever reads the journal later can tell one from the
  // other.
  void say_last_word() {
    host_->engine().release(std::string(word_of(*end_)));
    const auto until = std::chrono::steady_clock::now() + kLastWord;
    while (!host_->engine().is_quiet() && std::chrono::steady_clock::now() < until)
      loop_.run_one_for(10ms);
  }

  void refresh_for_the_last_time() {
    for (auto& [run, followed] : followed_) {
      auto fresh = followed.follower.refresh();
      if (fresh && fresh.value()) audience_.changed(view(followed));
    }
  }

  SessionEnd finished() {
    SessionEnd end;
    end.why = *end_;
    end.error = std::move(error_);
    end.was_owner = was_owner_;
    for (const auto& [run, followed] : followed_) {
      const auto& history = followed.follower.history();
      end.runs.push_back(followed.follower.view(archive_->looking(viewer_of(request_), history)));
    }
    return end;
  }

  SessionEnd refused(Error error) {
    fail(std::move(error));
    return finished();
  }

  const SessionRequest& request_;
  Audience& audience_;
  boost::asio::io_context loop_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer lock_timer_;  // of a client
  boost::asio::steady_timer look_timer_;
  Duration looked_for_{};  // the latest look
  boost::asio::steady_timer tick_timer_;
  boost::asio::steady_timer limit_timer_;
  boost::asio::posix::stream_descriptor keys_;
  char key_ = 0;

  // Of those who follow runs here and of the engine, whichever reads a plan first.
  const std::shared_ptr<engine::PlanCache> plans_ = std::make_shared<engine::PlanCache>();
  std::unique_ptr<Archive> archive_;
  std::map<RunId, Followed> followed_;
  std::set<RunId> noticed_;             // changed, and perhaps not followed yet
  std::unique_ptr<EngineHost> host_;    // of an owner
  std::optional<CommandId> waits_for_;  // of a client: the answer to it
  std::int64_t seen_version_ = -1;
  bool is_dirty_ = true;
  bool is_letting_go_ = false;
  bool is_in_a_hurry_ = false;
  bool was_owner_ = false;
  std::optional<Why> end_;
  std::optional<Error> error_;
};

}  // namespace

SessionEnd hold_session(const SessionRequest& request, Audience& audience) {
  return Session(request, audience)();
}

}  // namespace rung::service
