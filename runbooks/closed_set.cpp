#include "runbooks/closed_set.h"

#include "scripting/evaluator.h"
#include "scripting/lua_evaluator.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace rung::runbooks {
namespace {

// One choice of everything that is chosen.
class Choice final : public scripting::Scope {
 public:
  Value::Map inputs;
  Value::Map vars;
  Value sites;
  std::string mode;

  std::optional<Value> name(std::string_view name) const override {
    if (name == "inputs") return Value(inputs);
    if (name == "vars") return Value(vars);
    if (name == "sites") return sites;
    if (name == "mode") return Value(mode);
    return std::nullopt;
  }
  std::optional<Value> step(std::string_view) const override { return std::nullopt; }
};

void collect(const Template& t, std::vector<scripting::Reference>& out) {
  const auto add = [&](const Expression& expression) {
    for (auto& reference : scripting::analyse(expression.text).references)
      out.push_back(std::move(reference));
  };
  if (const auto* expression = std::get_if<Expression>(&t.node)) add(*expression);
  if (const auto* text = std::get_if<Template::Text>(&t.node)) {
    for (const auto& part : text->parts) {
      if (const auto* expression = std::get_if<Expression>(&part)) add(*expression);
    }
  }
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    for (const auto& item : *list) collect(item, out);
  }
  if (const auto* map = std::get_if<Template::Map>(&t.node)) {
    for (const auto& [key, item] : *map) collect(item, out);
  }
}

std::vector<Value> choices_of(const InputSpec& input) {
  if (input.type == Type::boolean) return {Value(false), Value(true)};
  if (input.type != Type::enumeration && input.type != Type::site) return {};
  return {input.choices.begin(), input.choices.end()};
}

class ClosedSetSearch {
 public:
  explicit ClosedSetSearch(const ClosedNames& names)
      : names_(names), evaluator_(scripting::make_lua_evaluator()) {
    choice_.sites = Value(names.sites);
  }

  ClosedSet search(const Template& t) {
    need(t);
    if (!set_.open.empty()) return std::move(set_);
    std::size_t count = 1;
    for (const auto& [name, choices] : variables_) {
      count *= std::max<std::size_t>(choices.size(), 1);
      if (count <= kMostChoices) continue;
      set_.error = Error(ErrorCode::exhausted,
                         "it has more than " + std::to_string(kMostChoices) + " possible values");
      return std::move(set_);
    }
    for (std::size_t number = 0; number < count && !set_.error; ++number) try_choice(t, number);
    return std::move(set_);
  }

 private:
  void need(const Template& t) {
    std::vector<scripting::Reference> references;
    collect(t, references);
    for (const auto& reference : references) {
      if (set_.open.empty()) need(reference);
    }
  }

  void need(const scripting::Reference& reference) {
    if (reference.root == "sites") return;
    if (reference.root == "mode") {
      auto& modes = variables_["mode"];
      modes = {names_.plan.modes.begin(), names_.plan.modes.end()};
    } else if (reference.root == "inputs" && !reference.path.empty()) {
      need_input(reference.path.front());
    } else if (reference.root == "vars" && !reference.path.empty()) {
      need_var(reference.path.front());
    } else {
      set_.open = reference.root;
    }
  }

  void need_input(const std::string& name) {
    const auto& inputs = names_.plan.inputs;
    const auto input = std::find_if(inputs.begin(), inputs.end(),
                                    [&](const InputSpec& i) { return i.name == name; });
    auto choices = input == inputs.end() ? std::vector<Value>() : choices_of(*input);
    if (choices.empty())
      set_.open = "inputs." + name;
    else
      variables_.insert_or_assign("inputs." + name, std::move(choices));
  }

  void need_var(const std::string& name) {
    const auto& vars = names_.plan.vars;
    const auto var =
        std::find_if(vars.begin(), vars.end(), [&](const auto& v) { return v.first == name; });
    if (var == vars.end()) {
      set_.open = "vars." + name;
    } else if (needed_vars_.insert(name).second) {
      need(var->second);
    }
  }

  void try_choice(const Template& t, std::size_t number) {
    std::string where;
    for (const auto& [name, choices] : variables_) {
      const auto& value = choices[number % choices.size()];
      number /= choices.size();
      const auto short_name = name.substr(name.find('.') + 1);
      where += (where.empty() ? "" : ", ") + short_name + "=" + to_text(value);
      if (name == "mode")
        choice_.mode = to_text(value);
      else
        choice_.inputs.insert_or_assign(short_name, value);
    }
    choice_.vars.clear();
    for (const auto& [name, source] : names_.plan.vars) {
      if (!needed_vars_.contains(name)) continue;
      auto value = compute(source);
      if (!value) return fail(value.error(), where);
      choice_.vars.emplace(name, std::move(value).value());
    }
    auto value = compute(t);
    if (!value) return fail(value.error(), where);
    add(std::move(value).value(), where);
  }

  void fail(const Error& error, const std::string& where) {
    set_.error = error;
    set_.error_where = where;
  }

  void add(Value value, const std::string& where) {
    const auto is_same = [&](const ClosedSet::Member& m) { return m.value == value; };
    if (std::any_of(set_.members.begin(), set_.members.end(), is_same)) return;
    set_.members.push_back({std::move(value), where});
  }

  // A target is a name: lists and maps of expressions are no part of it.
  Result<Value> compute(const Template& t) {
    if (is_constant(t)) return constant_value(t);
    if (const auto* expression = std::get_if<Expression>(&t.node))
      return evaluator_->evaluate(expression->text, choice_);
    const auto* text = std::get_if<Template::Text>(&t.node);
    if (text == nullptr)
      return Error(ErrorCode::invalid, "a list or map with {{ }} in it chooses no connection");
    std::string joined;
    for (const auto& part : text->parts) {
      if (const auto* literal = std::get_if<std::string>(&part)) {
        joined += *literal;
        continue;
      }
      TRY(const auto value, evaluator_->evaluate(std::get<Expression>(part).text, choice_));
      joined += to_text(value);
    }
    return Value(std::move(joined));
  }

  const ClosedNames& names_;
  std::unique_ptr<scripting::Evaluator> evaluator_;
  std::map<std::string, std::vector<Value>> variables_;
  std::set<std::string, std::less<>> needed_vars_;
  Choice choice_;
  ClosedSet set_;
};

}  // namespace

ClosedSet closed_set(const Template& t, const ClosedNames& names) {
  return ClosedSetSearch(names).search(t);
}

}  // namespace rung::runbooks
