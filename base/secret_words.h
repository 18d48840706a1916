#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rung {

// Which bytes are a secret: all secrets at once, for a text that comes byte by byte. A state says
// how much of a secret may have come (the automaton of Aho and Corasick). Immutable; any thread.
//
// Of a secret with several lines each line is one, too: it is often printed a line at a time.
class SecretWords {
 public:
  // Shorter ones are no secrets here: "no" or "1" occur in every text.
  static constexpr std::size_t kShortest = 4;
  static constexpr std::size_t kShortestLine = 8;

  using State = std::uint32_t;
  static constexpr State kNothing = 0;

  explicit SecretWords(const std::vector<std::string>& secrets);

  bool empty() const { return nodes_.size() == 1; }
  State next(State state, unsigned char byte) const;
  // The same without a secret that has ended and is not the beginning of another: what may go on.
  State open(State state) const { return nodes_[state].open; }
  // How many of the last bytes are the beginning of a secret, or the whole of one.
  std::uint32_t begun(State state) const { return nodes_[state].depth; }
  // The length of the longest secret that ends here; 0: none does.
  std::uint32_t ended(State state) const { return nodes_[state].ended; }
  bool begins_with(unsigned char byte) const { return first_[byte] != kNothing; }
  // Whether the first byte of any secret has these as its highest `bits`, of 1 to 8.
  bool may_begin(unsigned value, unsigned bits) const;

 private:
  struct Node {
    State child = kNothing;
    State sibling = kNothing;  // the next child of the same parent
    State shorter = kNothing;  // the longest proper end of this that is a beginning, too
    State open = kNothing;
    std::uint32_t depth = 0;
    std::uint32_t ended = 0;
    unsigned char byte = 0;
  };

  void add(std::string_view word);
  State child(State of, unsigned char byte) const;
  void link();

  std::vector<Node> nodes_;
  std::array<State, 256> first_{};  // the children of the root
};

}  // namespace rung
