#include "scripting/lua_lexer.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace rung::scripting {
namespace {

constexpr std::array<std::string_view, 22> kKeywords{
    "and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
    "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
    "repeat",   "return", "then", "true", "until",  "while"};

constexpr std::array<std::string_view, 10> kLongSymbols{
    "...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"};

bool is_name_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_name_part(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<LuaToken> read() {
    while (skip_blanks()) {
      const std::size_t begin = at_;
      const auto kind = next();
      if (!kind) break;
      tokens_.push_back({*kind, source_.substr(begin, at_ - begin), begin});
      auto& token = tokens_.back();
      const bool is_keyword =
          token.kind == LuaToken::Kind::name &&
          std::find(kKeywords.begin(), kKeywords.end(), token.text) != kKeywords.end();
      if (is_keyword) token.kind = LuaToken::Kind::keyword;
    }
    return std::move(tokens_);
  }

 private:
  using Kind = LuaToken::Kind;
  struct Found {
    bool is_there = false;
    Kind kind = Kind::symbol;
    explicit operator bool() const { return is_there; }
    Kind operator*() const { return kind; }
  };

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  // False at the end.
  bool skip_blanks() {
    for (;;) {
      while (at_ < source_.size() && std::isspace(static_cast<unsigned char>(source_[at_])) != 0)
        ++at_;
      if (peek() != '-' || peek(1) != '-') return at_ < source_.size();
      at_ += 2;
      if (peek() == '[' && skip_long_bracket()) continue;
      at_ = std::min(source_.find('\n', at_), source_.size());
    }
  }

  // [[...]], [==[...]==]. False: none begins here. One that is never closed goes to the end.
  bool skip_long_bracket() {
    std::size_t level = 1;
    while (peek(level) == '=') ++level;
    if (peek(level) != '[') return false;
    const std::string close = "]" + std::string(level - 1, '=') + "]";
    const std::size_t end = source_.find(close, at_ + level + 1);
    at_ = end == std::string_view::npos ? source_.size() : end + close.size();
    return true;
  }

  Found next() {
    const char c = peek();
    if (is_name_start(c)) {
      while (is_name_part(peek())) ++at_;
      return {true, Kind::name};
    }
    const bool is_digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (is_digit || (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1))) != 0))
      return number();
    if (c == '"' || c == '\'') return quoted(c);
    if (c == '[' && skip_long_bracket()) return {true, Kind::text};
    return symbol();
  }

  Found number() {
    const bool is_hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    while (is_name_part(peek()) || peek() == '.') {
      const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(peek())));
      ++at_;
      const bool is_exponent = is_hex ? c == 'p' : c == 'e';
      if (is_exponent && (peek() == '+' || peek() == '-')) ++at_;
    }
    return {true, Kind::number};
  }

  Found quoted(char quote) {
    for (++at_; at_ < source_.size(); ++at_) {
      if (source_[at_] == '\\') {
        ++at_;
      } else if (source_[at_] == quote) {
        ++at_;
        return {true, Kind::text};
      } else if (source_[at_] == '\n') {
        break;
      }
    }
    return {};
  }

  Found symbol() {
    for (const auto one : kLongSymbols) {
      if (source_.substr(at_, one.size()) != one) continue;
      at_ += one.size();
      return {true, Kind::symbol};
    }
    constexpr std::string_view kShort = "+-*/%^#&~|<>=(){}[];:,.";
    if (kShort.find(peek()) == std::string_view::npos) return {};
    ++at_;
    return {true, Kind::symbol};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::vector<LuaToken> tokens_;
};

// The byte that the escape at `at` (after the backslash) stands for; moves behind it.
std::string escape(std::string_view text, std::size_t& at) {
  constexpr std::string_view kLetters = "abfnrtv";
  constexpr std::string_view kBytes = "\a\b\f\n\r\t\v";
  const char c = text[at++];
  if (const auto letter = kLetters.find(c); letter != std::string_view::npos)
    return std::string(1, kBytes[letter]);
  if (c == 'z') {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])) != 0) ++at;
    return "";
  }
  const auto digits = [&](std::size_t most, int base) {
    int value = 0;
    for (std::size_t n = 0; n < most && at < text.size(); ++n, ++at) {
      const char d = text[at];
      const bool is_hex = base == 16 && std::isxdigit(static_cast<unsigned char>(d)) != 0;
      if (!is_hex && std::isdigit(static_cast<unsigned char>(d)) == 0) break;
      value = value * base + (d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
    }
    return std::string(1, static_cast<char>(value));
  };
  if (c == 'x') return digits(2, 16);
  if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
    --at;
    return digits(3, 10);
  }
  return std::string(1, c);
}

}  // namespace

std::vector<LuaToken> lua_tokens(std::string_view source) {
  return Lexer(source).read();
}

std::string content_of(const LuaToken& token) {
  std::string_view text = token.text;
  if (text.starts_with('[')) {
    const std::size_t edge = text.find('[', 1) + 1;
    text = text.substr(edge, text.size() < 2 * edge ? 0 : text.size() - 2 * edge);
    if (text.starts_with('\n')) text.remove_prefix(1);
    return std::string(text);
  }
  text = text.substr(1, text.size() - 2);
  std::string content;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      content += text[at++];
      continue;
    }
    content += escape(text, ++at);
  }
  return content;
}

}  // namespace rung::scripting
