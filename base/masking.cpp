#include "base/masking.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rung {
namespace {

// What may stand between two digits of hex or base64: the break of a line with its indentation.
constexpr unsigned kMostBreaks = 32;

constexpr std::uint8_t kNone = 255;
using DigitValues = std::array<std::uint8_t, 256>;

constexpr DigitValues values_of(std::string_view digits, std::string_view same_digits) {
  DigitValues values{};
  for (auto& value : values) value = kNone;
  for (std::string_view all : {digits, same_digits}) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      values[static_cast<unsigned char>(all[i])] = static_cast<std::uint8_t>(i);
    }
  }
  return values;
}

constexpr DigitValues kHex = values_of("0123456789abcdef", "0123456789ABCDEF");
constexpr DigitValues kBase64 =
    values_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

std::uint8_t value_of(char c, const DigitValues& values) {
  return values[static_cast<unsigned char>(c)];
}
bool is_hex(char c) {
  return value_of(c, kHex) != kNone;
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

void keep_last(std::deque<std::uint64_t>& places, std::size_t count) {
  while (places.size() > count) places.pop_front();
}

unsigned number(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) value = value << 4U | value_of(c, kHex);
  return value;
}

unsigned char escaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b': return '\b';
    case 'f': return '\f';
    default: return static_cast<unsigned char>(c);
  }
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

unsigned char octal(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) value = value << 3U | static_cast<unsigned>(c - '0');
  return static_cast<unsigned char>(value);
}

// With its backslash: \n, \x41, \u0041, \101.
std::size_t length_of_escape(char kind) {
  if (kind == 'u') return 6;
  if (kind == 'x' || is_octal(kind)) return 4;
  return 2;
}

bool goes_on(std::string_view escape, char c) {
  return is_octal(escape[1]) ? is_octal(c) : is_hex(c);
}

}  // namespace

Masking::Masking(const SecretWords& words) : words_(words) {
  for (unsigned digit = 0; digit < hex_begins_.size(); ++digit) {
    hex_begins_[digit] = words.may_begin(digit, 4);
  }
  // Its last 6, 4 or 2 bits may be the first ones of a byte.
  for (unsigned digit = 0; digit < base64_begins_.size(); ++digit) {
    base64_begins_[digit] = words.may_begin(digit, 6) || words.may_begin(digit & 15U, 4) ||
                            words.may_begin(digit & 3U, 2);
  }
}

void Masking::feed(std::string_view bytes, std::string& out) {
  if (words_.empty()) {
    out += bytes;
    return;
  }
  held_ += bytes;
  is_secret_.resize(held_.size(), 0);
  for (const char c : bytes) {
    take(c);
    ++now_;
  }
  emit(static_cast<std::size_t>(undecided() - held_begin_), out);
}

void Masking::finish(std::string& out) {
  end_percent();
  end_backslash();
  emit(held_.size(), out);
}

void Masking::finish_cut(std::string& out) {
  mark(undecided(), now_);
  emit(held_.size(), out);
}

void Masking::take(char c) {
  // In front of `plain_`, from which their cursors may part here.
  take_percent(c);
  take_backslash(c);
  step(plain_, static_cast<unsigned char>(c), now_, now_ + 1);
  join(url_);
  join(path_);
  join(text_);
  take_hex(c);
  take_base64(c);
}

// --- %41, and + for a space

void Masking::take_percent(char c) {
  if (percent_.begin != kNowhere) {
    if (is_hex(c)) {
      percent_.text += c;
      if (percent_.text.size() < 3) return;
      const auto byte = static_cast<unsigned char>(number(percent_.text.substr(1)));
      const Place begin = std::exchange(percent_.begin, kNowhere);
      step_url(byte, begin, now_ + 1);
      return;
    }
    end_percent();
  }
  if (c == '%') {
    part(url_);
    part(path_);
    percent_ = {now_, "%"};
    return;
  }
  if (c == '+') part(url_);
  follow(url_, c == '+' ? ' ' : c);
  follow(path_, c);
}

// It was no escape.
void Masking::end_percent() {
  if (percent_.begin == kNowhere) return;
  Place at = std::exchange(percent_.begin, kNowhere);
  for (const char c : percent_.text) {
    step_url(static_cast<unsigned char>(c), at, at + 1);
    ++at;
  }
}

void Masking::step_url(unsigned char byte, Place begin, Place end) {
  step(url_, byte, begin, end);
  step(path_, byte, begin, end);
}

// --- \n \x41 \u0041 \101, and a backslash in front of anything else

void Masking::take_backslash(char c) {
  if (backslash_.begin == kNowhere) {
    if (c == '\\') {
      part(text_);
      backslash_ = {now_, "\\"};
    } else {
      surrogate_begin_ = kNowhere;
      follow(text_, c);
    }
    return;
  }
  if (backslash_.text.size() > 1 && !goes_on(backslash_.text, c)) {
    end_backslash();
    return take_backslash(c);
  }
  backslash_.text += c;
  if (backslash_.text.size() < length_of_escape(backslash_.text[1])) return;
  give_escaped(std::exchange(backslash_.begin, kNowhere));
}

// Of the whole escape in `backslash_`, which ends here.
void Masking::give_escaped(Place begin) {
  const std::string_view digits = std::string_view(backslash_.text).substr(2);
  const char kind = backslash_.text[1];
  if (kind == 'u') return give_code_point(number(digits), begin);
  surrogate_begin_ = kNowhere;
  const unsigned char byte = kind == 'x'      ? static_cast<unsigned char>(number(digits))
                             : is_octal(kind) ? octal(std::string_view(backslash_.text).substr(1))
                                              : escaped(kind);
  step(text_, byte, begin, now_ + 1);
}

// It was a shorter one, or none but letters behind a backslash.
void Masking::end_backslash() {
  if (backslash_.begin == kNowhere) return;
  Place at = std::exchange(backslash_.begin, kNowhere);
  surrogate_begin_ = kNowhere;
  const std::string_view text = backslash_.text;
  if (text.size() == 1) return step(text_, '\\', at, at + 1);
  if (is_octal(text[1])) return step(text_, octal(text.substr(1)), at, at + text.size());
  step(text_, static_cast<unsigned char>(text[1]), at, at + 2);
  at += 2;
  for (const char c : text.substr(2)) {
    step(text_, static_cast<unsigned char>(c), at, at + 1);
    ++at;
  }
}

void Masking::give_code_point(unsigned code, Place begin) {
  const bool is_low = code >= 0xDC00 && code < 0xE000;
  if (is_low && surrogate_begin_ != kNowhere) {
    begin = surrogate_begin_;
    code = 0x10000 + ((high_surrogate_ - 0xD800) << 10U) + (code - 0xDC00);
  }
  surrogate_begin_ = kNowhere;
  if (code >= 0xD800 && code < 0xDC00) {
    high_surrogate_ = code;
    surrogate_begin_ = begin;
    return;
  }
  const auto give = [&](unsigned byte) {
    step(text_, static_cast<unsigned char>(byte), begin, now_ + 1);
  };
  const auto more = [&](unsigned shift) { give(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return give(code);
  if (code < 0x800) {
    give(0xC0 | code >> 6U);
  } else if (code < 0x10000) {
    give(0xE0 | code >> 12U);
    more(6);
  } else {
    give(0xF0 | code >> 18U);
    more(12);
    more(6);
  }
  more(0);
}

// --- digits of 4 and of 6 bits

void Masking::take_hex(char c) {
  const unsigned digit = value_of(c, kHex);
  if (digit == kNone) {
    if (is_space(c) || c == ':') return take_break(hex_, hex_cursors_);
    return reset(hex_, hex_cursors_);
  }
  if (hex_.last_place != kNowhere) {
    Cursor& cursor = hex_cursors_[hex_.count & 1U];
    const Place begin = std::exchange(cursor.is_cut, false) ? now_ : hex_.last_place;
    step(cursor, static_cast<unsigned char>(hex_.last << 4U | digit), begin, now_ + 1);
    hex_cursors_[(hex_.count + 1) & 1U].is_cut = false;
  }
  hex_ = {now_, digit, (hex_.count + 1) & 1U, 0, hex_begins_[digit]};
}

void Masking::take_base64(char c) {
  const unsigned digit = value_of(c, kBase64);
  if (digit == kNone) {
    if (is_space(c)) return take_break(base64_, base64_cursors_);
    return reset(base64_, base64_cursors_);
  }
  if (base64_.last_place != kNowhere) {
    for (unsigned offset = 0; offset < 4; ++offset) {
      Cursor& cursor = base64_cursors_[offset];
      const Place begin = std::exchange(cursor.is_cut, false) ? now_ : base64_.last_place;
      const unsigned digit_of_four = (base64_.count - offset) & 3U;
      if (digit_of_four == 0) continue;
      const unsigned bits = base64_.last << 6U | digit;
      const unsigned byte = bits >> (6 - 2 * digit_of_four);
      step(cursor, static_cast<unsigned char>(byte), begin, now_ + 1);
    }
  }
  base64_ = {now_, digit, (base64_.count + 1) & 3U, 0, base64_begins_[digit]};
}

// A line ends where nothing was begun: the few bits of a secret that may be in its last digit are
// not worth that every such line comes late.
template <std::size_t N>
void Masking::take_break(Digits& digits, std::array<Cursor, N>& cursors) {
  if (digits.last_place == kNowhere) return;
  if (++digits.breaks > kMostBreaks) return reset(digits, cursors);
  digits.may_begin = false;
  for (Cursor& cursor : cursors) {
    if (cursor.state == SecretWords::kNothing) cursor.is_cut = true;
  }
}

template <std::size_t N>
void Masking::reset(Digits& digits, std::array<Cursor, N>& cursors) {
  if (digits.last_place == kNowhere) return;
  digits = {};
  for (Cursor& cursor : cursors) reset(cursor);
}

void Masking::reset(Cursor& cursor) {
  cursor.state = SecretWords::kNothing;
  cursor.begins.clear();
  cursor.is_cut = false;
  cursor.is_apart = false;
}

// --- what is found, and what is decided

// From here on it reads something else than `plain_`.
void Masking::part(Cursor& cursor) {
  if (std::exchange(cursor.is_apart, true)) return;
  cursor.state = plain_.state;
  cursor.begins = plain_.begins;
}

void Masking::follow(Cursor& cursor, char c) {
  if (cursor.is_apart) step(cursor, static_cast<unsigned char>(c), now_, now_ + 1);
}

// The same state from the same place on: whatever comes, both read the same.
void Masking::join(Cursor& cursor) const {
  if (!cursor.is_apart || cursor.state != plain_.state) return;
  const bool is_same = plain_.begins.empty() || cursor.begins.front() == plain_.begins.front();
  const bool is_escaping =
      percent_.begin != kNowhere || backslash_.begin != kNowhere || surrogate_begin_ != kNowhere;
  if (is_same && !is_escaping) reset(cursor);
}

void Masking::step(Cursor& cursor, unsigned char byte, Place begin, Place end) {
  if (cursor.state == SecretWords::kNothing && !words_.begins_with(byte)) return;
  const SecretWords::State state = words_.next(cursor.state, byte);
  cursor.begins.push_back(begin);
  keep_last(cursor.begins, words_.begun(state));
  const std::uint32_t ended = words_.ended(state);
  if (ended > 0) mark(cursor.begins[cursor.begins.size() - ended], end);
  cursor.state = words_.open(state);
  keep_last(cursor.begins, words_.begun(cursor.state));
}

void Masking::mark(Place begin, Place end) {
  std::memset(is_secret_.data() + (begin - held_begin_), 1, end - begin);
}

// A secret that begins before this place has been marked.
Masking::Place Masking::undecided() const {
  Place first = now_;
  const auto consider = [&](const Cursor& cursor) {
    if (!cursor.begins.empty()) first = std::min(first, cursor.begins.front());
  };
  for (const Cursor* cursor : {&plain_, &url_, &path_, &text_}) consider(*cursor);
  for (const Cursor& cursor : hex_cursors_) consider(cursor);
  for (const Cursor& cursor : base64_cursors_) consider(cursor);
  first = std::min({first, percent_.begin, backslash_.begin, surrogate_begin_});
  if (hex_.may_begin) first = std::min(first, hex_.last_place);
  if (base64_.may_begin) first = std::min(first, base64_.last_place);
  return first;
}

void Masking::emit(std::size_t count, std::string& out) {
  std::size_t at = 0;
  while (at < count) {
    const bool is_secret = is_secret_[at] != 0;
    const std::size_t end = std::min(is_secret_.find(is_secret ? '\0' : '\1', at), count);
    if (!is_secret) out.append(held_, at, end - at);
    if (is_secret && !in_mask_) out += kMask;
    in_mask_ = is_secret;
    at = end;
  }
  held_.erase(0, count);
  is_secret_.erase(0, count);
  held_begin_ += count;
}

std::string mask(std::string_view text, const SecretWords& words) {
  std::string out;
  Masking masking(words);
  masking.feed(text, out);
  masking.finish(out);
  return out;
}

std::string mask_cut(std::string_view text, const SecretWords& words) {
  std::string out;
  Masking masking(words);
  masking.feed(text, out);
  masking.finish_cut(out);
  return out;
}

}  // namespace rung
