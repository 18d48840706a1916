#include "scripting/live_script.h"
#include "scripting/script.h"

#include <list>
#include <unordered_map>

namespace rung::scripting {
namespace {

// Scripts that are kept alive between their turns. One that was put away is run again from its
// beginning when it is asked for.
constexpr std::size_t kMostAlive = 16;

class Runner final : public ScriptRunner {
 public:
  explicit Runner(ScriptBudget budget) : budget_(budget) {}

  ScriptTurn go_on(const Script& script, const Scope& scope,
                   const ScriptHistory& history) override {
    if (LiveScript* live = alive(script); live != nullptr)
      return note(script, live->go_on(scope, history));
    put_away(script.id);
    make_room();
    order_.push_front(script.id);
    Entry& entry = scripts_[script.id];
    entry.place = order_.begin();
    entry.live = std::make_unique<LiveScript>(script, budget_);
    return note(script, entry.live->go_on(scope, history));
  }

  void forget(const std::string& id) override { put_away(id); }

 private:
  struct Entry {
    std::unique_ptr<LiveScript> live;
    std::uint64_t digest = 0;  // of the record that it has seen
    std::list<std::string>::iterator place;
  };

  // nullptr: it must be run from its beginning. Since the turn that it took last exactly one answer
  // was recorded, or it may stand anywhere.
  LiveScript* alive(const Script& script) {
    const auto found = scripts_.find(script.id);
    const bool is_there = found != scripts_.end() && found->second.digest == script.previous;
    if (!is_there || script.previous == 0) return nullptr;
    return found->second.live.get();
  }

  ScriptTurn note(const Script& script, ScriptTurn turn) {
    const bool goes_on =
        std::holds_alternative<ScriptCall>(turn) || std::holds_alternative<ScriptLeft>(turn);
    if (goes_on)
      scripts_[script.id].digest = script.digest;
    else
      put_away(script.id);
    return turn;
  }

  void put_away(const std::string& id) {
    const auto found = scripts_.find(id);
    if (found == scripts_.end()) return;
    order_.erase(found->second.place);
    scripts_.erase(found);
  }

  void make_room() {
    while (order_.size() >= kMostAlive) put_away(std::string(order_.back()));
  }

  const ScriptBudget budget_;
  std::unordered_map<std::string, Entry> scripts_;
  std::list<std::string> order_;  // the one that was made last comes first
};

}  // namespace

std::unique_ptr<ScriptRunner> make_script_runner(ScriptBudget budget) {
  return std::make_unique<Runner>(budget);
}

}  // namespace rung::scripting
