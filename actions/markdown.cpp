#include "actions/markdown.h"

namespace rung::actions {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string type_of(const FieldSpec& field) {
  if (field.choices.empty()) return std::string(name_of(field.type));
  std::string out;
  for (const auto& choice : field.choices) out += (out.empty() ? "`" : ", `") + choice + "`";
  return out;
}

std::string_view note_on(FieldKind kind) {
  switch (kind) {
    case FieldKind::data: return "";
    case FieldKind::code: return " No `{{ }}`: this is code.";
    case FieldKind::secretive: return " May hold secrets.";
    case FieldKind::file: return " A relative path begins at the folder of rung.yaml.";
    case FieldKind::url: return " May hold secrets. Each value in it is percent-encoded.";
  }
  return "";
}

std::string inputs_table(const ActionSpec& spec) {
  std::string out = "## Inputs\n\n| name | type | required | what it is |\n|---|---|---|---|\n";
  for (const auto& field : spec.inputs) {
    out += "| `" + field.name + "` | " + type_of(field) + " | " + (field.required ? "yes" : "") +
           " | " + escaped(field.doc) + std::string(note_on(field.kind)) + " |\n";
  }
  return out;
}

std::string outputs_table(const ActionSpec& spec) {
  std::string out = "\n## Outputs\n\n| name | type | what it is |\n|---|---|---|\n";
  for (const auto& field : spec.outputs) {
    out += "| `" + field.name + "` | " + std::string(name_of(field.type)) + " | " +
           escaped(field.doc) + " |\n";
  }
  return out;
}

}  // namespace

std::string markdown(const ActionSpec& spec) {
  std::string out = "# " + spec.name + "\n\n" + spec.doc + "\n\n";
  for (const auto& kind : spec.target.kinds) {
    out += "`target:` names a connection of the kind `" + kind + "` (project.md)" +
           (spec.target.required ? "; it is required" : "") + ".\n\n";
  }
  if (spec.is_supervised) out += "Runs as a command of its own, which outlives the engine.\n\n";
  if (!spec.inputs.empty()) out += inputs_table(spec);
  if (!spec.outputs.empty()) out += outputs_table(spec);
  if (spec.open_outputs) out += "\nA step may declare further outputs under `outputs:`.\n";
  return out;
}

}  // namespace rung::actions
