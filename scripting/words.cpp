#include "scripting/words.h"

#include "base/diagnostic.h"
#include "scripting/function.h"

#include <algorithm>
#include <array>

namespace rung::scripting {
namespace {

struct Pair {
  std::string_view word;
  std::string_view meaning;
};

constexpr std::array kForeignSymbols = {Pair{"&&", "and"}, Pair{"&", "and"},  Pair{"||", "or"},
                                        Pair{"|", "or"},   Pair{"??", "or"},  Pair{"=", "=="},
                                        Pair{"===", "=="}, Pair{"!==", "!="}, Pair{"<>", "!="},
                                        Pair{"=>", ">="},  Pair{"**", "^"}};

constexpr std::array kForeignNames = {
    Pair{"AND", "and"},       Pair{"And", "and"},     Pair{"OR", "or"},       Pair{"Or", "or"},
    Pair{"NOT", "not"},       Pair{"Not", "not"},     Pair{"IN", "in"},       Pair{"True", "true"},
    Pair{"TRUE", "true"},     Pair{"False", "false"}, Pair{"FALSE", "false"}, Pair{"None", "null"},
    Pair{"NULL", "null"},     Pair{"Null", "null"},   Pair{"Nil", "nil"},     Pair{"NIL", "nil"},
    Pair{"undefined", "null"}};

constexpr std::string_view kNoClock =
    "an expression has no clock and no dice; pass the time as an input or use run.created_at";
constexpr std::string_view kNoCode = "an expression runs no code of its own; use a step for that";
constexpr std::string_view kNoClosures = "there are no loops; see pluck, any, all, contains, sum";

constexpr std::array kForeignFunctions = {
    Pair{"tostring", "string"},     Pair{"str", "string"},        Pair{"tonumber", "number"},
    Pair{"float", "number"},        Pair{"length", "len"},        Pair{"count", "len"},
    Pair{"size_of", "len"},         Pair{"includes", "contains"}, Pair{"has", "contains"},
    Pair{"tolower", "lower"},       Pair{"lowercase", "lower"},   Pair{"toupper", "upper"},
    Pair{"uppercase", "upper"},     Pair{"coalesce", "default"},  Pair{"strftime", "format_time"},
    Pair{"tojson", "json"},         Pair{"to_json", "json"},      Pair{"from_json", "parse_json"},
    Pair{"fromjson", "parse_json"}, Pair{"substr", "sub"},        Pair{"gsub", "replace"},
    Pair{"find", "contains"},       Pair{"b64encode", "base64"},  Pair{"urlencode", "url_encode"},
    Pair{"now", kNoClock},          Pair{"today", kNoClock},      Pair{"random", kNoClock},
    Pair{"load", kNoCode},          Pair{"loadstring", kNoCode},  Pair{"dofile", kNoCode},
    Pair{"require", kNoCode},       Pair{"pcall", kNoCode},       Pair{"error", kNoCode},
    Pair{"assert", kNoCode},        Pair{"print", kNoCode},       Pair{"select", kNoClosures},
    Pair{"map", kNoClosures},       Pair{"filter", kNoClosures},  Pair{"pairs", kNoClosures},
    Pair{"ipairs", kNoClosures},    Pair{"next", kNoClosures}};

constexpr std::array<std::string_view, 16> kStatementWords = {
    "break", "do",    "else",   "elseif", "end",  "for",   "function", "goto",
    "if",    "local", "repeat", "return", "then", "until", "while",    "lambda"};

constexpr std::array<std::string_view, 5> kLibraries = {"string", "math", "table", "utf8", "json"};
constexpr std::array<std::string_view, 5> kForbiddenLibraries = {"os", "io", "debug", "coroutine",
                                                                 "package"};

template <class Pairs>
std::string_view meaning_in(const Pairs& pairs, std::string_view word) {
  const auto found =
      std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) { return pair.word == word; });
  return found == pairs.end() ? std::string_view() : found->meaning;
}

template <class Words>
bool is_one_of(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string_view meaning_of(const Token& token) {
  std::string_view meaning;
  if (token.kind == Token::Kind::symbol) meaning = meaning_in(kForeignSymbols, token.text);
  if (token.kind == Token::Kind::name) meaning = meaning_in(kForeignNames, token.text);
  return meaning.empty() ? token.text : meaning;
}

bool is_comparison(std::string_view word) {
  return word == "==" || word == "~=" || word == "!=" || is_ordering(word);
}

bool is_ordering(std::string_view word) {
  return word == "<" || word == ">" || word == "<=" || word == ">=";
}

bool is_statement_word(std::string_view word) {
  return is_one_of(kStatementWords, word);
}

bool is_pure_library(std::string_view word) {
  return is_one_of(kLibraries, word);
}

bool is_forbidden_library(std::string_view word) {
  return is_one_of(kForbiddenLibraries, word);
}

std::string_view function_meant_by(std::string_view name) {
  if (const auto meaning = meaning_in(kForeignFunctions, name); !meaning.empty()) return meaning;
  std::vector<std::string_view> names;
  for (const auto& function : functions()) names.push_back(function.name);
  return nearest(name, names);
}

}  // namespace rung::scripting
