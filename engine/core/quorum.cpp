#include "engine/core/quorum.h"

#include <algorithm>
#include <map>
#include <set>

namespace rung::engine {
namespace {

// Who stands for which name: a matching of names and people, grown name by name. At most a few
// names and votes, so that trying every way is cheap.
class Seats {
 public:
  explicit Seats(const std::vector<state::Voted>& votes) : votes_(votes) {}

  bool seat(const std::string& name) {
    std::set<std::string> tried;
    return seat(name, tried);
  }

 private:
  bool seat(const std::string& name, std::set<std::string>& tried) {
    for (const state::Voted& vote : votes_) {
      const bool stands = std::find(vote.as.begin(), vote.as.end(), name) != vote.as.end();
      if (!vote.approve || !stands || !tried.insert(vote.who).second) continue;
      const auto taken = seat_of_.find(vote.who);
      if (taken != seat_of_.end() && !seat(std::string(taken->second), tried)) continue;
      seat_of_[vote.who] = name;
      return true;
    }
    return false;
  }

  const std::vector<state::Voted>& votes_;
  std::map<std::string, std::string> seat_of_;  // person -> name
};

std::int64_t approvals(const std::vector<state::Voted>& votes) {
  return std::count_if(votes.begin(), votes.end(),
                       [](const state::Voted& vote) { return vote.approve; });
}

}  // namespace

bool is_quorum(const runbooks::ApproveSpec& spec, const std::vector<state::Voted>& votes) {
  return missing_text(spec, votes).empty();
}

std::string missing_text(const runbooks::ApproveSpec& spec,
                         const std::vector<state::Voted>& votes) {
  if (!spec.is_each) {
    const std::int64_t more = spec.count - approvals(votes);
    return more > 0 ? std::to_string(more) + " more" : "";
  }
  Seats seats(votes);
  std::string names;
  for (const std::string& name : spec.by) {
    if (!seats.seat(name)) names += (names.empty() ? "one of " : ", one of ") + name;
  }
  return names;
}

}  // namespace rung::engine
