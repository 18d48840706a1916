#pragma once

#include "base/random.h"
#include "base/virtual_clock.h"
#include "engine/core/decide.h"
#include "engine/executor.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace rung::engine::testing {

// What a target outside of Rung would have seen, by address: the witness.
struct Witnessed {
  std::set<std::string> keys;  // under which the effect took place
  int times = 0;
};

// The scheduler: every posted task and every step of an effect is one of these, taken in a seeded
// order. Tasks of one `lane` keep their order among themselves.
class SimScheduler {
 public:
  explicit SimScheduler(Random& random) : random_(random) {}
  void post(int lane, std::function<void()> task);
  bool run_one();  // false: nothing to do
  void drop(int lane_from, int lane_to);
  bool is_idle() const { return queued_ == 0; }

 private:
  Random& random_;
  std::map<int, std::deque<std::function<void()>>> lanes_;
  std::size_t queued_ = 0;
};

// The world: performs effects in two moves (it happens, it is reported), loses replies, refuses,
// dies with the engine or survives it, all by the seed.
class SimWorld final {
 public:
  struct Odds {  // per mille
    int not_done = 40;
    int failed = 60;
    int lost_before = 30;  // unknown, and it did not happen
    int lost_after = 60;   // unknown, and it did
    int probe_unknown = 60;
    int look_fails = 150;
    int look_holds = 600;
    int supervisor_dies = 60;
    int supervised = 500;     // attempts that outlive the engine
    int reads_only = 100;     // of a participant
    int prepares_late = 300;  // the engine died, and the target goes on
    int untold = 150;         // nothing tells what became of what was prepared
    int somebody_else = 40;   // ends what was prepared, by hand
  };
  SimWorld(Random& random, SimScheduler& scheduler, Odds odds)
      : random_(random), scheduler_(scheduler), odds_(odds) {}

  const std::map<std::string, Witnessed>& witnessed() const { return witnessed_; }
  // The input `note` with which each attempt was made.
  const std::map<AttemptId, Value>& notes() const { return notes_; }
  bool has_happened(const std::string& address) const;
  void engine_died();
  // Names of what is prepared, and not yet ended.
  std::vector<std::string> prepared() const;
  bool roll(int per_mille) { return static_cast<int>(random_.next() % 1000) < per_mille; }

 private:
  friend class SimExecutor;
  struct Running {
    Attempt attempt;
    std::function<void(Outcome)> done;  // empty: nobody listens (the engine died)
    std::optional<Outcome> ended;       // recorded, not reported yet
    bool is_supervised = false;
    bool is_begun = false;
    bool is_cancelled = false;
  };
  enum class Fate : unsigned char { prepared, committed, rolled_back };
  void begin(const AttemptId& id);
  Outcome act(const Attempt& attempt);
  Outcome prepare(const Attempt& attempt);
  Outcome settle(const Attempt& attempt);
  void commit(const Attempt& attempt);
  void happen(const Attempt& attempt);
  void end(const AttemptId& id, Outcome outcome);
  void report(const AttemptId& id);

  Random& random_;
  SimScheduler& scheduler_;
  Odds odds_;
  std::map<AttemptId, std::shared_ptr<Running>> running_;
  std::map<std::string, Witnessed> witnessed_;
  std::map<AttemptId, Value> notes_;
  std::map<std::string, Fate> fates_;  // of transactions, by name
  std::set<std::string> closed_;       // names under which nothing can be prepared any more
};

// The executor of one engine's life over the world that outlives it.
class SimExecutor final : public Executor, public ActionFacts {
 public:
  SimExecutor(SimWorld& world, SimScheduler& scheduler, int lane)
      : world_(world), scheduler_(scheduler), lane_(lane) {}

  void run(Attempt attempt, OnOutcome done) override;
  void recover(Attempt attempt, std::function<void(std::string)> adopted, OnOutcome done) override;
  void probe(Attempt attempt, const runbooks::ActionUse* probe_use, Value::Map probe_with,
             OnProbed done) override;
  void look(Attempt attempt, OnProbed done) override;
  void cancel(const AttemptId& id, CancelHow how) override;
  void forget(const AttemptId& id) override;

  EffectClass effect_class(const std::string& uses, const Value::Map& with) const override;
  bool can_probe(const std::string& uses) const override;
  const ActionSpec* spec(const std::string& uses) const override;

 private:
  SimWorld& world_;
  SimScheduler& scheduler_;
  int lane_;
};

}  // namespace rung::engine::testing
