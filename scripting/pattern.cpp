#include "scripting/pattern.h"

#include <array>
#include <string>

namespace rung::scripting {
namespace {

// Also bounds the recursion: each level of it is further in the pattern.
constexpr std::size_t kLongestPattern = 256;
constexpr std::size_t kMostCaptures = 16;

bool is_between(unsigned char c, unsigned char low, unsigned char high) {
  return c >= low && c <= high;
}
bool is_alpha(unsigned char c) {
  return is_between(c, 'a', 'z') || is_between(c, 'A', 'Z');
}
bool is_digit(unsigned char c) {
  return is_between(c, '0', '9');
}
bool is_printed(unsigned char c) {
  return is_between(c, 33, 126);
}

// The classes of the C locale, whatever the process has set.
bool is_in_class(unsigned char c, char name) {
  const bool is_upper = name >= 'A' && name <= 'Z';
  bool is_in = false;
  switch (is_upper ? static_cast<char>(name - 'A' + 'a') : name) {
    case 'a': is_in = is_alpha(c); break;
    case 'c': is_in = c < 32 || c == 127; break;
    case 'd': is_in = is_digit(c); break;
    case 'g': is_in = is_printed(c); break;
    case 'l': is_in = is_between(c, 'a', 'z'); break;
    case 'p': is_in = is_printed(c) && !is_alpha(c) && !is_digit(c); break;
    case 's': is_in = c == ' ' || is_between(c, 9, 13); break;
    case 'u': is_in = is_between(c, 'A', 'Z'); break;
    case 'w': is_in = is_alpha(c) || is_digit(c); break;
    case 'x': is_in = is_digit(c) || is_between(c, 'a', 'f') || is_between(c, 'A', 'F'); break;
    default: return static_cast<unsigned char>(name) == c;
  }
  return is_in != is_upper;
}

class Matcher {
 public:
  Matcher(std::string_view text, std::string_view pattern, Meter& meter)
      : text_(text), pattern_(pattern), meter_(meter) {}

  // The place behind the match of the pattern from `p` at `s`; kNone: none.
  Computed<std::size_t> match(std::size_t s, std::size_t p) {
    for (;;) {
      TRY(meter_.spend(1));
      if (p == pattern_.size()) return s;
      switch (pattern_[p]) {
        case '(': return open(s, p + 1);
        case ')': return close(s, p + 1);
        case '$':
          if (p + 1 == pattern_.size()) return s == text_.size() ? s : kNone;
          break;
        case '%':
          if (at(p + 1) == 'b') {
            TRY(s, balanced(s, p + 2));
            if (s == kNone) return kNone;
            p += 4;
            continue;
          }
          if (at(p + 1) == 'f') {
            TRY(const auto end, frontier(s, p + 2));
            if (end == kNone) return kNone;
            p = end;
            continue;
          }
          if (is_digit(static_cast<unsigned char>(at(p + 1))))
            return malformed("it refers to a capture (%1), which is not possible here");
          break;
        default: break;
      }
      TRY(const auto end, end_of_class(p));
      TRY(meter_.spend(end - p));
      switch (at(end)) {
        case '?':
          if (is_single(s, p, end)) {
            TRY(const auto rest, match(s + 1, end + 1));
            if (rest != kNone) return rest;
          }
          p = end + 1;
          continue;
        case '+':
          return is_single(s, p, end) ? longest(s + 1, p, end) : Computed<std::size_t>(kNone);
        case '*': return longest(s, p, end);
        case '-': return shortest(s, p, end);
        default:
          if (!is_single(s, p, end)) return kNone;
          ++s;
          p = end;
      }
    }
  }

  void reset() { captures_.clear(); }

  Computed<Match> caught(std::size_t begin, std::size_t end) const {
    Match match{text_.substr(begin, end - begin), {}};
    for (const auto& capture : captures_) {
      if (capture.length == kOpen) return malformed("a ( is not closed");
      match.captures.push_back(text_.substr(capture.begin, capture.length));
    }
    return match;
  }

  static constexpr std::size_t kNone = std::string_view::npos;

 private:
  static constexpr std::size_t kOpen = std::string_view::npos;

  char at(std::size_t p) const { return p < pattern_.size() ? pattern_[p] : '\0'; }
  static Problem malformed(std::string_view why) {
    return {"the pattern is malformed: " + std::string(why)};
  }

  // Behind the class that begins at `p`: x, ., %a or [set].
  Computed<std::size_t> end_of_class(std::size_t p) const {
    if (pattern_[p] == '%') {
      if (p + 1 == pattern_.size())
        return malformed("it ends with %; write %% for the sign itself");
      return p + 2;
    }
    if (pattern_[p] != '[') return p + 1;
    ++p;
    if (at(p) == '^') ++p;
    do {
      if (p >= pattern_.size()) return malformed("a [ is not closed; write %[ for the sign itself");
      if (pattern_[p] == '%') ++p;
      ++p;
    } while (p >= pattern_.size() || pattern_[p] != ']');
    return p + 1;
  }

  bool is_single(std::size_t s, std::size_t p, std::size_t end) const {
    if (s >= text_.size()) return false;
    const auto c = static_cast<unsigned char>(text_[s]);
    if (pattern_[p] == '.') return true;
    if (pattern_[p] == '%') return is_in_class(c, pattern_[p + 1]);
    if (pattern_[p] == '[') return is_in_set(c, p, end - 1);
    return static_cast<unsigned char>(pattern_[p]) == c;
  }

  // `last` is the place of the closing bracket.
  bool is_in_set(unsigned char c, std::size_t p, std::size_t last) const {
    const bool is_negated = at(p + 1) == '^';
    if (is_negated) ++p;
    while (++p < last) {
      if (pattern_[p] == '%') {
        ++p;
        if (is_in_class(c, pattern_[p])) return !is_negated;
      } else if (at(p + 1) == '-' && p + 2 < last) {
        p += 2;
        if (is_between(c, static_cast<unsigned char>(pattern_[p - 2]),
                       static_cast<unsigned char>(pattern_[p])))
          return !is_negated;
      } else if (static_cast<unsigned char>(pattern_[p]) == c) {
        return !is_negated;
      }
    }
    return is_negated;
  }

  Computed<std::size_t> longest(std::size_t s, std::size_t p, std::size_t end) {
    std::size_t count = 0;
    while (is_single(s + count, p, end)) ++count;
    TRY(meter_.spend(count * (end - p)));
    for (;; --count) {
      TRY(const auto rest, match(s + count, end + 1));
      if (rest != kNone || count == 0) return rest;
    }
  }

  Computed<std::size_t> shortest(std::size_t s, std::size_t p, std::size_t end) {
    for (;; ++s) {
      TRY(const auto rest, match(s, end + 1));
      if (rest != kNone) return rest;
      if (!is_single(s, p, end)) return kNone;
    }
  }

  Computed<std::size_t> open(std::size_t s, std::size_t p) {
    if (at(p) == ')') return malformed("() catches nothing; delete it");
    if (captures_.size() == kMostCaptures) return malformed("it has over 16 captures");
    captures_.push_back({s, kOpen});
    TRY(const auto rest, match(s, p));
    if (rest == kNone) captures_.pop_back();
    return rest;
  }

  Computed<std::size_t> close(std::size_t s, std::size_t p) {
    std::size_t i = captures_.size();
    while (i > 0 && captures_[i - 1].length != kOpen) --i;
    if (i == 0) return malformed("a ) closes nothing; write %) for the sign itself");
    captures_[i - 1].length = s - captures_[i - 1].begin;
    TRY(const auto rest, match(s, p));
    if (rest == kNone) captures_[i - 1].length = kOpen;
    return rest;
  }

  Computed<std::size_t> balanced(std::size_t s, std::size_t p) {
    if (p + 1 >= pattern_.size()) return malformed("%b needs two characters behind it");
    if (s >= text_.size() || text_[s] != pattern_[p]) return kNone;
    std::size_t depth = 1;
    for (std::size_t i = s + 1; i < text_.size(); ++i) {
      TRY(meter_.spend(1));
      if (text_[i] == pattern_[p + 1]) {
        if (--depth == 0) return i + 1;
      } else if (text_[i] == pattern_[p]) {
        ++depth;
      }
    }
    return kNone;
  }

  Computed<std::size_t> frontier(std::size_t s, std::size_t p) const {
    if (at(p) != '[') return malformed("%f needs a [set] behind it");
    TRY(const auto end, end_of_class(p));
    const auto before = s == 0 ? '\0' : text_[s - 1];
    const auto after = s < text_.size() ? text_[s] : '\0';
    const bool is_edge = !is_in_set(static_cast<unsigned char>(before), p, end - 1) &&
                         is_in_set(static_cast<unsigned char>(after), p, end - 1);
    return is_edge ? end : kNone;
  }

  struct Capture {
    std::size_t begin;
    std::size_t length;
  };

  std::string_view text_;
  std::string_view pattern_;
  Meter& meter_;
  std::vector<Capture> captures_;
};

}  // namespace

Computed<std::optional<Match>> find_match(std::string_view text, std::string_view pattern,
                                          Meter& meter) {
  if (pattern.size() > kLongestPattern) return Problem{"the pattern has over 256 characters"};
  const bool is_anchored = !pattern.empty() && pattern[0] == '^';
  Matcher matcher(text, pattern, meter);
  for (std::size_t begin = 0; begin <= text.size(); ++begin) {
    matcher.reset();
    TRY(const auto end, matcher.match(begin, is_anchored ? 1 : 0));
    if (end != Matcher::kNone) {
      TRY(auto match, matcher.caught(begin, end));
      return std::optional<Match>(std::move(match));
    }
    if (is_anchored) break;
  }
  return std::optional<Match>();
}

}  // namespace rung::scripting
