#include "base/diagnostic.h"
#include "cli/command.h"
#include "service/load.h"

#include <algorithm>

namespace rung::cli {
namespace {

Value field_value(const FieldSpec& field) {
  return Value::Map{{"name", field.name},
                    {"type", name_of(field.type)},
                    {"required", field.required},
                    {"doc", field.doc}};
}

Value spec_value(const ActionSpec& spec) {
  Value::List inputs;
  for (const FieldSpec& field : spec.inputs) inputs.push_back(field_value(field));
  Value::List outputs;
  for (const OutputSpec& output : spec.outputs) {
    outputs.emplace_back(
        Value::Map{{"name", output.name}, {"type", name_of(output.type)}, {"doc", output.doc}});
  }
  return Value::Map{{"name", spec.name},
                    {"version", spec.version},
                    {"doc", spec.doc},
                    {"inputs", std::move(inputs)},
                    {"outputs", std::move(outputs)},
                    {"supervised", spec.is_supervised},
                    {"probe", spec.has_probe}};
}

std::string spec_text(const ActionSpec& spec) {
  std::string out = spec.name + "   " + spec.doc + "\n";
  if (spec.is_supervised) out += "runs as a command of its own, which outlives the engine\n";
  out += "\ninputs\n";
  for (const FieldSpec& field : spec.inputs) {
    out += "  " + padded(field.name, 16) +
           padded(std::string(name_of(field.type)) + (field.required ? ", required" : ""), 20) +
           field.doc + "\n";
  }
  out += "\noutputs" + std::string(spec.open_outputs ? " (and those that the step declares)" : "") +
         "\n";
  for (const OutputSpec& output : spec.outputs) {
    out += "  " + padded(output.name, 16) + padded(name_of(output.type), 20) + output.doc + "\n";
  }
  return out;
}

}  // namespace

ExitCode actions(const Arguments& arguments, const Console& console) {
  const auto specs = service::action_specs();
  if (arguments.step.empty()) {
    Value::List list;
    std::string text;
    for (const ActionSpec& spec : specs) {
      list.push_back(spec_value(spec));
      text += padded(spec.name, 20) + spec.doc + "\n";
    }
    if (console.is_table())
      console.out(text);
    else
      console.value(std::move(list));
    console.hint(console.is_table() ? "next: rung actions NAME\n" : "");
    return ExitCode::succeeded;
  }
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const ActionSpec& spec) {
    return spec.name == arguments.step;
  });
  if (found == specs.end()) {
    std::vector<std::string_view> names;
    for (const ActionSpec& spec : specs) names.push_back(spec.name);
    const std::string_view meant = nearest(arguments.step, names);
    return console.refuse(Error(ErrorCode::not_found, "there is no action " + arguments.step),
                          meant.empty() ? "see them all:  rung actions"
                                        : "did you mean:  rung actions " + std::string(meant));
  }
  if (console.is_table())
    console.out(spec_text(*found));
  else
    console.value(spec_value(*found));
  return ExitCode::succeeded;
}

}  // namespace rung::cli
