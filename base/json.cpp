#include "base/json.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace rung {
namespace {

enum class Dialect : unsigned char { journal, plain, revealed };

bool has_dollar_key(const Value::Map& map) {
  // '$' sorts as one block: the first key not before "$" tells.
  const auto at = map.lower_bound("$");
  return at != map.end() && at->first.starts_with('$');
}

class Writer {
 public:
  Writer(Dialect dialect, int indent) : dialect_(dialect), indent_(indent) {}

  std::string written() && { return std::move(out_); }

  void write(const Value& value) {
    if (value.has_secret_mark() && dialect_ != Dialect::revealed) {
      out_ += dialect_ == Dialect::journal ? R"({"$secret":true})" : R"("***")";
      return;
    }
    switch (value.kind()) {
      case Value::Kind::null: out_ += "null"; break;
      case Value::Kind::boolean: out_ += *value.boolean() ? "true" : "false"; break;
      case Value::Kind::integer: write_integer(*value.integer()); break;
      case Value::Kind::number: write_number(*value.number()); break;
      case Value::Kind::string: append_json_string(out_, *value.string()); break;
      case Value::Kind::duration:
      case Value::Kind::size:
      case Value::Kind::percent:
      case Value::Kind::time: write_measure(value); break;
      case Value::Kind::list: write_list(*value.list()); break;
      case Value::Kind::map: write_map(*value.map()); break;
    }
  }

 private:
  void write_integer(std::int64_t number) {
    std::array<char, 24> text{};
    out_.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
  }

  void write_number(double number) {
    if (!std::isfinite(number)) {
      out_ += "null";
      return;
    }
    std::array<char, 32> text{};
    const char* end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
    out_ += digits;
    if (digits.find_first_of(".e") == std::string_view::npos) out_ += ".0";
  }

  void write_measure(const Value& value) {
    if (dialect_ != Dialect::journal) {
      append_json_string(out_, reveal(value));
    } else if (const auto* duration = value.get_if<Duration>()) {
      write_tagged(R"({"$duration":)", duration->count());
    } else if (const auto* size = value.get_if<Bytes>()) {
      write_tagged(R"({"$size":)", size->count);
    } else if (const auto* time = value.get_if<TimePoint>()) {
      write_tagged(R"({"$time":)", time->time_since_epoch().count());
    } else if (const auto* percent = value.get_if<Percent>()) {
      write_percent(*percent);
    }
  }

  void write_tagged(std::string_view opening, std::int64_t count) {
    out_ += opening;
    write_integer(count);
    out_ += '}';
  }

  void write_percent(Percent percent) {
    if (!std::isfinite(percent.percent)) {
      out_ += "null";
      return;
    }
    out_ += R"({"$percent":)";
    write_number(percent.percent);
    out_ += '}';
  }

  void write_list(const Value::List& list) {
    out_ += '[';
    ++depth_;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ',';
      break_line();
      write(list[i]);
    }
    --depth_;
    if (!list.empty()) break_line();
    out_ += ']';
  }

  void write_map(const Value::Map& map) {
    const bool has_readable_keys = std::all_of(
        map.begin(), map.end(), [](const auto& member) { return is_utf8(member.first); });
    if (!has_readable_keys) return write_map(with_readable_keys(map));
    const bool is_wrapped = dialect_ == Dialect::journal && has_dollar_key(map);
    if (is_wrapped) out_ += R"({"$map":)";
    write_members(map);
    if (is_wrapped) out_ += '}';
  }

  void write_members(const Value::Map& map) {
    out_ += '{';
    ++depth_;
    bool is_first = true;
    for (const auto& [key, member] : map) {
      if (!is_first) out_ += ',';
      is_first = false;
      break_line();
      append_json_string(out_, key);
      out_ += indent_ > 0 ? ": " : ":";
      write(member);
    }
    --depth_;
    if (!map.empty()) break_line();
    out_ += '}';
  }

  // A replaced key can sort elsewhere, or be equal to another: the canonical form needs the order
  // of what is written.
  static Value::Map with_readable_keys(const Value::Map& map) {
    Value::Map readable;
    for (const auto& [key, member] : map) {
      std::string clean;
      for (std::string_view rest = key; !rest.empty();) {
        const Utf8Character character = first_character(rest);
        clean += character.is_valid ? rest.substr(0, character.length) : kReplacementCharacter;
        rest.remove_prefix(character.length);
      }
      readable.emplace(std::move(clean), member);
    }
    return readable;
  }

  void break_line() {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(depth_), ' ');
  }

  Dialect dialect_;
  int indent_;  // 0: everything on one line
  std::string out_;
  int depth_ = 0;
};

std::string write_json(const Value& value, Dialect dialect, int indent = 0) {
  Writer writer(dialect, indent);
  writer.write(value);
  return std::move(writer).written();
}

void append_control(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
  }
}

bool is_plain_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 &&
         c != '"' && c != '\\';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain_ascii(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const Utf8Character character = first_character(text);
    if (!character.is_valid) {
      out += kReplacementCharacter;
    } else if (character.length == 1) {
      append_control(out, text.front());
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  out += '"';
}

std::string to_journal_json(const Value& value) {
  return write_json(value, Dialect::journal);
}
std::string to_plain_json(const Value& value) {
  return write_json(value, Dialect::plain);
}
std::string to_pretty_json(const Value& value) {
  return write_json(value, Dialect::plain, 2);
}
std::string to_revealed_json(const Value& value) {
  return write_json(value, Dialect::revealed);
}

}  // namespace rung
