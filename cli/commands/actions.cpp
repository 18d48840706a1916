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

Value connection_value(const ConnectionSpec& spec) {
  Value::List fields;
  for (const FieldSpec& field : spec.fields) fields.push_back(field_value(field));
  return Value::Map{{"connection", spec.name}, {"doc", spec.doc}, {"fields", std::move(fields)}};
}

std::string field_lines(const std::vector<FieldSpec>& fields) {
  std::string out;
  for (const FieldSpec& field : fields) {
    out += "  " + padded(field.name, 16) +
           padded(std::string(name_of(field.type)) + (field.required ? ", required" : ""), 20) +
           field.doc + "\n";
  }
  return out;
}

std::string connection_text(const ConnectionSpec& spec) {
  return spec.name + "   " + spec.doc + "\n\nfields of a connection (rung.yaml)\n" +
         field_lines(spec.fields);
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
                    {"target", Value::List(spec.target.kinds.begin(), spec.target.kinds.end())},
                    {"supervised", spec.is_supervised},
                    {"probe", spec.has_probe}};
}

std::string spec_text(const ActionSpec& spec) {
  std::string out = spec.name + "   " + spec.doc + "\n";
  if (spec.is_supervised) out += "runs as a command of its own, which outlives the engine\n";
  for (const std::string& kind : spec.target.kinds)
    out += "target: a connection of the kind " + kind + "\n";
  out += "\ninputs\n" + field_lines(spec.inputs);
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
  const auto connections = service::connection_specs();
  if (arguments.step.empty()) {
    Value::List list;
    std::string text;
    for (const ActionSpec& spec : specs) {
      list.push_back(spec_value(spec));
      text += padded(spec.name, 20) + spec.doc + "\n";
    }
    for (const ConnectionSpec& spec : connections) {
      list.push_back(connection_value(spec));
      text += padded("uses: " + spec.name, 20) + spec.doc + " (a connection of rung.yaml)\n";
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
  const auto kind =
      std::find_if(connections.begin(), connections.end(),
                   [&](const ConnectionSpec& spec) { return spec.name == arguments.step; });
  if (found == specs.end() && kind != connections.end()) {
    if (console.is_table())
      console.out(connection_text(*kind));
    else
      console.value(connection_value(*kind));
    return ExitCode::succeeded;
  }
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
