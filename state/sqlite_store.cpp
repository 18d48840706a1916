#include "state/sqlite_store.h"

#include "base/ensure.h"
#include "state/sqlite_connection.h"
#include "state/store_owner.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <thread>

namespace rung::state {
namespace {

using SteadyTime = RequestQueue::Time;
using std::chrono::steady_clock;

constexpr std::int64_t kPassiveBytes = 4LL * 1024 * 1024;
// With the batch that crosses it the log stays under 64 MiB.
constexpr std::int64_t kRestartBytes = 48LL * 1024 * 1024;
// A pause between two steps of one run is no idle time: a checkpoint there would cost it two syncs.
constexpr std::chrono::milliseconds kIdle{200};
constexpr std::chrono::seconds kRetry{1};
constexpr std::chrono::hours kLong{1};

Error not_there(const std::string& reason) {
  return {ErrorCode::unavailable, "the store is not available now: " + reason};
}

// What the engine thread is to be told, in order.
struct Delivery {
  std::function<void()> told;  // or
  Completion done;
  Committed answer = Committed::committed;
};

// What lives on the engine thread: the callbacks, and whether anybody still wants them.
class EngineSide : public std::enable_shared_from_this<EngineSide> {
 public:
  explicit EngineSide(Post post) : post_(std::move(post)) {}

  bool is_alive = true;
  std::function<void(StoreState, std::string)> changed;

  void tell(std::vector<Delivery> deliveries) {
    const bool is_telling = !untold_.empty();
    untold_.insert(untold_.end(), std::move_iterator(deliveries.begin()),
                   std::move_iterator(deliveries.end()));
    if (!is_telling) tell_some();
  }

 private:
  // What is told sets work going, which comes before the rest: it finds the run still in the
  // processor's cache, and what it submits is written meanwhile.
  static constexpr std::size_t kAtOnce = 8;

  void tell_some() {
    for (std::size_t n = 0; n < kAtOnce && !untold_.empty() && is_alive; ++n) {
      const Delivery next = std::move(untold_.front());
      untold_.pop_front();
      if (next.told) {
        next.told();
      } else {
        next.done(next.answer);
      }
    }
    if (!is_alive || untold_.empty()) return;
    post_([self = shared_from_this()] { self->tell_some(); });
  }

  const Post post_;
  std::deque<Delivery> untold_;
};

// The writer thread: it alone touches the connection.
class Writer {
 public:
  Writer(SqliteOptions options, Post post, Log& log)
      : options_(std::move(options)), post_(std::move(post)), log_(&log), ballast_(options_.path) {}

  // Before the thread begins; creates or opens the store.
  Result<void> open() {
    const IoScope scope(counts_.io);
    TRY(connection_, StoreConnection::open(options_, ends_, counts_, Database::Mode::create));
    store_ = connection_->meta().store;
    if (!ballast_.fill()) low_on_space("there is no room for its reserve of 4 MiB");
    return success();
  }

  void loop() {
    ::pthread_setname_np(::pthread_self(), "rung-store");
    const IoScope scope(counts_.io);
    while (!queue_.is_closed()) turn();
    // What was submitted is written, though nobody hears of it any more.
    for (auto rest = queue_.take(steady_clock::now()); !rest.empty();
         rest = queue_.take(steady_clock::now())) {
      serve(std::move(rest));
    }
    connection_.reset();
  }

  RequestQueue& queue() { return queue_; }
  const LiveCounts& counts() const { return counts_; }
  const std::shared_ptr<EngineSide>& engine() const { return engine_; }
  StorePlace place() const { return place_of(options_.path, options_.host); }
  void note_epoch(const StoreMeta& meta) { ballast_.note({meta.store, meta.epoch}); }

 private:
  void turn() {
    if (!unsettled_.empty()) {
      queue_.rest(retry_at_);
    } else {
      serve(queue_.take(wake_up()));
    }
    tend();
  }

  SteadyTime wake_up() const {
    if (state_ == StoreState::down || state_ == StoreState::low_space) return retry_at_;
    if (connection_ != nullptr && connection_->log_bytes() > kPassiveBytes) {
      return std::max(last_work_ + kIdle, checkpoint_at_);
    }
    return steady_clock::now() + kLong;
  }

  void serve(std::vector<Request> requests) {
    if (requests.empty()) return;
    last_work_ = steady_clock::now();
    // A claim changes the epoch that the writes around it carry: it stands between two batches.
    auto begin = requests.begin();
    while (begin != requests.end()) {
      auto end = std::find_if(begin, requests.end(), is_claim);
      if (end == begin) ++end;
      commit({std::make_move_iterator(begin), std::make_move_iterator(end)});
      begin = end;
    }
  }

  static bool is_claim(const Request& request) {
    const auto* question = std::get_if<Question>(&request);
    return question != nullptr && question->is_claim;
  }
  static bool is_question(const Request& request) {
    return std::holds_alternative<Question>(request);
  }

  void commit(std::vector<Request> batch) {
    if (connection_ == nullptr) {
      // Behind what is not settled nothing is answered, so that no answer overtakes another.
      if (unsettled_.empty()) return refuse(std::move(batch));
      return append(unsettled_, std::move(batch));
    }
    if (std::all_of(batch.begin(), batch.end(), is_question)) {
      const std::vector answers(batch.size(), Committed::committed);
      return deliver(std::move(batch), answers);
    }
    auto answers = connection_->commit(batch);
    if (answers) return deliver(std::move(batch), answers.value());
    append(unsettled_, std::move(batch));
    fail(answers.error());
    recover(AfterError::write_again);
  }

  static void append(std::vector<Request>& to, std::vector<Request> requests) {
    to.insert(to.end(), std::move_iterator(requests.begin()), std::move_iterator(requests.end()));
  }

  void deliver(std::vector<Request> requests, const std::vector<Committed>& answers) {
    std::vector<Delivery> deliveries;
    deliveries.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      deliveries.push_back(delivery(requests[i], answers[i]));
    }
    tell(std::move(deliveries));
  }

  void tell(std::vector<Delivery> deliveries) {
    post_([engine = engine_, deliveries = std::move(deliveries)]() mutable {
      engine->tell(std::move(deliveries));
    });
  }

  Delivery delivery(Request& request, Committed answer) {
    if (auto* write = std::get_if<WriteRequest>(&request)) {
      return {nullptr, std::move(write->done), answer};
    }
    if (auto* decision = std::get_if<AnswerRequest>(&request)) {
      return {nullptr, std::move(decision->done), answer};
    }
    auto& question = std::get<Question>(request);
    if (connection_ == nullptr) return {question.look(not_there(reason_)), nullptr, answer};
    return {question.look(connection_.get()), nullptr, answer};
  }

  void refuse(std::vector<Request> requests) {
    std::vector answers(requests.size(), Committed::store_down);
    deliver(std::move(requests), answers);
  }

  // Everything is closed, so that nothing is believed that only the failed connection knows.
  void fail(const Error& error) {
    connection_.reset();
    failed_for_space_ = error.code() == ErrorCode::exhausted;
    if (failed_for_space_) ballast_.release();
    if (failed_for_space_ && state_ == StoreState::up) {
      low_on_space(error.message());
    } else {
      enter(StoreState::down, error.message());
    }
    retry_at_ = steady_clock::now() + kRetry;
  }

  enum class AfterError : std::uint8_t { write_again, say_no };

  void recover(AfterError what) {
    if (auto opened = reopen(); !opened) return stay_down(opened.error());
    auto found = connection_->settle(unsettled_);
    if (!found) return stay_down(found.error());
    auto answers = answers_for(found.value(), what);
    // An error that stays is for the engine to know: no third try.
    if (!answers) return fail(answers.error());
    deliver(std::move(unsettled_), answers.value());
    unsettled_.clear();
    // What was submitted behind a refused write would be a conflict: it is refused too.
    if (what == AfterError::say_no) refuse(queue_.take(steady_clock::now()));
    if (state_ == StoreState::down) come_back();
  }

  // What is in the store all the same is committed; the rest is written now, or not at all.
  Result<std::vector<Committed>> answers_for(const std::vector<bool>& found, AfterError what) {
    std::vector answers(unsettled_.size(), Committed::store_down);
    std::vector<Request> missing;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (found[i]) {
        answers[i] = Committed::committed;
      } else if (what == AfterError::write_again) {
        missing.push_back(unsettled_[i]);
      }
    }
    if (missing.empty()) return answers;
    TRY(const auto written, connection_->commit(missing));
    auto next = written.begin();
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) answers[i] = *next++;
    }
    return answers;
  }

  Result<void> reopen() {
    connection_.reset();
    TRY(connection_, StoreConnection::open(options_, ends_, counts_, Database::Mode::existing));
    if (connection_->meta().store != store_) {
      return Error{ErrorCode::corrupt, "another store was put in the place of " + options_.path};
    }
    // After a failed sync the system may hold pages for written that are not: what the log says is
    // written anew into the database. Without space there was no such sync, and no room to do it.
    if (!failed_for_space_) {
      TRY(const bool is_done, connection_->checkpoint(StoreConnection::Checkpoint::truncate));
      if (!is_done) return not_there("a reader holds its log");
    }
    return connection_->find_acknowledged();
  }

  void stay_down(const Error& error) {
    connection_.reset();
    retry_at_ = steady_clock::now() + kRetry;
    if (error.code() == ErrorCode::corrupt || error.code() == ErrorCode::conflict) {
      enter(StoreState::lost, error.message());
      refuse(std::move(unsettled_));
      unsettled_.clear();
    } else {
      enter(StoreState::down, error.message());
    }
  }

  void come_back() {
    if (auto beat = connection_->pulse(); !beat) return fail(beat.error());
    if (!ballast_.fill()) return low_on_space("there is no room for its reserve of 4 MiB");
    note_epoch(connection_->meta());
    enter(StoreState::up, "");
  }

  void tend() {
    const SteadyTime now = steady_clock::now();
    if (state_ == StoreState::lost) return;
    if (connection_ == nullptr) {
      if (now >= retry_at_ || queue_.is_closed()) recover(AfterError::say_no);
      return;
    }
    if (state_ == StoreState::low_space && now >= retry_at_) {
      retry_at_ = now + kRetry;
      return come_back();
    }
    tend_log(now);
  }

  void tend_log(SteadyTime now) {
    using How = StoreConnection::Checkpoint;
    const std::int64_t bytes = connection_->log_bytes();
    const bool is_urgent = bytes > kRestartBytes;
    const bool is_idle = bytes > kPassiveBytes && now >= last_work_ + kIdle;
    if ((!is_urgent && !is_idle) || now < checkpoint_at_) return;
    auto done = connection_->checkpoint(is_urgent ? How::restart : How::passive);
    if (!done) {
      fail(done.error());
      return recover(AfterError::write_again);
    }
    if (!done.value()) checkpoint_at_ = now + kRetry;
  }

  void low_on_space(const std::string& what) {
    enter(StoreState::low_space,
          "the disk of the store " + options_.path +
              " is full: nothing new is started; free some space, and rung goes on by itself (" +
              what + ")");
    retry_at_ = steady_clock::now() + kRetry;
  }

  void enter(StoreState state, const std::string& reason) {
    reason_ = reason;
    if (state_ == state) return;
    state_ = state;
    if (state == StoreState::up) {
      log_->info("the store is back", {{"store", options_.path}});
    } else {
      // Whoever drives tells it, with the reason.
      log_->info("the store is not up", {{"store", options_.path}, {"reason", reason}});
    }
    const auto say = [engine = engine_.get(), state, reason] {
      if (engine->changed) engine->changed(state, reason);
    };
    tell({{say, nullptr, Committed::committed}});
  }

  const SqliteOptions options_;
  const Post post_;
  Log* const log_;
  const std::shared_ptr<EngineSide> engine_ = std::make_shared<EngineSide>(post_);
  RequestQueue queue_;
  LiveCounts counts_;
  KnownEnds ends_;
  Ballast ballast_;

  StoreId store_;
  std::unique_ptr<StoreConnection> connection_;  // none: it failed, and is opened again
  StoreState state_ = StoreState::up;
  std::string reason_;
  bool failed_for_space_ = false;
  std::vector<Request> unsettled_;  // whether they are in the store is not known yet
  SteadyTime retry_at_{};
  SteadyTime checkpoint_at_{};
  SteadyTime last_work_{};
};

template <class T>
using Look = std::function<Result<T>(StoreConnection&)>;

class SqliteStoreImpl final : public SqliteStore {
 public:
  explicit SqliteStoreImpl(std::unique_ptr<Writer> writer)
      : writer_(std::move(writer)), thread_([this] { writer_->loop(); }) {}

  ~SqliteStoreImpl() override {
    writer_->engine()->is_alive = false;
    writer_->queue().close();
    thread_.join();
  }

  void claim(std::function<void(Result<Claimed>)> done) override {
    ask<Claimed>(std::move(done), claims, [this](StoreConnection& connection) {
      auto claimed = connection.claim(writer_->place());
      if (claimed) writer_->note_epoch(connection.meta());
      return claimed;
    });
  }

  void submit(std::shared_ptr<const RunWrite> write, Completion done) override {
    ENSURE(write->plan_json == nullptr || write->summary,
           "a plan comes with the run that follows it");
    const Barrier barrier = write->barrier;
    writer_->queue().add(WriteRequest{std::move(write), std::move(done)}, barrier);
  }

  void answer(CommandResult result, Completion done) override {
    writer_->queue().add(AnswerRequest{std::move(result), std::move(done)}, Barrier::barrier);
  }

  void load(RunId run, std::function<void(Result<Journal>)> done) override {
    ask<Journal>(std::move(done), looks, [run](StoreConnection& connection) {
      return read_journal(connection.database(), run);
    });
  }

  void load_plan(std::string hash, std::function<void(Result<std::string>)> done) override {
    ask<std::string>(std::move(done), looks, [hash = std::move(hash)](StoreConnection& connection) {
      return read_blob(connection.database(), parse_sha256(hash));
    });
  }

  void due(TimePoint now, RunId after, std::size_t limit,
           std::function<void(Result<std::vector<RunSummary>>)> done) override {
    ask<std::vector<RunSummary>>(std::move(done), looks,
                                 [now, after, limit](StoreConnection& connection) {
                                   return read_due(connection.database(), now, after, limit);
                                 });
  }

  void next_wake(std::function<void(Result<std::optional<TimePoint>>)> done) override {
    ask<std::optional<TimePoint>>(std::move(done), looks, [](StoreConnection& connection) {
      return read_next_wake(connection.database());
    });
  }

  void pending_commands(std::size_t limit,
                        std::function<void(Result<std::vector<Command>>)> done) override {
    ask<std::vector<Command>>(std::move(done), looks, [limit](StoreConnection& connection) {
      return read_pending(connection.database(), limit);
    });
  }

  void on_state(std::function<void(StoreState, std::string)> changed) override {
    writer_->engine()->changed = std::move(changed);
  }

  StoreCounts counts() const override {
    const LiveCounts& live = writer_->counts();
    return {live.commits, live.io.syncs, live.rows, live.checkpoints};
  }

 private:
  static constexpr bool claims = true;
  static constexpr bool looks = false;

  template <class T>
  void ask(std::function<void(Result<T>)> done, bool is_claim, Look<T> look) {
    Question question{
        is_claim,
        [done = std::move(done), look = std::move(look)](Result<StoreConnection*> connection) {
          auto answer = connection ? look(*connection.value()) : Result<T>{connection.error()};
          return std::function<void()>{
              [done, answer = std::move(answer)]() mutable { done(std::move(answer)); }};
        }};
    writer_->queue().add(std::move(question), Barrier::barrier);
  }

  std::unique_ptr<Writer> writer_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<SqliteStore>> open_sqlite_store(const SqliteOptions& options, Post post,
                                                       Log& log) {
  TRY(prepare_folder(options.path));
  auto writer = std::make_unique<Writer>(options, std::move(post), log);
  TRY(writer->open());
  TRY(refuse_foreign_store(options.path));  // in a folder of everybody somebody may be faster
  return std::unique_ptr<SqliteStore>{std::make_unique<SqliteStoreImpl>(std::move(writer))};
}

}  // namespace rung::state
