#include "scripting/syntax.h"
#include "scripting/token.h"
#include "scripting/words.h"

#include <algorithm>
#include <optional>

namespace rung::scripting {
namespace {

// How tightly the infix operators bind, in Lua's order.
enum Binding : int {
  kNothing = 0,
  kConditional,
  kOr,
  kAnd,
  kCompare,
  kJoin,
  kAdd,
  kMultiply,
  kUnary,
  kPower,
};

// Parses by operator precedence. A refused operator gets its diagnostic and its right form in the
// tree, so that parsing goes on and the fix can show the whole expression; what cannot be
// understood ends the parsing (`failed_`, and places of -1).
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), tokens_(tokenize(text)) {}

  Syntax run() {
    syntax_.text = std::string(text_);
    int root = -1;
    if (text_.size() > kLongestExpression) {
      fail(tokens_.back(), "the expression has over 16 KiB", "split it: put parts of it in vars:");
    } else if (now().kind == Token::Kind::end) {
      fail(now(), "there is no expression here", "write one, such as: steps.lag.lag > 10s");
    } else {
      root = expression(kNothing);
      if (!failed_ && now().kind != Token::Kind::end) trailing();
    }
    if (!failed_) syntax_.root = root;
    if (!failed_) check_steps();
    finish();
    return std::move(syntax_);
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead(std::size_t n) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool take_if(std::string_view symbol) {
    if (!now().is(symbol)) return false;
    take();
    return true;
  }

  // --- what is wrong ---

  void report(const Token& token, std::string message, std::string fix) {
    syntax_.diagnostics.push_back({Severity::error,
                                   {},
                                   position_of(text_, token.begin),
                                   std::max(1, static_cast<int>(token.text.size())),
                                   std::move(message),
                                   std::move(fix)});
  }
  int fail(const Token& token, std::string message, std::string fix) {
    if (!failed_) report(token, std::move(message), std::move(fix));
    failed_ = true;
    return -1;
  }
  // Its fix is the whole expression where the rest can be read, else `instead`.
  void refuse(const Token& token, std::string message, std::string instead) {
    refusals_.push_back({syntax_.diagnostics.size(), "write: " + std::move(instead)});
    report(token, std::move(message), {});
  }
  void refuse_operator(const Token& token, std::string_view instead) {
    refuse(token, "'" + std::string(token.text) + "' is not an operator here",
           std::string(instead));
  }
  void finish() {
    const std::string whole = failed_ ? std::string() : "write: " + rewrite(syntax_);
    for (const auto& refusal : refusals_)
      syntax_.diagnostics[refusal.diagnostic].fix = failed_ ? refusal.instead : whole;
  }

  // `steps` alone would be the whole history of the run.
  void check_steps() {
    std::vector<bool> is_looked_into(syntax_.nodes.size());
    for (const auto& node : syntax_.nodes)
      if (node.kind == Node::Kind::member || node.kind == Node::Kind::index)
        is_looked_into[static_cast<std::size_t>(node.children[0])] = true;
    for (std::size_t i = 0; i < syntax_.nodes.size(); ++i) {
      const Node& node = syntax_.nodes[i];
      if (node.kind != Node::Kind::steps || is_looked_into[i]) continue;
      const Token token{
          Token::Kind::name, node.begin, syntax_.text_of(static_cast<int>(i)), {}, {}, {}};
      report(token, "`steps` is no value by itself", "name a step: steps.lag.status");
    }
  }

  int expected(std::string_view what) {
    const Token& token = now();
    if (token.kind == Token::Kind::invalid) return fail(token, token.message, token.fix);
    if (token.kind == Token::Kind::end)
      return fail(token, "the expression ends where " + std::string(what) + " should stand",
                  "complete it: " + shorten(text_) + " ...");
    return fail(token,
                std::string(what) + " should stand here, not '" + std::string(token.text) + "'",
                std::string(fix_before(token)));
  }
  static std::string_view fix_before(const Token& token) {
    if (token.is("{{"))
      return "an expression has no braces around it: delete {{ and }}; a list in a list is { {1}, "
             "{2} }";
    if (token.is("[")) return "a list is written {1, 2}, a map {a = 1}";
    return "add what is missing before it, or delete it";
  }

  void trailing() {
    const Token& token = now();
    if (token.kind == Token::Kind::invalid) {
      fail(token, token.message, token.fix);
    } else if (token.is(";")) {
      fail(token, "';' would begin a second statement; this is one expression", "delete it");
    } else if (token.is("+=") || token.is("-=")) {
      fail(token, "nothing can be assigned in an expression", "compute the value: a + b");
    } else if (token.kind == Token::Kind::name && find_function(token.text) != nullptr) {
      const std::string name(token.text);
      fail(token, "`" + name + "` is a function, not an operator", "write: " + name + "(x, y)");
    } else if (is_statement_word(token.text)) {
      fail(token, "`" + std::string(token.text) + "` belongs to a statement; this is an expression",
           "for a choice write: condition and x or y");
    } else if (token.is(")") || token.is("]") || token.is("}")) {
      fail(token, "'" + std::string(token.text) + "' closes nothing", "delete it");
    } else {
      fail(token, "an operator should stand here, not '" + std::string(token.text) + "'",
           "join the two values: and, or, ==, .., +; a text stands in quotes");
    }
  }

  // --- the tree ---

  int add(Node node) {
    for (std::size_t i = 0; i < node.children.size(); ++i) grow(node, node.children[i], i);
    if (node.depth > kDeepestExpression)
      return fail(now(), "the expression is nested more than 40 deep",
                  "split it: put parts of it in vars:");
    if (node.width > kWidestExpression)
      return fail(now(), "too many long lists and calls stand inside one another",
                  "split it: put parts of it in vars:");
    syntax_.nodes.push_back(std::move(node));
    return static_cast<int>(syntax_.nodes.size()) - 1;
  }
  // `child` is computed while the children before it, and what is called with them, are held.
  static constexpr int kCall = 4;  // the function, two numbers, the value itself
  void grow(Node& node, int child, std::size_t place) {
    node.depth = std::max(node.depth, depth_of(child) + 1);
    node.width = std::max(node.width, syntax_.at(child).width + static_cast<int>(place) + kCall);
  }
  int depth_of(int place) const { return syntax_.at(place).depth; }
  Node& at(int place) { return syntax_.nodes[static_cast<std::size_t>(place)]; }

  int add_over(Node::Kind kind, std::vector<int> children, std::string name = {}) {
    if (failed_) return -1;
    Node node{kind, at(children.front()).begin, at(children.back()).end};
    for (const int child : children) {
      node.begin = std::min(node.begin, at(child).begin);
      node.end = std::max(node.end, at(child).end);
    }
    node.children = std::move(children);
    node.name = std::move(name);
    return add(std::move(node));
  }
  int add_call(std::string_view function, std::vector<int> arguments) {
    const int call = add_over(Node::Kind::call, std::move(arguments), std::string(function));
    if (call >= 0) at(call).function = find_function(function);
    return call;
  }
  // Both in one node where one already is a chain of the same kind: a long chain is not deep.
  int add_chain(Node::Kind kind, int left, int right) {
    if (at(left).kind != kind) return add_over(kind, {left, right});
    if (depth_of(right) + 1 > kDeepestExpression) return add_over(kind, {left, right});
    // One operand after the other, so that a long chain is not wide either.
    if (syntax_.at(right).width + kCall > kWidestExpression) return add_over(kind, {left, right});
    Node& chain = at(left);
    chain.children.push_back(right);
    chain.end = at(right).end;
    chain.depth = std::max(chain.depth, depth_of(right) + 1);
    chain.width = std::max(chain.width, at(right).width + kCall);
    return left;
  }
  int in_group(int place) { return add_over(Node::Kind::group, {place}); }

  // --- operators ---

  int expression(int weakest) {
    if (++nesting_ > 2 * kDeepestExpression)
      return fail(now(), "the expression is nested more than 40 deep",
                  "split it: put parts of it in vars:");
    int left = prefix();
    while (!failed_) {
      const int binding = binding_of(now());
      if (binding <= weakest) break;
      left = infix(left, binding);
    }
    --nesting_;
    return failed_ ? -1 : left;
  }

  int binding_of(const Token& token) const {
    if (token.kind != Token::Kind::symbol && token.kind != Token::Kind::name) return kNothing;
    const auto word = meaning_of(token);
    if (word == "?") return kConditional;
    if (word == "or") return kOr;
    if (word == "and") return kAnd;
    if (word == "in" || (word == "not" && meaning_of(ahead(1)) == "in")) return kCompare;
    if (is_comparison(word)) return kCompare;
    if (word == "..") return kJoin;
    if (word == "+" || word == "-") return kAdd;
    if (word == "*" || word == "/" || word == "//" || word == "%") return kMultiply;
    if (word == "<<" || word == ">>") return kAdd;
    if (word == "^") return kPower;
    return kNothing;
  }

  int infix(int left, int binding) {
    const Token& token = take();
    const auto word = meaning_of(token);
    if (word == "<<" || word == ">>")
      return fail(token, "'" + std::string(token.text) + "' is not an operator here",
                  "multiply or divide by a power of two: x * 2^3");
    if (binding == kConditional) return conditional(token, left);
    if (token.is("|") && piped_function() != nullptr) return pipe(token, left);
    if (word == "in" || word == "not") return membership(token, left);
    if (word != token.text) refuse_operator(token, word);
    if (binding == kCompare) return comparison(left, token, word);

    const bool is_right_associative = binding == kJoin || binding == kPower;
    const int weakest = binding == kPower      ? kUnary - 1
                        : is_right_associative ? binding - 1
                                               : binding;
    const int right = expression(weakest);
    if (failed_) return -1;
    if (binding == kOr) return add_chain(Node::Kind::disjunction, left, right);
    if (binding == kAnd) return add_chain(Node::Kind::conjunction, left, right);
    return add_over(Node::Kind::arithmetic, {left, right}, std::string(word));
  }

  int comparison(int left, const Token& token, std::string_view word) {
    const int right = expression(kCompare);
    if (failed_) return -1;
    const std::string name(word);
    // Without parentheses only a chain of comparisons stands on the left of one.
    const bool is_link = at(left).kind == Node::Kind::comparison;
    if (is_link || at(left).kind == Node::Kind::conjunction) {
      const int before = is_link ? left : at(left).children.back();
      refuse(token, "comparisons do not chain: each compares two values", "a < b and b < c");
      const int link = add_over(Node::Kind::comparison, {at(before).children[1], right}, name);
      return failed_ ? -1 : add_chain(Node::Kind::conjunction, left, link);
    }
    if (at(left).kind == Node::Kind::negation) {
      refuse(token,
             "`not` belongs to the value beside it, so this would compare a bool with the right",
             "not (a " + name + " b)");
      const int inside = at(left).children[0];
      const int whole = add_over(Node::Kind::comparison, {inside, right}, name);
      if (failed_) return -1;
      const int group = in_group(whole);
      return failed_ ? -1 : add_over(Node::Kind::negation, {group});
    }
    if (is_ordering(word) && (is_null(left) || is_null(right)))
      report(token, "null has no order",
             "compare with == or ~=, or give a value in its place: default(x, 0) < 5");
    return add_over(Node::Kind::comparison, {left, right}, name);
  }
  bool is_null(int place) const {
    const Node& node = syntax_.at(place);
    return node.kind == Node::Kind::literal && node.value.is_null();
  }

  int conditional(const Token& token, int condition) {
    refuse(token, "'? :' is not an operator here", "condition and x or y");
    const int then = expression(kConditional);
    if (failed_) return -1;
    if (!take_if(":")) return expected("':'");
    const int otherwise = expression(kConditional - 1);
    if (failed_) return -1;
    const int chosen = add_over(Node::Kind::conjunction, {tight(condition), tight(then)});
    return failed_ ? -1 : add_chain(Node::Kind::disjunction, chosen, otherwise);
  }
  // In parentheses where `and` would tear it apart.
  int tight(int place) {
    if (failed_ || at(place).kind != Node::Kind::disjunction) return place;
    return in_group(place);
  }

  int membership(const Token& token, int element) {
    const bool is_negated = meaning_of(token) == "not";
    if (is_negated) take();
    refuse(token, is_negated ? "'not in' is not an operator here" : "'in' is not an operator here",
           "contains(list, x)");
    const int container = expression(kCompare);
    if (failed_) return -1;
    const int call = add_call("contains", {container, element});
    return failed_ || !is_negated ? call : add_over(Node::Kind::negation, {call});
  }

  const Function* piped_function() const {
    return now().kind == Token::Kind::name ? find_function(now().text) : nullptr;
  }
  int pipe(const Token& token, int first) {
    refuse_operator(token, "f(x)");
    const std::string name(take().text);
    std::vector<int> arguments{first};
    if (take_if("(")) {
      auto rest = list_until(")");
      if (failed_) return -1;
      arguments.insert(arguments.end(), rest.begin(), rest.end());
    }
    return add_call(name, std::move(arguments));
  }

  int prefix() {
    const Token& token = now();
    const auto word = meaning_of(token);
    if (word == "not" || token.is("!")) {
      take();
      if (token.text != "not") refuse_operator(token, "not");
      return unary(Node::Kind::negation, token);
    }
    if (token.is("-")) {
      take();
      return unary(Node::Kind::negative, token);
    }
    if (token.is("#")) {
      take();
      refuse_operator(token, "len(x)");
      const int operand = expression(kUnary);
      return failed_ ? -1 : add_call("len", {operand});
    }
    if (token.is("~") || token.is("+"))
      return fail(token, "'" + std::string(token.text) + "' cannot stand before a value",
                  token.is("~") ? "for the opposite of a bool write: not x" : "delete it");
    return postfix(primary());
  }

  int unary(Node::Kind kind, const Token& token) {
    const int operand = expression(kUnary);
    if (failed_) return -1;
    const int place = add_over(kind, {operand});
    if (place >= 0) at(place).begin = token.begin;
    return place;
  }

  // --- values ---

  int primary() {
    const Token& token = now();
    if (token.kind == Token::Kind::literal) {
      take();
      Node node{Node::Kind::literal, token.begin, token.end()};
      node.value = token.value;
      return add(std::move(node));
    }
    if (token.kind == Token::Kind::name) return named();
    if (token.is("(")) return group();
    if (token.is("{")) return constructor();
    return expected("a value");
  }

  int named() {
    const Token& token = take();
    const auto word = meaning_of(token);
    Node node{Node::Kind::literal, token.begin, token.end()};
    if (word == "true" || word == "false" || word == "nil" || word == "null") {
      if (word != token.text) {
        refuse(token, "'" + std::string(token.text) + "' is not a value here", std::string(word));
        node.name = word;
      }
      if (word == "true" || word == "false") node.value = word == "true";
      return add(std::move(node));
    }
    if (is_statement_word(token.text))
      return fail(token,
                  "`" + std::string(token.text) + "` belongs to a statement; this is an expression",
                  "write only the value; for a choice: condition and x or y");
    if (word == "and" || word == "or" || word == "in") {
      --at_;
      return expected("a value");
    }
    if (now().is("(")) return call(token, token.text, {});
    node.kind = token.text == "steps" ? Node::Kind::steps : Node::Kind::name;
    node.name = token.text;
    return add(std::move(node));
  }

  int group() {
    const int begin = take().begin;
    const int inside = expression(kNothing);
    if (failed_) return -1;
    if (!now().is(")")) return expected("')'");
    const int end = take().end();
    Node node{Node::Kind::group, begin, end};
    node.children = {inside};
    return add(std::move(node));
  }

  std::vector<int> list_until(std::string_view close) {
    std::vector<int> elements;
    while (!failed_ && !take_if(close)) {
      if (!elements.empty() && !take_if(",")) {
        expected("',' or '" + std::string(close) + "'");
        break;
      }
      if (!elements.empty() && close == "}" && take_if(close)) break;
      elements.push_back(expression(kNothing));
      if (elements.size() > kMostArguments)
        fail(now(), "over 64 values stand in one list or call", "put the list in vars:");
    }
    return elements;
  }

  int constructor() {
    const Token& open = take();
    const bool is_map = (now().kind == Token::Kind::name && ahead(1).is("=")) || now().is("[");
    Node node{is_map ? Node::Kind::map : Node::Kind::list, open.begin, 0};
    node.children = is_map ? members() : list_until("}");
    if (failed_) return -1;
    node.end = tokens_[at_ - 1].end();
    return add(std::move(node));
  }

  std::vector<int> members() {
    std::vector<int> parts;
    while (!failed_ && !take_if("}")) {
      if (!parts.empty() && !take_if(",")) {
        expected("',' or '}'");
        break;
      }
      if (!parts.empty() && take_if("}")) break;
      parts.push_back(key());
      if (!failed_ && !take_if("=")) expected("'='");
      if (!failed_) parts.push_back(expression(kNothing));
      if (parts.size() > kMostArguments)
        fail(now(), "over 32 members stand in one map", "put the map in vars:");
    }
    return parts;
  }

  int key() {
    if (take_if("[")) {
      const int inside = expression(kNothing);
      if (failed_) return -1;
      return take_if("]") ? inside : expected("']'");
    }
    if (now().kind != Token::Kind::name) return expected("a key such as `a =`");
    const Token& token = take();
    Node node{Node::Kind::literal, token.begin, token.end()};
    node.name = token.text;
    node.value = token.text;
    return add(std::move(node));
  }

  // --- what stands behind a value ---

  int postfix(int value) {
    while (!failed_) {
      if (now().is(".")) {
        value = member(value);
      } else if (now().is("?.")) {
        return fail(now(), "'?.' is not an operator here",
                    "test for null first: x ~= null and x.y == 1");
      } else if (now().is("[")) {
        value = index(value);
      } else if (now().is("(")) {
        value = called(value);
      } else if (now().is(":") && ahead(1).kind == Token::Kind::name && ahead(2).is("(")) {
        value = method(value);
      } else if (is_hyphened_step(value)) {
        value = hyphened_step(value);
      } else {
        return value;
      }
    }
    return -1;
  }

  int member(int of) {
    take();
    if (now().kind != Token::Kind::name) return expected("a member's name");
    const int place = add_over(Node::Kind::member, {of}, std::string(now().text));
    if (place >= 0) at(place).end = now().end();
    take();
    return place;
  }

  int index(int of) {
    take();
    const int key = expression(kNothing);
    if (failed_) return -1;
    if (!now().is("]")) return expected("']'");
    const int end = take().end();
    const Node& inside = at(key);
    const auto* name = inside.kind == Node::Kind::literal ? inside.value.string() : nullptr;
    const int place = name != nullptr ? add_over(Node::Kind::member, {of}, *name)
                                      : add_over(Node::Kind::index, {of, key});
    if (place >= 0) at(place).end = end;
    return place;
  }

  // steps.restart-agent: a minus sign here never makes sense, because a step is no number.
  bool is_hyphened_step(int value) const {
    const Node& node = syntax_.at(value);
    return node.kind == Node::Kind::member &&
           syntax_.at(node.children[0]).kind == Node::Kind::steps && now().is("-") &&
           now().begin == node.end && ahead(1).kind == Token::Kind::name &&
           ahead(1).begin == now().end();
  }
  int hyphened_step(int value) {
    const Token& hyphen = take();
    const Token& rest = take();
    at(value).name += "-" + std::string(rest.text);
    at(value).end = rest.end();
    refuse(hyphen, "the '-' in a step's name reads as a minus sign",
           "steps[\"" + at(value).name + "\"]");
    return value;
  }

  int call(const Token& token, std::string_view name, std::vector<int> arguments) {
    take();
    auto rest = list_until(")");
    if (failed_) return -1;
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    Node node{Node::Kind::call, token.begin, tokens_[at_ - 1].end()};
    if (!arguments.empty()) node.begin = std::min(node.begin, at(arguments[0]).begin);
    node.children = std::move(arguments);
    node.name = name;
    node.function = find_function(name);
    check_call(token, node);
    return add(std::move(node));
  }

  void check_call(const Token& token, Node& node) {
    if (node.function == nullptr) {
      const auto known = function_meant_by(node.name);
      if (!known.empty() && find_function(known) != nullptr) {
        refuse(token, "there is no function `" + node.name + "`", std::string(known) + "(...)");
        node.name = known;
        return;
      }
      report(token, "there is no function `" + node.name + "`",
             known.empty() ? "docs/expressions.md lists them, such as len, first, contains, format"
                           : std::string(known));
      return;
    }
    const auto& function = *node.function;
    const auto count = node.children.size();
    if (count >= function.least && count <= function.most) return;
    const std::string shape = node.name + "(" + std::string(function.parameters) + ")";
    report(token,
           shape + " does not take " + std::to_string(count) + (count == 1 ? " value" : " values"),
           "write: " + shape);
  }

  // library.name(...) and anything else before parentheses.
  int called(int value) {
    const Node& node = at(value);
    const bool is_member_of_name =
        node.kind == Node::Kind::member && at(node.children[0]).kind == Node::Kind::name;
    const std::string library = is_member_of_name ? at(node.children[0]).name : std::string();
    const std::string name = node.name;
    Token token{Token::Kind::name, node.begin, {}, {}, {}, {}};
    token.text = text_.substr(static_cast<std::size_t>(node.begin),
                              static_cast<std::size_t>(node.end - node.begin));
    if (is_forbidden_library(library))
      return fail(token,
                  "`" + std::string(token.text) +
                      "` does not exist: an expression sees no files, clock or programs",
                  "pass what it needs as an input, or compute it in a step of its own");
    if (!is_pure_library(library))
      return fail(now(), "only functions can be called, by their name",
                  "write an operator before the parenthesis: and, or, ==, +, ..");
    if (find_function(name) != nullptr)
      refuse(token, "functions stand without their library's name", name + "(...)");
    return call(token, name, {});
  }

  int method(int value) {
    take();
    const Token& token = take();
    if (find_function(token.text) != nullptr)
      refuse(token, "functions are called with the value inside", std::string(token.text) + "(x)");
    return call(token, token.text, {value});
  }

  struct Refusal {
    std::size_t diagnostic;
    std::string instead;
  };

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  bool failed_ = false;
  std::vector<Refusal> refusals_;
  Syntax syntax_;
};

}  // namespace

Syntax parse(std::string_view text) {
  return Parser(text).run();
}

}  // namespace rung::scripting
