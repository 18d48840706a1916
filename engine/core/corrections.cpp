#include "engine/core/corrections.h"

#include "base/diagnostic.h"
#include "base/json.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace rung::engine {
namespace {

using runbooks::Step;
using runbooks::Template;

// "env.REGION" is the entry REGION of the field `env`; "url" is the field itself.
struct Path {
  std::string field;
  std::string entry;
};

// The command line takes the words of the language, and `with.` before a field.
Path path_of(std::string key) {
  if (key.starts_with("with.")) key = key.substr(5);
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) return {key == "command" ? "argv" : key, ""};
  return {key.substr(0, dot), key.substr(dot + 1)};
}

std::string key_of(const Path& path) {
  return path.entry.empty() ? path.field : path.field + "." + path.entry;
}

const Template* entry_of(const Template& field, const std::string& entry) {
  const auto* map = std::get_if<Template::Map>(&field.node);
  if (map == nullptr) return nullptr;
  const auto found = map->find(entry);
  return found == map->end() ? nullptr : &found->second;
}

bool is_computed_as_a_whole(const Template& field) {
  return std::holds_alternative<runbooks::Expression>(field.node) ||
         std::holds_alternative<Template::Text>(field.node);
}

// A name under which people keep passwords. "_FILE" names a place, not the content.
bool sounds_secret(std::string name) {
  static constexpr std::array kWords{"password",   "passwd",        "secret",      "token",
                                     "api_key",    "apikey",        "private_key", "credential",
                                     "passphrase", "authorization", "cookie"};
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::tolower(c));
  });
  if (name.ends_with("_file") || name.ends_with("_path")) return false;
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](const char* word) { return name.find(word) != std::string::npos; });
}

constexpr const char* kWhyNoSecret =
    ": on the command line every user of the machine can see it, and the record keeps it. ";

// One value for one input of one step.
class Correction {
 public:
  Correction(const Step& step, const ActionSpec& spec, std::string key)
      : step_(step), spec_(spec), path_(path_of(std::move(key))) {}

  std::string key() const { return key_of(path_); }

  Result<Value> read(const Value& written) const {
    const FieldSpec* field = spec_.input(path_.field);
    if (field == nullptr) return unknown();
    if (!path_.entry.empty() && field->type != Type::map) {
      return wrong("`" + path_.field + "` has no entries: it is " +
                   std::string(name_of(field->type)) + ". Write  -s " + path_.field + "=...");
    }
    TRY(allowed(*field, written));
    if (!path_.entry.empty()) return written;
    TRY(auto value, typed(*field, written));
    const bool is_choice =
        field->choices.empty() || std::find(field->choices.begin(), field->choices.end(),
                                            to_text(value)) != field->choices.end();
    if (is_choice) return value;
    std::string list;
    for (const std::string& choice : field->choices) list += (list.empty() ? "" : ", ") + choice;
    return wrong("it is one of " + list);
  }

 private:
  Error wrong(const std::string& what) const {
    return {ErrorCode::invalid, key() + " of " + step_.address + ": " + what};
  }

  Error unknown() const {
    std::vector<std::string_view> known;
    std::string list;
    for (const FieldSpec& field : spec_.inputs) {
      known.push_back(field.name);
      if (field.kind != FieldKind::code) list += (list.empty() ? "" : ", ") + field.name;
    }
    const auto near = nearest(path_.field, known);
    return {ErrorCode::invalid,
            step_.address + " (" + spec_.name + ") has no input " + path_.field + "; it has " +
                list + (near.empty() ? "" : ". Did you mean " + std::string(near) + "?")};
  }

  Result<void> allowed(const FieldSpec& field, const Value& written) const {
    if (field.kind == FieldKind::code) {
      return wrong(
          "it is code, which is never given on the command line. Correct the runbook and start a "
          "new run");
    }
    const auto planned = step_.action.with.find(path_.field);
    if (planned != step_.action.with.end()) {
      TRY(holds_no_secret(planned->second));
    }
    const std::string name = path_.entry.empty() ? path_.field : path_.entry;
    const bool is_secretive = field.kind == FieldKind::secretive || !path_.entry.empty();
    if (is_secretive && sounds_secret(name)) {
      return wrong("it sounds like a secret, and is not taken" + std::string(kWhyNoSecret) +
                   "Name it under `secrets:` in rung.yaml and read it there as {{ secrets.NAME }}");
    }
    const std::string* text = written.string();
    if (text != nullptr && text->find("{{") != std::string::npos)
      return wrong("a value is taken as it is, and {{ }} in it is not computed; write the value");
    if (written.is_null()) return wrong("it needs a value");
    return success();
  }

  Result<void> holds_no_secret(const Template& field) const {
    const Template* place = path_.entry.empty() ? &field : entry_of(field, path_.entry);
    if (place == nullptr) {
      if (path_.entry.empty() || !is_computed_as_a_whole(field)) return success();
      return wrong("the runbook computes `" + path_.field + "` as a whole; give all of it:  -s " +
                   path_.field + "='{\"" + path_.entry + "\": ...}'");
    }
    if (!runbooks::reads_secrets(*place)) return success();
    return wrong("it holds a secret, and is not taken" + std::string(kWhyNoSecret) +
                 "Change what the secret is read from (`secrets:` in rung.yaml says where), and "
                 "retry without -s: it is read anew for each try");
  }

  Result<Value> typed(const FieldSpec& field, const Value& written) const {
    const std::string* text = written.string();
    if (field.type == Type::any && text != nullptr) {
      auto json = from_plain_json(*text);
      return json ? std::move(json).value() : written;
    }
    auto value = coerce(field.type, written);
    if (!value) return wrong(value.error().message());
    return value;
  }

  const Step& step_;
  const ActionSpec& spec_;
  Path path_;
};

Template with_entry(const Template* field, const std::string& entry, const Value& value) {
  if (field == nullptr) return Template{Value(Value::Map{{entry, value}})};
  if (const auto* map = std::get_if<Template::Map>(&field->node)) {
    Template::Map fields = *map;
    fields.insert_or_assign(entry, Template{value});
    return Template{std::move(fields)};
  }
  Value::Map entries;
  const auto* constant = std::get_if<Value>(&field->node);
  if (constant != nullptr && constant->map() != nullptr) entries = *constant->map();
  entries.insert_or_assign(entry, value);
  return Template{Value(std::move(entries))};
}

const Value::Map* corrections_of(const std::map<NodeIndex, Value::Map>& all, NodeIndex i) {
  const auto found = all.find(i);
  return found == all.end() ? nullptr : &found->second;
}

// What the action itself finds wrong with the inputs that are known before an attempt.
Result<void> check(const CorrectedStep& of, const Value::Map& corrections,
                   const ActionFacts& facts) {
  const Step& step = of.step;
  const Target* target = of.target ? &*of.target : nullptr;
  Value::Map constants;
  for (const auto& [name, field] : corrected(step.action.with, corrections)) {
    if (runbooks::is_constant(field)) constants.emplace(name, runbooks::constant_value(field));
  }
  std::string wrong;
  for (const std::string& one : facts.check(step.action.uses, constants, target))
    wrong += (wrong.empty() ? "" : "; ") + one;
  if (!wrong.empty()) return Error(ErrorCode::invalid, step.address + ": " + wrong);
  return success();
}

}  // namespace

Result<Value::Map> read_corrections(const CorrectedStep& of, const Value::Map& given,
                                    const ActionFacts& facts) {
  const Step& step = of.step;
  const ActionSpec* spec = facts.spec(step.action.uses);
  if (step.kind != StepKind::action || spec == nullptr) {
    return Error(ErrorCode::invalid, step.address + (step.kind != StepKind::action
                                                         ? " uses no action, so it has no inputs"
                                                         : " uses " + step.action.uses +
                                                               ", which this rung does not have"));
  }
  Value::Map all = of.so_far;
  for (const auto& [written_key, written] : given) {
    const Correction one(step, *spec, written_key);
    TRY(auto value, one.read(written));
    // The whole of a field takes the place of its entries, and the other way round.
    const std::string key = one.key();
    std::erase_if(all, [&](const auto& other) {
      return other.first.starts_with(key + ".") ||
             (key.starts_with(other.first + ".") && other.second.map() == nullptr);
    });
    all.insert_or_assign(key, std::move(value));
  }
  TRY(check(of, all, facts));
  return all;
}

Template::Map corrected(Template::Map fields, const Value::Map& corrections) {
  // In the order of the keys: the whole of a field stands before its entries.
  for (const auto& [key, value] : corrections) {
    const Path path = path_of(key);
    if (path.entry.empty()) {
      fields.insert_or_assign(path.field, Template{value});
      continue;
    }
    const auto found = fields.find(path.field);
    const Template* field = found == fields.end() ? nullptr : &found->second;
    fields.insert_or_assign(path.field, with_entry(field, path.entry, value));
  }
  return fields;
}

ActionFields::ActionFields(const Step& step, const Value::Map* corrections)
    : plan_(&step.action.with) {
  if (corrections != nullptr) own_ = corrected(step.action.with, *corrections);
}

ActionFields ActionFields::next(const Graph& graph, const RunState& run, NodeIndex i) {
  return {StepTree(graph, run.loops).step(i), corrections_of(run.corrections, i)};
}

ActionFields ActionFields::latest(const Graph& graph, const RunState& run, NodeIndex i) {
  return {StepTree(graph, run.loops).step(i), corrections_of(run.corrected, i)};
}

}  // namespace rung::engine
