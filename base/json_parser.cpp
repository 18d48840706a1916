#include "base/json.h"

#include "base/ensure.h"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace rung {
namespace {

namespace json = boost::json;

constexpr std::size_t kDeepestJournal = 256;

enum class Dialect : unsigned char { journal, plain };

// The value that {"$duration": ...} and its like stand for; nothing where this is none of them.
// An empty optional in the journal means that the text is corrupt.
std::optional<Value> decode_tagged(std::string_view tag, Value content) {
  if (const std::int64_t* count = content.integer()) {
    if (tag == "$duration") return Value(Duration(*count));
    if (tag == "$size") return Value(Bytes{*count});
    if (tag == "$time") return Value(TimePoint(Duration(*count)));
  }
  if (const double* number = content.number(); number != nullptr && tag == "$percent")
    return Value(Percent{*number});
  if (const bool* flag = content.boolean(); flag != nullptr && *flag && tag == "$secret")
    return Value().as_secret();
  if (const Value::Map* map = content.map(); map != nullptr && tag == "$map") {
    const auto first = map->lower_bound("$");
    if (first != map->end() && first->first.starts_with('$')) return content;
  }
  return std::nullopt;
}

// Builds a Value from the parser's events. Names and signatures are the ones that
// boost::json::basic_parser asks for. Our own numbers, because the parser's doubles are not always
// the nearest ones.
class Builder {
 public:
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  explicit Builder(Dialect dialect) : dialect_(dialect) {}

  Value& root() { return root_; }
  const std::string& complaint() const { return complaint_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }

  bool on_array_begin(json::error_code&) {
    open(Value(Value::List()), false);
    return true;
  }

  bool on_array_end(std::size_t, json::error_code& ec) {
    Value list = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(list), ec);
  }

  bool on_object_begin(json::error_code&) {
    const bool is_inside_tag = !open_.empty() && !open_.back().is_untagged &&
                               open_.back().value.map() != nullptr && open_.back().key == "$map";
    open(Value(Value::Map()), is_inside_tag);
    return true;
  }

  bool on_object_end(std::size_t, json::error_code& ec) {
    Value map = std::move(open_.back().value);
    const bool is_untagged = open_.back().is_untagged;
    open_.pop_back();
    if (dialect_ == Dialect::plain || is_untagged) return add(std::move(map), ec);
    Value::Map& members = *map.map();
    const auto first = members.lower_bound("$");
    if (first == members.end() || !first->first.starts_with('$')) return add(std::move(map), ec);
    if (members.size() != 1) return refuse("a map with an unknown $ key", ec);
    std::optional<Value> decoded = decode_tagged(first->first, std::move(first->second));
    if (!decoded) return refuse("an unknown use of " + first->first, ec);
    return add(std::move(*decoded), ec);
  }

  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
    text_.append(part.data(), part.size());
    return add(Value(std::exchange(text_, {})), ec);
  }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    open_.back().key = std::exchange(text_, {});
    return true;
  }

  bool on_number_part(json::string_view part, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool on_int64(std::int64_t number, json::string_view, json::error_code& ec) {
    text_.clear();
    return add(Value(number), ec);
  }

  bool on_uint64(std::uint64_t, json::string_view, json::error_code& ec) {
    return refuse("an integer that does not fit in 64 bits", ec);
  }

  bool on_double(double, json::string_view part, json::error_code& ec) {
    text_.append(part.data(), part.size());
    const std::string text = std::exchange(text_, {});
    if (text.find_first_of(".eE") == std::string::npos)
      return refuse("an integer that does not fit in 64 bits", ec);
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc() || stop != end || !std::isfinite(number))
      return refuse("a number out of range", ec);
    return add(Value(number), ec);
  }

  bool on_bool(bool flag, json::error_code& ec) { return add(Value(flag), ec); }
  bool on_null(json::error_code& ec) { return add(Value(), ec); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  struct Open {
    Value value;               // a list or map
    std::string key;           // of the member that comes next
    bool is_untagged = false;  // the map inside {"$map": ...}: its keys mean themselves
  };

  void open(Value value, bool is_untagged) {
    Open& innermost = open_.emplace_back();
    innermost.value = std::move(value);
    innermost.is_untagged = is_untagged;
  }

  bool add(Value value, json::error_code& ec) {
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Open& parent = open_.back();
    if (Value::List* list = parent.value.list()) {
      list->push_back(std::move(value));
      return true;
    }
    Value::Map* map = parent.value.map();
    ENSURE(map != nullptr, "only lists and maps are open");
    const bool is_new = map->insert_or_assign(std::move(parent.key), std::move(value)).second;
    parent.key.clear();
    if (!is_new && dialect_ == Dialect::journal) return refuse("the same key twice", ec);
    return true;
  }

  bool refuse(std::string complaint, json::error_code& ec) {
    complaint_ = std::move(complaint);
    ec = json::error::syntax;
    return false;
  }

  Dialect dialect_;
  Value root_;
  std::vector<Open> open_;
  std::string text_;  // what came so far of a string, key or number
  std::string complaint_;
};

std::string reason_of(const json::error_code& ec, const std::string& complaint) {
  if (!complaint.empty()) return complaint;
  if (ec == json::error::syntax) return "unexpected character";
  if (ec == json::error::incomplete) return "the text ends too early";
  if (ec == json::error::extra_data) return "something follows the end of the value";
  if (ec == json::error::too_deep) return "lists and maps lie too deep in one another";
  if (ec == json::error::exponent_overflow) return "a number out of range";
  if (ec == json::error::expected_utf16_escape || ec == json::error::illegal_leading_surrogate ||
      ec == json::error::illegal_trailing_surrogate)
    return "half of a surrogate pair";
  return ec.message();
}

struct Limits {
  Dialect dialect;
  std::size_t deepest;
};

Result<Value> parse(std::string_view text, Limits limits, ErrorCode code) {
  json::parse_options options;
  options.max_depth = limits.deepest;
  json::basic_parser<Builder> parser(options, limits.dialect);
  json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = json::error::extra_data;
  if (ec) {
    return Error(code, "not valid JSON at byte " + std::to_string(used) + ": " +
                           reason_of(ec, parser.handler().complaint()));
  }
  return std::move(parser.handler().root());
}

}  // namespace

Result<Value> from_journal_json(std::string_view json_text) {
  return parse(json_text, {Dialect::journal, kDeepestJournal}, ErrorCode::corrupt);
}

Result<Value> from_plain_json(std::string_view json_text) {
  return parse(json_text, {Dialect::plain, kDeepestJson}, ErrorCode::invalid);
}

}  // namespace rung
