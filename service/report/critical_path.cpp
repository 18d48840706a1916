#include "service/report/critical_path.h"

#include <algorithm>

namespace rung::service {
namespace {

std::size_t last_of(const Network& network, const std::vector<std::size_t>& candidates) {
  const auto key = [&](std::size_t i) {
    return std::pair(network.nodes[i].to, network.nodes[i].ended);
  };
  return *std::max_element(candidates.begin(), candidates.end(),
                           [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
}

// Backwards from the end: of what something stood behind, always what ended last.
std::vector<PathPiece> pieces_of(const Network& network, TimePoint from, TimePoint to) {
  std::vector<PathPiece> pieces;
  TimePoint reached = to;
  const auto pause_since = [&](TimePoint since) {
    if (since < reached) pieces.push_back({nullptr, since, reached});
    reached = std::min(reached, since);
  };
  auto at = network.last;
  while (at) {
    while (!network.nodes[*at].is_leaf()) at = last_of(network, network.nodes[*at].children);
    const NetworkNode& leaf = network.nodes[*at];
    pause_since(std::max(leaf.to, from));
    pieces.push_back({&leaf, std::min(leaf.from, reached), reached});
    reached = std::min(reached, leaf.from);
    while (at && network.nodes[*at].needs.empty()) at = network.nodes[*at].parent;
    if (at) at = last_of(network, network.nodes[*at].needs);
  }
  pause_since(from);
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

// The network as one of beginnings and ends: each stands behind others with a fixed distance, and
// the latest time of each follows from what stands behind it.
class Latest {
 public:
  explicit Latest(const Network& network) : network_(network), edges_(2 * network.nodes.size()) {
    for (std::size_t i = 0; i < network.nodes.size(); ++i) add_edges_into(i);
  }

  std::vector<Duration> slack() {
    std::vector<Duration> slack(network_.nodes.size(), Duration::zero());
    if (!network_.last) return slack;
    for (const std::size_t vertex : backwards()) settle(vertex);
    for (std::size_t i = 0; i < network_.nodes.size(); ++i)
      slack[i] = std::max(Duration::zero(), latest_[end(i)] - network_.nodes[i].to);
    return slack;
  }

 private:
  struct Edge {
    std::size_t to;
    Duration distance;
  };
  static std::size_t begin(std::size_t node) { return 2 * node; }
  static std::size_t end(std::size_t node) { return 2 * node + 1; }
  TimePoint time(std::size_t vertex) const {
    const NetworkNode& node = network_.nodes[vertex / 2];
    return vertex % 2 == 0 ? node.from : node.to;
  }

  void add(std::size_t from, std::size_t to, Duration distance) {
    edges_[from].push_back({to, std::max(Duration::zero(), distance)});
  }
  void add_edges_into(std::size_t i) {
    const NetworkNode& node = network_.nodes[i];
    if (!node.needs.empty()) {
      const Duration pause = node.from - network_.nodes[last_of(network_, node.needs)].to;
      for (const std::size_t need : node.needs) add(end(need), begin(i), pause);
    } else if (node.parent) {
      add(begin(*node.parent), begin(i), node.from - network_.nodes[*node.parent].from);
    }
    if (node.is_leaf()) add(begin(i), end(i), node.to - node.from);
    if (node.parent) add(end(i), end(*node.parent), Duration::zero());
  }

  // What others stand behind comes after them.
  std::vector<std::size_t> backwards() const {
    std::vector<std::size_t> open(edges_.size(), 0);
    for (const auto& edges : edges_) {
      for (const Edge& edge : edges) open[edge.to] += 1;
    }
    std::vector<std::size_t> order;
    for (std::size_t v = 0; v < open.size(); ++v) {
      if (open[v] == 0) order.push_back(v);
    }
    for (std::size_t next = 0; next < order.size(); ++next) {
      for (const Edge& edge : edges_[order[next]]) {
        if (--open[edge.to] == 0) order.push_back(edge.to);
      }
    }
    std::reverse(order.begin(), order.end());
    return order;
  }

  void settle(std::size_t vertex) {
    if (latest_.empty()) {
      latest_.resize(edges_.size());
      for (std::size_t v = 0; v < latest_.size(); ++v) latest_[v] = time(v);
    }
    if (edges_[vertex].empty()) {  // nothing stood behind it: until the run's own end
      latest_[vertex] = network_.nodes[*network_.last].to;
      return;
    }
    latest_[vertex] = TimePoint::max();
    for (const Edge& edge : edges_[vertex])
      latest_[vertex] = std::min(latest_[vertex], latest_[edge.to] - edge.distance);
  }

  const Network& network_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<TimePoint> latest_;
};

}  // namespace

CriticalPath critical_path(const Network& network, TimePoint from, TimePoint to) {
  return {pieces_of(network, from, to), Latest(network).slack()};
}

}  // namespace rung::service
