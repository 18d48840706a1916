#include "scripting/evaluation.h"

#include "base/diagnostic.h"
#include "scripting/operators.h"

#include <algorithm>

namespace rung::scripting {
namespace {

// Deep enough for any document, and far from where the journal's own limit lies.
constexpr int kDeepestResult = 48;

bool is_deeper_than(const Value& value, int levels) {
  if (levels == 0) return true;
  if (const auto* list = value.list())
    return std::any_of(list->begin(), list->end(),
                       [&](const Value& v) { return is_deeper_than(v, levels - 1); });
  if (const auto* map = value.map())
    return std::any_of(map->begin(), map->end(),
                       [&](const auto& m) { return is_deeper_than(m.second, levels - 1); });
  return false;
}

std::string quoted(std::string_view text) {
  return "`" + shorten(text) + "`";
}

std::string name_them(const std::vector<std::string_view>& names) {
  constexpr std::size_t kMost = 10;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i)
    out += (i > 0 ? ", " : "") + shorten(names[i]);
  return names.size() > kMost ? out + ", ..." : out;
}

std::vector<std::string_view> views_of(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

Value truth(bool value) {
  return value;
}

}  // namespace

const Value* Evaluation::name(int node) {
  return looked_up(node, syntax_.at(node).name, false);
}

const Value* Evaluation::step(int node) {
  return looked_up(node, syntax_.at(node).name, true);
}

const Value* Evaluation::step_by_key(int node, const Value& key) {
  read(key);
  if (key.string() != nullptr) return looked_up(node, *key.string(), true);
  return fail(node, {"a step is named by a string, not by " + with_article(key.kind())});
}

const Value* Evaluation::looked_up(int node, std::string_view key, bool is_step) {
  for (const auto& lookup : lookups_)
    if (lookup.is_step == is_step && lookup.key == key) return found(*lookup.value);
  auto value = is_step ? scope_.step(key) : scope_.name(key);
  if (!value) {
    const auto known = is_step ? scope_.known_steps() : scope_.known_names();
    const bool is_literal = syntax_.at(node).kind != Node::Kind::index;
    const std::string shown = is_literal || !has_read_secret_ ? quoted(key) : "of that name";
    return fail(node, {(is_step ? "there is no step " : "there is no name ") + shown,
                       alternatives(key, views_of(known))});
  }
  const Value* kept = keep(node, std::move(*value));
  if (kept == nullptr) return nullptr;
  // A computed key lives only as long as its call.
  if (syntax_.at(node).kind != Node::Kind::index) lookups_.push_back({key, is_step, kept});
  return found(*kept);
}

void Evaluation::read(const Value& value) {
  if (has_read_secret_) return;
  const bool is_scalar = value.list() == nullptr && value.map() == nullptr;
  if (!is_scalar && std::find(clean_.begin(), clean_.end(), &value) != clean_.end()) return;
  has_read_secret_ = value.is_secret();
  // To look through a long list again for each use would be work that nobody counts.
  constexpr std::size_t kMostRemembered = 16;
  if (!is_scalar && !has_read_secret_ && clean_.size() < kMostRemembered) clean_.push_back(&value);
}

// A list or map is not read until something looks at the whole of it; its own mark counts at once.
const Value* Evaluation::found(const Value& value) {
  const bool is_scalar = value.list() == nullptr && value.map() == nullptr;
  if (is_scalar || value.has_secret_mark()) read(value);
  return &value;
}

const Value* Evaluation::member(int node, const Value& of) {
  if (of.is_null()) return fail(node, is_null(syntax_.at(node).children[0]));
  const std::string& key = syntax_.at(node).name;
  if (const Value* value = of.member(key)) return found(*value);
  return missing_member(node, of, key);
}

const Value* Evaluation::missing_member(int node, const Value& of, std::string_view key) {
  const int of_node = syntax_.at(node).children[0];
  const auto* map = of.map();
  if (map == nullptr) {
    std::string what = what_is(of_node) + " is " + with_article(of.kind()) + " and has no members";
    if (of.list() != nullptr) what += "; take one element, x[1], or pluck(x, \"name\")";
    return fail(node, {what});
  }
  // The names of a step's members, and of what the scope offers, are no secrets.
  const auto kind = syntax_.at(of_node).kind;
  const bool is_from_scope =
      kind == Node::Kind::name ||
      (kind == Node::Kind::member &&
       syntax_.at(syntax_.at(of_node).children[0]).kind == Node::Kind::steps);
  std::vector<std::string_view> known;
  if (is_from_scope ? !of.has_secret_mark() : !of.is_secret())
    for (const auto& [name, value] : *map) known.push_back(name);
  const bool is_literal = syntax_.at(node).kind == Node::Kind::member;
  const std::string shown = is_literal || !has_read_secret_ ? quoted(key) : "of that name";
  return fail(node, {what_is(of_node) + " has no member " + shown, alternatives(key, known)});
}

std::string Evaluation::alternatives(std::string_view key,
                                     const std::vector<std::string_view>& known) const {
  if (known.empty()) return {};
  const auto meant = nearest(key, known);
  return (meant.empty() ? std::string() : "; did you mean " + quoted(meant) + "?") +
         (meant.empty() ? "; there is: " : " There is: ") + name_them(known);
}

const Value* Evaluation::element(int node, const Value& of, const Value& key) {
  const int of_node = syntax_.at(node).children[0];
  read(key);
  if (of.is_null()) return fail(node, is_null(of_node));
  if (key.is_null()) return fail(node, is_null(syntax_.at(node).children[1]));
  if (of.map() != nullptr) {
    if (key.string() == nullptr)
      return fail(node, {"a map's keys are strings, not " + with_article(key.kind()) +
                         "; write x[string(key)]"});
    const Value* value = of.member(*key.string());
    return value != nullptr ? found(*value) : missing_member(node, of, *key.string());
  }
  const auto* list = of.list();
  if (list == nullptr)
    return fail(node, {what_is(of_node) + " is " + with_article(of.kind()) +
                       " and has no elements; for a part of a text write sub(x, 1, 3)"});
  const auto* place = key.integer();
  if (place == nullptr)
    return fail(node, {"a list's elements are numbered from 1; " + with_article(key.kind()) +
                       " is no such number"});
  if (*place == 0)
    return fail(node, {"lists begin at 1, not at 0; write first(" +
                       shorten(syntax_.text_of(of_node)) + ") or [1]"});
  if (*place < 0)
    return fail(node, {"lists begin at 1; for the last element write last(" +
                       shorten(syntax_.text_of(of_node)) + ")"});
  if (static_cast<std::uint64_t>(*place) > list->size())
    return fail(node, {what_is(of_node) + " has no such element",
                       ": " + std::to_string(*place) + " of " + std::to_string(list->size())});
  return found((*list)[static_cast<std::size_t>(*place) - 1]);
}

const Value* Evaluation::call(int node, std::span<const Value* const> arguments) {
  for (const auto* argument : arguments) read(*argument);
  return keep(node, syntax_.at(node).function->call({arguments, meter_}));
}

const Value* Evaluation::list(int node, std::span<const Value* const> elements) {
  Value::List list;
  for (const auto* element : elements) {
    read(*element);
    if (auto held = meter_.hold(footprint(*element)); !held)
      return fail(node, std::move(held).error());
    list.push_back(*element);
  }
  return keep(node, Value(std::move(list)));
}

const Value* Evaluation::map(int node, std::span<const Value* const> keys_and_values) {
  Value::Map map;
  for (std::size_t i = 0; i + 1 < keys_and_values.size(); i += 2) {
    const Value& key = *keys_and_values[i];
    const Value& value = *keys_and_values[i + 1];
    read(key);
    read(value);
    if (key.string() == nullptr)
      return fail(node, {"a map's keys are strings, not " + with_article(key.kind())});
    if (auto held = meter_.hold(footprint(value)); !held)
      return fail(node, std::move(held).error());
    if (!map.emplace(*key.string(), value).second)
      return fail(node, {"a key stands twice in the map", ": " + *key.string()});
  }
  return keep(node, Value(std::move(map)));
}

const Value* Evaluation::arithmetic(int node, const Value& a, const Value& b) {
  read(a);
  read(b);
  if (!has_operands(node, a, b)) return nullptr;
  const std::string& op = syntax_.at(node).name;
  if (op != "..") return keep(node, scripting::arithmetic(op, a, b));
  auto left = text_for_joining(a);
  if (!left) return fail(node, std::move(left).error());
  auto right = text_for_joining(b);
  if (!right) return fail(node, std::move(right).error());
  return keep(node, Value(std::move(left).value() + right.value()));
}

const Value* Evaluation::negative(int node, const Value& operand) {
  read(operand);
  if (operand.is_null()) return fail(node, is_null(syntax_.at(node).children[0]));
  return keep(node, scripting::negative(operand));
}

const Value* Evaluation::comparison(int node, const Value& a, const Value& b) {
  read(a);
  read(b);
  const std::string& op = syntax_.at(node).name;
  if (op == "==" || op == "~=" || op == "!=") {
    const auto same = equal(a, b, meter_);
    if (!same) return fail(node, same.error());
    return keep(node, truth(same.value() == (op == "==")));
  }
  if (!has_operands(node, a, b)) return nullptr;
  const auto order = compare(a, b);
  if (!order) return fail(node, order.error());
  if (op == "<") return keep(node, truth(order.value() < 0));
  if (op == ">") return keep(node, truth(order.value() > 0));
  return keep(node, truth(op == "<=" ? order.value() <= 0 : order.value() >= 0));
}

bool Evaluation::check_bool(int node, const Value& operand) {
  if (operand.boolean() != nullptr) return true;
  if (operand.is_null()) return fail(node, is_null(node)) != nullptr;
  std::string what = what_is(node) + " is " + with_article(operand.kind()) + ", not a bool";
  if (operand.kind() == Value::Kind::string)
    what += "; compare it: " + shorten(syntax_.text_of(node)) + " == \"...\", or bool(...)";
  else
    what += "; compare it with something";
  return fail(node, {what}) != nullptr;
}

bool Evaluation::check_alternative(int node, int disjunction, const Value& operand) {
  const auto place = static_cast<std::size_t>(disjunction);
  if (operand.boolean() != nullptr) {
    met_bool_[place] = true;
    return true;
  }
  if (!met_bool_[place]) return true;
  return check_bool(node, operand);
}

bool Evaluation::check_choice(int node, int disjunction, const Value& operand) {
  if (operand.is_null()) return fail(node, is_null(node)) != nullptr;
  return check_alternative(node, disjunction, operand);
}

bool Evaluation::has_operands(int node, const Value& a, const Value& b) {
  if (!a.is_null() && !b.is_null()) return true;
  fail(node, is_null(syntax_.at(node).children[a.is_null() ? 0 : 1]));
  return false;
}

Problem Evaluation::is_null(int node) const {
  const std::string text = shorten(syntax_.text_of(node));
  std::string what = quoted(text) + " is null here";
  if (text.rfind("steps", 0) == 0) what += " (the step was skipped, or has not given it)";
  return {what + "; test it first, " + text +
          " ~= null and ..., or give a value in its place: " + "default(" + text + ", ...)"};
}

std::string Evaluation::what_is(int node) const {
  return quoted(syntax_.text_of(node));
}

const Value* Evaluation::keep(int node, Computed<Value> value) {
  if (!value) return fail(node, std::move(value).error());
  constexpr std::size_t kNode = sizeof(Value);
  const auto* text = value.value().string();
  if (auto held = meter_.hold(kNode + (text != nullptr ? text->size() : 0)); !held)
    return fail(node, std::move(held).error());
  return &kept_.emplace_back(std::move(value).value());
}

const Value* Evaluation::fail(int node, Problem problem) {
  if (failed_at_ < 0) {
    failed_at_ = node;
    problem_ = std::move(problem);
  }
  return nullptr;
}

void Evaluation::run_out(std::string_view what) {
  fail(syntax_.root, {std::string(what), {}, true});
}

Result<Value> Evaluation::result(const Value& value, std::size_t most_bytes) {
  read(value);
  if (is_deeper_than(value, kDeepestResult)) {
    run_out("its value is nested more than 48 deep");
    return error();
  }
  if (footprint(value) > most_bytes) {
    run_out("its value is too large; keep large texts in files");
    return error();
  }
  Value copy = value;
  return has_read_secret_ ? std::move(copy).as_secret() : std::move(copy);
}

Error Evaluation::error() const {
  const int node = failed_at_ < 0 ? syntax_.root : failed_at_;
  std::string message = quoted(syntax_.text) + ": ";
  if (node != syntax_.root && problem_.what.find(quoted(syntax_.text_of(node))) != 0)
    message += "in " + quoted(syntax_.text_of(node)) + ": ";
  message += problem_.what;
  if (!problem_.detail.empty())
    message += has_read_secret_ ? " (*** a secret was read, so values are not shown)"
                                : shorten(problem_.detail);
  return {problem_.is_over_budget ? ErrorCode::exhausted : ErrorCode::invalid, message};
}

}  // namespace rung::scripting
