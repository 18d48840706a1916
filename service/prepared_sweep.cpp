#include "service/prepared_sweep.h"

#include "engine/build_attempt.h"
#include "runbooks/plan.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <vector>

namespace rung::service {
namespace {

namespace asio = boost::asio;
using engine::Graph;
using engine::NodeIndex;
using engine::RunState;
using runbooks::Step;
using runbooks::StepKind;

constexpr Duration kLimit = std::chrono::minutes(1);
constexpr std::size_t kMostRuns = 1'000;  // the newest
constexpr std::size_t kMostPlans = 50;
constexpr std::size_t kAllEvents = 1'000'000;

// A server, and the module that knows how to ask it.
struct Place {
  actions::Participant* participant = nullptr;
  Target target;
};

class Sweeping {
 public:
  Sweeping(const PreparedSweepParts& parts, state::Reader& reader)
      : parts_(parts), reader_(reader) {}

  // False: there is nothing to look at.
  bool prepare() {
    const auto store = reader_.store_id();
    const auto runs = reader_.runs({.limit = kMostRuns});
    if (!store || !runs || runs.value().empty()) return false;
    newest_ = runs.value().front().run;
    prefix_ = engine::transaction_prefix(to_string(store.value()));
    std::set<std::string> hashes;
    for (const state::RunSummary& run : runs.value()) {
      if (hashes.size() < kMostPlans && hashes.insert(run.plan).second) add_plan(run.plan);
    }
    return !places_.empty();
  }

  awaitable<void> work() {
    co_await asio::this_coro::throw_if_cancelled(false);
    for (Place& place : places_) {
      actions::Participant::Prepared found =
          co_await place.participant->list(request(place, prefix_));
      for (const std::string& name : found.names) {
        const auto turn = what_is_left_to_do(name);
        if (!turn) continue;
        co_await end(place, name, *turn);
      }
    }
  }

 private:
  // Most stores have no plan with a transaction: their text tells before it is read as one.
  void add_plan(const std::string& hash) {
    const auto json = reader_.plan(hash);
    if (!json || json.value().find("\"participant\"") == std::string::npos) return;
    auto plan = runbooks::plan_from_json(json.value());
    if (!plan) return;
    const auto& graph =
        *graphs_.insert_or_assign(hash, std::make_unique<Graph>(std::move(plan).value()))
             .first->second;
    for (const Step& step : graph.plan().steps) {
      if (step.kind == StepKind::participant) add_places(graph, step);
    }
  }

  // A target may be any connection of its kinds.
  void add_places(const Graph& graph, const Step& step) {
    const auto* action = parts_.registry->find(step.action.uses);
    if (action == nullptr) return;
    const auto& kinds = action->spec().target.kinds;
    for (const auto& [name, connection] : graph.plan().connections) {
      if (std::find(kinds.begin(), kinds.end(), connection.uses) == kinds.end()) continue;
      auto target = engine::build_connection(graph, name, *parts_.evaluator, *parts_.secrets);
      if (!target) continue;
      auto conformed = parts_.registry->conform(std::move(target).value());
      if (!conformed) continue;
      const auto is_same = [&](const Place& place) {
        return place.target.kind == conformed.value().kind &&
               place.target.fields == conformed.value().fields;
      };
      if (std::any_of(places_.begin(), places_.end(), is_same)) continue;
      places_.push_back(
          {parts_.registry->find(step.action.uses)->participant(), std::move(conformed).value()});
    }
  }

  actions::RunRequest request(const Place& place, std::string transaction) const {
    actions::RunRequest request;
    request.target = place.target;
    request.transaction = std::move(transaction);
    request.receipt = receipt_;
    request.clock = parts_.clock;
    request.log = parts_.log;
    return request;
  }

  // Empty: it is not ours to end, or not yet.
  std::optional<state::Turn> what_is_left_to_do(const std::string& name) {
    receipt_ = Value();
    RunId run;
    const std::string_view rest = std::string_view(name).substr(prefix_.size());
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), run.number);
    if (error != std::errc{} || end == rest.data() + rest.size() || *end != ':')
      return std::nullopt;
    if (run > newest_) return std::nullopt;
    const auto summary = reader_.run(run);
    // It was removed, and only what is over is.
    if (!summary)
      return summary.error().code() == ErrorCode::not_found ? std::optional(state::Turn::rollback)
                                                            : std::nullopt;
    if (!state::is_terminal(summary.value().status)) return std::nullopt;
    return decided(run, summary.value().plan, name);
  }

  std::optional<state::Turn> decided(RunId run, const std::string& plan, const std::string& name) {
    const auto graph = graphs_.find(plan);
    const auto journal = reader_.events(run, Seq{0}, kAllEvents);
    if (graph == graphs_.end() || !journal) return std::nullopt;
    std::vector<state::Event> events;
    for (const auto& one : journal.value()) events.push_back(one.event);
    const auto folded = engine::fold(*graph->second, run, events);
    if (!folded) return std::nullopt;
    const RunState& state = folded.value();
    const engine::StepTree tree(*graph->second, state.loops);
    for (const auto& [i, ballot] : state.ballots) {
      if (engine::transaction_name(state, tree.address(i), state.at(i).generation) != name)
        continue;
      const auto poll = state.polls.find(*tree.parent(i));
      const bool commits = poll != state.polls.end() && poll->second.commit.value_or(false);
      receipt_ = ballot.receipt;
      return commits ? state::Turn::commit : state::Turn::rollback;
    }
    return state::Turn::rollback;  // of an earlier try, which was not committed
  }

  awaitable<void> end(Place& place, std::string name, state::Turn turn) {
    Outcome outcome = Unknown{};
    if (turn == state::Turn::commit)
      outcome = co_await place.participant->commit(request(place, name));
    else
      outcome = co_await place.participant->rollback(request(place, name));
    const bool is_done = std::holds_alternative<Done>(outcome);
    const std::string what = turn == state::Turn::commit ? "committed" : "rolled back";
    parts_.log->warning(is_done ? "a transaction that was left prepared was " + what
                                : "a transaction that was left prepared could not be " + what,
                        {{"target", place.target.name}, {"transaction", name}});
  }

  const PreparedSweepParts& parts_;
  state::Reader& reader_;
  RunId newest_;
  std::string prefix_;
  std::map<std::string, std::unique_ptr<Graph>> graphs_;
  std::vector<Place> places_;
  Value receipt_;  // of the name that is being ended
};

awaitable<void> keep(std::shared_ptr<Sweeping> sweeping) {
  co_await sweeping->work();
}

}  // namespace

void PreparedSweep::begin(OpenReader open) {
  open_ = std::move(open);
  look();
}

// A look that is not over holds the reader; the next one comes a day later.
void PreparedSweep::look() {
  look_later();
  if (!is_over_) return;
  reader_ = open_();
  if (reader_ == nullptr) return;
  auto sweeping = std::make_shared<Sweeping>(parts_, *reader_);
  if (!sweeping->prepare()) return;
  is_over_ = false;
  limit_.expires_after(kLimit);
  limit_.async_wait([this](const boost::system::error_code& error) {
    if (!error) signal_.emit(asio::cancellation_type::terminal);
  });
  asio::co_spawn(*parts_.loop, keep(std::move(sweeping)),
                 asio::bind_cancellation_slot(signal_.slot(), [this](const std::exception_ptr&) {
                   is_over_ = true;
                   limit_.cancel();
                 }));
}

void PreparedSweep::look_later() {
  next_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(parts_.every));
  next_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look();
  });
}

void PreparedSweep::stop() {
  next_.cancel();
  limit_.cancel();
  if (!is_over_) signal_.emit(asio::cancellation_type::terminal);
}

}  // namespace rung::service
