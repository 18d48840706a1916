#pragma once

#include "scripting/evaluator.h"
#include "scripting/meter.h"
#include "scripting/syntax.h"

#include <deque>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace rung::scripting {

// One evaluation of one expression: what its parts mean, without the order in which they are
// computed (that is Lua's business). It keeps every value that is looked up or computed until it
// ends, so that lists and maps are never copied to be looked into.
//
// The first part that fails is remembered with its place; `error()` says it to the author.
class Evaluation {
 public:
  Evaluation(const Syntax& syntax, const Scope& scope, Meter& meter)
      : syntax_(syntax), scope_(scope), meter_(meter), met_bool_(syntax.nodes.size()) {}

  // nullptr (or false) from any of these: it failed. `node` is a place in the syntax.
  const Value* literal(int node) const { return &syntax_.at(node).value; }
  const Value* name(int node);
  const Value* step(int node);
  const Value* step_by_key(int node, const Value& key);
  const Value* member(int node, const Value& of);
  const Value* element(int node, const Value& of, const Value& key);
  const Value* call(int node, std::span<const Value* const> arguments);
  const Value* list(int node, std::span<const Value* const> elements);
  const Value* map(int node, std::span<const Value* const> keys_and_values);
  const Value* arithmetic(int node, const Value& a, const Value& b);
  const Value* negative(int node, const Value& operand);
  const Value* comparison(int node, const Value& a, const Value& b);
  // The operand of `and`, `or`, `not`; of an `or` whose operands may also be null and others.
  bool check_bool(int node, const Value& operand);
  bool check_alternative(int node, int disjunction, const Value& operand);
  bool check_choice(int node, int disjunction, const Value& operand);

  // The value as the result, marked where a secret was read.
  Result<Value> result(const Value& value, std::size_t most_bytes);
  // The first failure, or that the budget is spent.
  Error error() const;

  void run_out(std::string_view what);

 private:
  const Value* keep(int node, Computed<Value> value);
  const Value* found(const Value& value);
  const Value* looked_up(int node, std::string_view key, bool is_step);
  const Value* missing_member(int node, const Value& of, std::string_view key);
  const Value* fail(int node, Problem problem);
  // What the value says may be in the result from now on.
  void read(const Value& value);
  // Fails where one of the operands is null.
  bool has_operands(int node, const Value& a, const Value& b);
  Problem is_null(int node) const;
  std::string what_is(int node) const;
  std::string alternatives(std::string_view key, const std::vector<std::string_view>& known) const;

  struct Lookup {
    std::string_view key;
    bool is_step;
    const Value* value;
  };

  const Syntax& syntax_;
  const Scope& scope_;
  Meter& meter_;
  std::deque<Value> kept_;
  std::vector<Lookup> lookups_;
  std::vector<bool> met_bool_;  // by disjunction: an operand was a bool, so the rest must be
  bool has_read_secret_ = false;
  std::vector<const Value*> clean_;  // lists and maps that hold no secret
  int failed_at_ = -1;
  Problem problem_;
};

}  // namespace rung::scripting
