#include "scripting/evaluator.h"
#include "scripting/syntax.h"

#include <algorithm>

namespace rung::scripting {
namespace {

bool yields_bool(const Syntax& syntax, int place) {
  const Node& node = syntax.at(place);
  switch (node.kind) {
    case Node::Kind::literal: return node.value.boolean() != nullptr;
    case Node::Kind::call: return node.function != nullptr && node.function->yields_bool;
    case Node::Kind::group: return yields_bool(syntax, node.children[0]);
    case Node::Kind::negation:
    case Node::Kind::comparison:
    case Node::Kind::conjunction: return true;
    case Node::Kind::disjunction:
      return std::all_of(node.children.begin(), node.children.end(), [&](int child) {
        // `condition and x or y` yields x.
        const Node& operand = syntax.at(child);
        const bool is_choice = operand.kind == Node::Kind::conjunction;
        return yields_bool(syntax, is_choice ? operand.children.back() : child);
      });
    case Node::Kind::name:
    case Node::Kind::steps:
    case Node::Kind::member:
    case Node::Kind::index:
    case Node::Kind::list:
    case Node::Kind::map:
    case Node::Kind::negative:
    case Node::Kind::arithmetic: break;
  }
  return false;
}

class References {
 public:
  explicit References(const Syntax& syntax) : syntax_(syntax) {}

  std::vector<Reference> collect() {
    visit(syntax_.root);
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Reference& a, const Reference& b) { return a.offset < b.offset; });
    return std::move(found_);
  }

 private:
  void visit(int place) {
    const Node& node = syntax_.at(place);
    if (node.kind == Node::Kind::name || node.kind == Node::Kind::steps) {
      found_.push_back({node.name, {}, {}, node.begin, node.end - node.begin});
      ends_.push_back({node.end, false});
      return;
    }
    for (const int child : node.children) visit(child);
    if (node.kind == Node::Kind::member || node.kind == Node::Kind::index) extend(node);
  }

  // A member or index belongs to the path that ends where its own value does.
  void extend(const Node& node) {
    const int of = syntax_.at(node.children[0]).end;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      Reference& reference = found_[i];
      End& end = ends_[i];
      if (reference.offset != node.begin || end.at != of) continue;
      end.at = node.end;
      if (node.kind == Node::Kind::index) {
        end.is_behind_key = true;
      } else if (end.is_behind_key) {
        reference.behind_key.push_back(node.name);
      } else {
        reference.path.push_back(node.name);
        reference.length = node.end - node.begin;
      }
      return;
    }
  }

  struct End {
    int at = 0;  // where the path with its keys ends
    bool is_behind_key = false;
  };

  const Syntax& syntax_;
  std::vector<Reference> found_;
  std::vector<End> ends_;  // beside `found_`, until that is sorted
};

}  // namespace

Analysis analyse(std::string_view expression) {
  Syntax syntax = parse(expression);
  Analysis analysis{std::move(syntax.diagnostics), {}, false};
  if (syntax.root < 0) return analysis;
  analysis.references = References(syntax).collect();
  analysis.yields_bool = yields_bool(syntax, syntax.root);
  return analysis;
}

}  // namespace rung::scripting
