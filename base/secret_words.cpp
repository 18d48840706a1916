#include "base/secret_words.h"

#include <algorithm>

namespace rung {
namespace {

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r";
  const auto begin = line.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

SecretWords::SecretWords(const std::vector<std::string>& secrets) : nodes_(1) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kShortest) continue;
    add(secret);
    if (secret.find('\n') == std::string::npos) continue;
    for (std::size_t at = 0; at < secret.size();) {
      const std::size_t end = std::min(secret.find('\n', at), secret.size());
      const std::string_view line = trimmed(std::string_view(secret).substr(at, end - at));
      if (line.size() >= kShortestLine) add(line);
      at = end + 1;
    }
  }
  link();
}

void SecretWords::add(std::string_view word) {
  State state = kNothing;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    State next = child(state, byte);
    if (next == kNothing) {
      next = static_cast<State>(nodes_.size());
      Node node;
      node.sibling = nodes_[state].child;
      node.depth = nodes_[state].depth + 1;
      node.byte = byte;
      nodes_.push_back(node);
      nodes_[state].child = next;
      if (state == kNothing) first_[byte] = next;
    }
    state = next;
  }
  nodes_[state].ended = nodes_[state].depth;
}

SecretWords::State SecretWords::child(State of, unsigned char byte) const {
  if (of == kNothing) return first_[byte];
  State at = nodes_[of].child;
  while (at != kNothing && nodes_[at].byte != byte) at = nodes_[at].sibling;
  return at;
}

// Level by level, since what is shorter must be linked before.
void SecretWords::link() {
  std::vector<State> level = {kNothing};
  while (!level.empty()) {
    std::vector<State> below;
    for (const State parent : level) {
      for (State at = nodes_[parent].child; at != kNothing; at = nodes_[at].sibling) {
        below.push_back(at);
        Node& node = nodes_[at];
        if (parent != kNothing) node.shorter = next(nodes_[parent].shorter, node.byte);
        node.open = node.child != kNothing ? at : nodes_[node.shorter].open;
        if (node.ended == 0) node.ended = nodes_[node.shorter].ended;
      }
    }
    level = std::move(below);
  }
}

SecretWords::State SecretWords::next(State state, unsigned char byte) const {
  for (;;) {
    const State found = child(state, byte);
    if (found != kNothing || state == kNothing) return found;
    state = nodes_[state].shorter;
  }
}

bool SecretWords::may_begin(unsigned value, unsigned bits) const {
  const unsigned rest = 8 - bits;
  const auto begin = first_.begin() + (value << rest);
  return std::any_of(begin, begin + (1U << rest), [](State s) { return s != kNothing; });
}

}  // namespace rung
