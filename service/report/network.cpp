#include "service/report/network.h"

#include <algorithm>
#include <set>

namespace rung::service {
namespace {

using runbooks::Plan;
using runbooks::Step;
using runbooks::StepIndex;

class Builder {
 public:
  Builder(const Plan& plan, const Lives& lives) : plan_(plan), lives_(lives) {
    for (std::uint32_t n = 0; n < plan.steps.size(); ++n) {
      if (!plan.steps[n].address.empty()) planned_.emplace(plan.steps[n].address, StepIndex{n});
    }
    for (const Life& life : lives.steps) parents_of(life.address);
    undos_.insert(lives.undos.begin(), lives.undos.end());
  }

  Network build() {
    for (const Life& life : lives_.steps) {
      if (!is_only_a_frame(life)) add_leaf(life);
    }
    for (NetworkNode& node : network_.nodes) {
      std::sort(node.children.begin(), node.children.end(), [this](std::size_t a, std::size_t b) {
        return network_.nodes[a].began < network_.nodes[b].began;
      });
    }
    for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
      if (network_.nodes[i].parent) find_needs(i);
    }
    chain_roots();
    return std::move(network_);
  }

 private:
  enum class Root : std::uint8_t { steps, undo, finally };

  // A group's own events only say that its steps begin and have ended.
  bool is_only_a_frame(const Life& life) const {
    const bool is_root = life.address.empty() || life.address == plan_.step(plan_.finally).address;
    return is_root || (life.is_group && is_parent_.contains(life.address));
  }

  // The address of the group around a step; "" where that is a root.
  std::string parent_of(const std::string& address) const {
    if (const auto step = planned_.find(address); step != planned_.end()) {
      const auto& parent = plan_.step(step->second).parent;
      return parent ? plan_.step(*parent).address : "";
    }
    const std::size_t slash = address.rfind('/');
    return slash == std::string::npos ? "" : address.substr(0, slash);
  }
  void parents_of(const std::string& address) {
    for (std::string up = parent_of(address); !up.empty(); up = parent_of(up)) {
      if (!is_parent_.insert(up).second) return;
    }
  }
  bool is_undo(const std::string& address) const {
    if (const auto step = planned_.find(address); step != planned_.end())
      return plan_.step(step->second).undoes.has_value();
    return undos_.contains(address);
  }

  std::size_t new_node(std::string address, std::optional<std::size_t> parent) {
    NetworkNode node;
    node.address = std::move(address);
    node.parent = parent;
    network_.nodes.push_back(std::move(node));
    const std::size_t index = network_.nodes.size() - 1;
    if (parent) network_.nodes[*parent].children.push_back(index);
    return index;
  }
  std::size_t root(Root which) {
    auto& known = roots_[which];
    if (!known) known = new_node("", std::nullopt);
    return *known;
  }
  std::size_t group(const std::string& address) {
    if (address == plan_.step(plan_.finally).address) return root(Root::finally);
    if (address.empty()) return root(Root::steps);
    if (const auto found = by_address_.find(address); found != by_address_.end())
      return found->second;
    const std::size_t index = new_node(address, group(parent_of(address)));
    by_address_.emplace(address, index);
    return index;
  }

  void add_leaf(const Life& life) {
    const std::size_t parent =
        is_undo(life.address) ? root(Root::undo) : group(parent_of(life.address));
    const std::size_t index = new_node(life.address, parent);
    by_address_.emplace(life.address, index);
    NetworkNode& leaf = network_.nodes[index];
    leaf.life = &life;
    leaf.from = life.from();
    leaf.to = life.to();
    leaf.began = life.began;
    leaf.ended = life.ended;
    for (auto up = leaf.parent; up; up = network_.nodes[*up].parent)
      stretch(network_.nodes[*up], life);
  }
  static void stretch(NetworkNode& group, const Life& life) {
    const bool is_first = group.ended == 0;
    group.from = is_first ? life.from() : std::min(group.from, life.from());
    group.began = is_first ? life.began : std::min(group.began, life.began);
    group.to = is_first ? life.to() : std::max(group.to, life.to());
    group.ended = std::max(group.ended, life.ended);
  }

  void find_needs(std::size_t index) {
    NetworkNode& node = network_.nodes[index];
    const auto step = planned_.find(node.address);
    if (step == planned_.end() || plan_.step(step->second).undoes) return need_one_before(index);
    // Branches of a choice need each other only in the order in which they are looked at.
    for (const StepIndex need : plan_.step(step->second).needs) {
      const auto found = by_address_.find(plan_.step(need).address);
      if (found != by_address_.end()) node.needs.push_back(found->second);
    }
  }

  // Where no plan says it: the one beside it that ended last before it began.
  void need_one_before(std::size_t index) {
    NetworkNode& node = network_.nodes[index];
    auto& ends = ends_beside_[*node.parent];
    if (ends.empty()) {
      for (const std::size_t child : network_.nodes[*node.parent].children)
        ends.emplace_back(network_.nodes[child].ended, child);
      std::sort(ends.begin(), ends.end());
    }
    const auto after =
        std::lower_bound(ends.begin(), ends.end(), std::pair(node.began, std::size_t{0}));
    if (after != ends.begin()) node.needs.push_back(std::prev(after)->second);
  }

  void chain_roots() {
    for (const Root which : {Root::steps, Root::undo, Root::finally}) {
      const auto& index = roots_[which];
      if (!index) continue;
      if (network_.last) network_.nodes[*index].needs.push_back(*network_.last);
      network_.last = index;
    }
  }

  const Plan& plan_;
  const Lives& lives_;
  std::map<std::string_view, StepIndex, std::less<>> planned_;
  std::set<std::string, std::less<>> is_parent_;
  std::set<std::string, std::less<>> undos_;
  std::map<Root, std::optional<std::size_t>> roots_;
  std::map<std::string, std::size_t, std::less<>> by_address_;
  std::map<std::size_t, std::vector<std::pair<std::size_t, std::size_t>>> ends_beside_;
  Network network_;
};

}  // namespace

Network network_of(const Plan& plan, const Lives& lives) {
  return Builder(plan, lives).build();
}

}  // namespace rung::service
