#include "scripting/translation.h"

namespace rung::scripting {
namespace {

class Translator {
 public:
  explicit Translator(const Syntax& syntax) : syntax_(syntax) {}

  std::string run() {
    out_ = "return ";
    write(syntax_.root);
    return std::move(out_);
  }

 private:
  void open(char function, int place) {
    out_ += function;
    out_ += '(';
    out_ += std::to_string(place);
  }

  void call(char function, int place, const std::vector<int>& arguments) {
    open(function, place);
    for (const int argument : arguments) {
      out_ += ',';
      write(argument);
    }
    out_ += ')';
  }

  void write(int place) {
    const Node& node = syntax_.at(place);
    switch (node.kind) {
      case Node::Kind::literal: return literal(place);
      case Node::Kind::name:
      case Node::Kind::steps: return call('N', place, {});
      case Node::Kind::member:
        return is_steps(node.children[0]) ? call('S', place, {}) : call('M', place, node.children);
      case Node::Kind::index:
        return is_steps(node.children[0]) ? call('D', place, {node.children[1]})
                                          : call('I', place, node.children);
      case Node::Kind::call: return call('F', place, node.children);
      case Node::Kind::list: return call('L', place, node.children);
      case Node::Kind::map: return call('P', place, node.children);
      case Node::Kind::group: return write(node.children[0]);
      case Node::Kind::negative: return call('G', place, node.children);
      case Node::Kind::negation:
        out_ += "(not ";
        must_be_bool(node.children[0]);
        out_ += ')';
        return;
      case Node::Kind::conjunction: return conjunction(node, node.children.size());
      case Node::Kind::disjunction: return disjunction(place);
      case Node::Kind::comparison: return call('E', place, node.children);
      case Node::Kind::arithmetic: return call('A', place, node.children);
    }
  }

  bool is_steps(int place) const { return syntax_.at(place).kind == Node::Kind::steps; }

  void literal(int place) {
    const Value& value = syntax_.at(place).value;
    if (value.is_null())
      out_ += "nil";
    else if (value.boolean() != nullptr)
      out_ += *value.boolean() ? "true" : "false";
    else if (value.integer() != nullptr)
      out_ += std::to_string(*value.integer());
    else
      call('K', place, {});
  }

  void must_be_bool(int place) { call('B', place, {place}); }

  // The first `count` operands, all bools.
  void conjunction(const Node& node, std::size_t count) {
    out_ += '(';
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out_ += " and ";
      must_be_bool(node.children[i]);
    }
    out_ += ')';
  }

  void disjunction(int place) {
    out_ += '(';
    for (const int operand : syntax_.at(place).children) {
      const Node& node = syntax_.at(operand);
      if (operand != syntax_.at(place).children.front()) out_ += " or ";
      if (node.kind != Node::Kind::conjunction) {
        chosen('O', place, operand);
        continue;
      }
      out_ += '(';
      conjunction(node, node.children.size() - 1);
      out_ += " and ";
      chosen('Y', place, node.children.back());
      out_ += ')';
    }
    out_ += ')';
  }

  void chosen(char function, int disjunction, int operand) {
    open(function, operand);
    out_ += ',' + std::to_string(disjunction) + ',';
    write(operand);
    out_ += ')';
  }

  const Syntax& syntax_;
  std::string out_;
};

}  // namespace

std::string translate(const Syntax& syntax) {
  return Translator(syntax).run();
}

}  // namespace rung::scripting
