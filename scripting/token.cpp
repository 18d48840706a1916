#include "scripting/token.h"

#include <array>
#include <charconv>
#include <cmath>

namespace rung::scripting {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c);
}

// Longest first. Those that the language does not have are here too, to be refused by name.
constexpr std::array<std::string_view, 42> kSymbols = {
    "===", "!==", "...", "==", "~=", "!=", "<=", ">=", "<>", "&&", "||", "??", "?.", "**",
    "//",  "..",  "<<",  ">>", "+=", "-=", "::", "=>", "{{", "+",  "-",  "*",  "/",  "%",
    "^",   "<",   ">",   "=",  "(",  ")",  "{",  "}",  "[",  "]",  ",",  ".",  ":",  "!"};
constexpr std::string_view kMoreSymbols = "#&|~?;";

// The bytes of one UTF-8 sequence that begins at `at`, so that a caret underlines it whole.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) >> 6) == 2)
    ++length;
  return length;
}

void append_utf8(std::string& out, unsigned long code) {
  const auto byte = [&](unsigned long b) { out.push_back(static_cast<char>(b)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      byte(0xE0 | (code >> 12));
    } else {
      byte(0xF0 | (code >> 18));
      byte(0x80 | ((code >> 12) & 0x3F));
    }
    byte(0x80 | ((code >> 6) & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    bool readable = true;
    while (readable) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      if (at_ == text_.size()) break;
      tokens_.push_back(next());
      readable = tokens_.back().kind != Token::Kind::invalid;
    }
    tokens_.push_back(
        {Token::Kind::end, static_cast<int>(text_.size()), text_.substr(text_.size()), {}, {}, {}});
    return std::move(tokens_);
  }

 private:
  Token next() {
    const char c = text_[at_];
    if (is_letter(c)) return word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '"' || c == '\'') return quoted(c);
    if (c == '-' && peek(1) == '-')
      return invalid(2, "'--' begins a comment in Lua, which would hide the rest",
                     "write the minus signs apart: - -, or delete the comment");
    for (const auto symbol : kSymbols)
      if (text_.substr(at_, symbol.size()) == symbol)
        return make(Token::Kind::symbol, symbol.size());
    if (kMoreSymbols.find(c) != std::string_view::npos) return make(Token::Kind::symbol, 1);
    return stray();
  }

  char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  Token make(Token::Kind kind, std::size_t length) {
    Token token{kind, static_cast<int>(at_), text_.substr(at_, length), {}, {}, {}};
    at_ += length;
    return token;
  }
  Token literal(std::size_t length, Value value) {
    Token token = make(Token::Kind::literal, length);
    token.value = std::move(value);
    return token;
  }
  Token invalid(std::size_t length, std::string message, std::string fix) {
    Token token = make(Token::Kind::invalid, length);
    token.message = std::move(message);
    token.fix = std::move(fix);
    return token;
  }

  Token stray() {
    const auto piece = text_.substr(at_, sequence_length(text_, at_));
    if (piece == "\u201C" || piece == "\u201D" || piece == "\u2018" || piece == "\u2019" ||
        piece == "\u201E")
      return invalid(piece.size(), "a typographic quote does not begin a text",
                     "write plain quotes: \"text\"");
    if (piece == "$")
      return invalid(1, "'$' does not stand before a name here", "write the name alone: inputs.x");
    if (piece == "`" || piece == "@" || piece == "\\")
      return invalid(1, "'" + std::string(piece) + "' means nothing in an expression", "delete it");
    if (piece.size() == 1 && (static_cast<unsigned char>(piece[0]) < 32 || piece[0] == '\x7f' ||
                              static_cast<unsigned char>(piece[0]) >= 128))
      return invalid(1, "a byte that is no text stands in the expression", "delete it");
    return invalid(piece.size(), "'" + std::string(piece) + "' means nothing in an expression",
                   "names are letters, digits and _; texts stand in quotes: \"...\"");
  }

  Token word() {
    std::size_t length = 1;
    while (is_word(peek(length))) ++length;
    return make(Token::Kind::name, length);
  }

  // Everything that belongs to a number or to a number with a unit: 1h30m, 0x1F, 1.5e-3, 16MB.
  std::size_t number_length() const {
    const bool hex = peek(0) == '0' && (peek(1) == 'x' || peek(1) == 'X');
    std::size_t length = 0;
    for (;; ++length) {
      const char c = peek(length);
      if (is_word(c)) continue;
      if (c == '.' && peek(length + 1) != '.') continue;
      const char before = length > 0 ? peek(length - 1) : '\0';
      if (!hex && (c == '+' || c == '-') && (before == 'e' || before == 'E') &&
          is_digit(peek(length + 1)))
        continue;
      return length;
    }
  }

  Token number() {
    const std::size_t length = number_length();
    const auto piece = text_.substr(at_, length);
    if (peek(length) == '%' && !operand_follows(at_ + length + 1)) return percent(length + 1);
    if (piece.find_first_not_of("0123456789") == std::string_view::npos) return integer(piece);
    if (piece.substr(0, 2) == "0x" || piece.substr(0, 2) == "0X") return hexadecimal(piece);
    double value = 0;
    const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), value);
    if (end == piece.data() + piece.size()) {
      if (error == std::errc::result_out_of_range || !std::isfinite(value))
        return invalid(length, "the number " + std::string(piece) + " is too large",
                       "write a smaller one");
      return literal(length, value);
    }
    return with_unit(piece);
  }

  Token integer(std::string_view piece) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), value);
    if (error != std::errc{})
      return invalid(piece.size(), "the number " + std::string(piece) + " is too large for an int",
                     "write a smaller one, or with a fraction: " + std::string(piece) + ".0");
    return literal(piece.size(), value);
  }

  Token hexadecimal(std::string_view piece) {
    std::int64_t value = 0;
    const auto digits = piece.substr(2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || end != digits.data() + digits.size())
      return invalid(piece.size(), "'" + std::string(piece) + "' is not a hexadecimal int",
                     "write digits 0-9 and a-f after 0x, at most 7fffffffffffffff");
    return literal(piece.size(), value);
  }

  Token percent(std::size_t length) {
    const auto piece = text_.substr(at_, length);
    auto parsed = parse_percent(piece);
    if (parsed) return literal(length, parsed.value());
    return invalid(length, parsed.error().message(), "write a percentage as 20% or 0.5%");
  }

  Token with_unit(std::string_view piece) {
    if (auto duration = parse_duration(piece)) return literal(piece.size(), duration.value());
    if (auto size = parse_size(piece)) return literal(piece.size(), size.value());
    return invalid(piece.size(), "'" + std::string(piece) + "' is no number, duration or size",
                   "write 10, 1.5, 10s, 5m, 1h30m, 16MB or 4KiB; a text stands in quotes: \"" +
                       std::string(piece) + "\"");
  }

  bool operand_follows(std::size_t at) const {
    while (at < text_.size() && is_space(text_[at])) ++at;
    if (at == text_.size()) return false;
    const char c = text_[at];
    if (!is_letter(c)) return is_digit(c) || c == '(' || c == '"' || c == '\'' || c == '{';
    std::size_t end = at;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const auto word = text_.substr(at, end - at);
    for (const auto infix : {"and", "or", "in", "not", "AND", "OR", "IN", "NOT"})
      if (word == infix) return false;
    return true;
  }

  Token quoted(char quote) {
    std::string value;
    std::size_t length = 1;
    for (;;) {
      const char c = peek(length);
      if (at_ + length >= text_.size() || c == '\n')
        return invalid(length, "the text that begins here does not end on its line",
                       std::string("close it with ") + quote + "; a new line inside is \\n");
      ++length;
      if (c == quote) return literal(length, std::move(value));
      if (c != '\\') {
        value.push_back(c);
        continue;
      }
      const std::size_t used = escape(at_ + length, value);
      if (used == 0) {
        at_ += length - 1;
        return invalid(2, "'\\" + std::string(text_.substr(at_ + 1, 1)) + "' is no escape",
                       "write \\n \\t \\r \\\\ \\\" \\' \\xXX or \\u{XXXX}; for a backslash: \\\\");
      }
      length += used;
    }
  }

  // Appends what the escape at `at` (behind its backslash) means; the bytes it has, 0: none.
  std::size_t escape(std::size_t at, std::string& value) const {
    const char c = at < text_.size() ? text_[at] : '\0';
    constexpr std::string_view kNames = "ntr\\\"'";
    constexpr std::string_view kMeanings = "\n\t\r\\\"'";
    if (const auto i = kNames.find(c); c != '\0' && i != std::string_view::npos) {
      value.push_back(kMeanings[i]);
      return 1;
    }
    if (c == 'x') {
      const auto code = hex_digits(text_.substr(at + 1, 2));
      if (code.used != 2) return 0;
      value.push_back(static_cast<char>(code.value));
      return 3;
    }
    if (c != 'u' || at + 1 >= text_.size() || text_[at + 1] != '{') return 0;
    const auto code = hex_digits(text_.substr(at + 2, 6));
    const bool is_closed = at + 2 + code.used < text_.size() && text_[at + 2 + code.used] == '}';
    if (code.used == 0 || !is_closed || code.value > 0x10FFFF) return 0;
    append_utf8(value, code.value);
    return code.used + 3;
  }

  struct HexDigits {
    unsigned long value;
    std::size_t used;
  };
  static HexDigits hex_digits(std::string_view digits) {
    unsigned long value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return {value, error == std::errc{} ? static_cast<std::size_t>(end - digits.data()) : 0};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  return Tokenizer(text).run();
}

}  // namespace rung::scripting
