#pragma once

#include "base/secret_words.h"

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rung {

// Replaces secrets in a stream by `***`, wherever the stream is cut into reads. Touching and
// overlapping secrets become one mask. What may still become a secret is held back until it is
// decided, so output that looks like no secret is never late.
//
// A secret is found as it is, and in what programs make of it on its way to a screen or a file:
//   base64      standard and URL-safe, at any place in what was encoded, also broken into lines
//   hex         lower and upper case, also with spaces or colons between
//   URL, form   %2F and %2f, a space as %20 or +, with any characters left as they are
//   JSON        \" \\ \/ \n \u00e9, and the like of it in C, Python and shells: \x41, \101, \$
// Not found: what was encoded twice, compressed, encrypted or taken apart, and values shorter than
// SecretWords::kShortest in any form.
//
// Memory: what is held back, at most about a hundred times the longest secret.
class Masking {
 public:
  static constexpr std::string_view kMask = "***";

  // `words` outlives this.
  explicit Masking(const SecretWords& words);

  // Appends to `out` what is decided of all that came so far.
  void feed(std::string_view bytes, std::string& out);
  // The stream ended: the rest.
  void finish(std::string& out);
  // The same of a stream that somebody cut: what a secret may have begun with counts as one.
  void finish_cut(std::string& out);

 private:
  using Place = std::uint64_t;  // in the stream
  static constexpr Place kNowhere = ~Place{0};

  // How far the text of one reading has come into a secret.
  struct Cursor {
    SecretWords::State state = SecretWords::kNothing;
    std::deque<Place> begins;  // of the bytes that `state` counts as begun
    bool is_cut = false;       // a break came in front of its next byte, where nothing was begun
    // Of a reading with escapes: it is not where `plain_` is. Until the first escape, and again
    // some bytes behind the last, it is, and costs nothing.
    bool is_apart = false;
  };
  struct Escape {
    Place begin = kNowhere;
    std::string text;  // what came of it, from its % or backslash on
  };

  void take(char c);
  void take_percent(char c);
  void end_percent();
  void take_backslash(char c);
  void give_escaped(Place begin);
  void end_backslash();
  void give_code_point(unsigned code, Place begin);
  void take_hex(char c);
  void take_base64(char c);
  void part(Cursor& cursor);
  void follow(Cursor& cursor, char c);
  void join(Cursor& cursor) const;
  void step(Cursor& cursor, unsigned char byte, Place begin, Place end);
  void step_url(unsigned char byte, Place begin, Place end);
  static void reset(Cursor& cursor);
  void mark(Place begin, Place end);
  Place undecided() const;
  void emit(std::size_t count, std::string& out);

  // Digits of 4 or 6 bits in a row, of which bytes are made at each possible offset.
  struct Digits {
    Place last_place = kNowhere;  // kNowhere: none since the last reset
    unsigned last = 0;
    unsigned count = 0;      // modulo the number of offsets
    unsigned breaks = 0;     // since the last digit
    bool may_begin = false;  // a secret may begin within the last digit
  };
  template <std::size_t N>
  void take_break(Digits& digits, std::array<Cursor, N>& cursors);
  template <std::size_t N>
  static void reset(Digits& digits, std::array<Cursor, N>& cursors);

  const SecretWords& words_;
  Cursor plain_;
  Cursor url_;   // + is a space
  Cursor path_;  // + is itself
  Escape percent_;
  Cursor text_;
  Escape backslash_;
  unsigned high_surrogate_ = 0;
  Place surrogate_begin_ = kNowhere;
  Digits hex_;
  std::array<Cursor, 2> hex_cursors_;
  Digits base64_;
  std::array<Cursor, 4> base64_cursors_;

  Place now_ = 0;                         // of the byte that is being taken
  Place held_begin_ = 0;                  // of held_
  std::string held_;                      // not yet emitted
  std::string is_secret_;                 // of each byte in `held_`
  std::array<bool, 16> hex_begins_{};     // by digit: a secret may begin within it
  std::array<bool, 64> base64_begins_{};  // the same
  bool in_mask_ = false;                  // the last byte emitted was of a secret
};

// The whole text at once.
std::string mask(std::string_view text, const SecretWords& words);
// Of a text that was cut at its end.
std::string mask_cut(std::string_view text, const SecretWords& words);

}  // namespace rung
