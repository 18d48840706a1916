#include "runbooks/inputs.h"
#include "runbooks/load.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

namespace rung::runbooks {
namespace {

// A few actions whose fields have every kind; their specifications are all that the loader sees.
class FuzzCatalog final : public Catalog {
 public:
  FuzzCatalog() {
    for (const char* name : {"shell", "command", "http.request"}) {
      ActionSpec spec;
      spec.name = name;
      spec.inputs = {{"script", Type::string, FieldKind::code, false, ""},
                     {"argv", Type::list, FieldKind::data, false, ""},
                     {"interpreter", Type::any, FieldKind::code, false, ""},
                     {"env", Type::map, FieldKind::secretive, false, ""},
                     {"stdin", Type::any, FieldKind::secretive, false, ""},
                     {"files", Type::map, FieldKind::secretive, false, ""},
                     {"cwd", Type::string, FieldKind::data, false, ""},
                     {"method", Type::enumeration, FieldKind::data, false, "", {"GET", "POST"}},
                     {"url", Type::string, FieldKind::url, false, ""},
                     {"n", Type::integer, FieldKind::data, false, ""}};
      spec.outputs = {{"exit_code", Type::integer, ""}, {"code", Type::integer, ""}};
      spec.open_outputs = true;
      specs_.emplace(name, std::move(spec));
    }
  }
  const ActionSpec* find(std::string_view name) const override {
    const auto found = specs_.find(name);
    return found == specs_.end() ? nullptr : &found->second;
  }
  std::vector<std::string_view> names() const override {
    return {"shell", "command", "http.request"};
  }
  std::optional<EffectClass> effect_class(std::string_view, const Value::Map&) const override {
    return EffectClass::once;
  }

 private:
  std::map<std::string, ActionSpec, std::less<>> specs_;
};

void require(bool holds) {
  if (!holds) std::abort();
}

// Whatever the text is: a plan that survives its stored form, or mistakes at places that exist.
void load_and_store(const std::string& text, const std::string& project) {
  static const FuzzCatalog catalog;
  const auto loaded = load_text({"runbook.yaml", text, project, ""}, catalog);
  require(static_cast<bool>(loaded.plan) != has_errors(loaded.diagnostics));
  require(!render(loaded.diagnostics, loaded.texts.lookup()).empty() || loaded.diagnostics.empty());
  for (const auto& d : loaded.diagnostics)
    require(!d.message.empty() && !d.fix.empty() && d.at.line >= 1);
  if (!loaded.plan) return;
  const auto json = to_json(*loaded.plan);
  const auto back = plan_from_json(json);
  require(back.has_value());
  require(back.value() == *loaded.plan && to_json(back.value()) == json);
  static_cast<void>(resolve_inputs(*loaded.plan, {{"a", "1"}}));
}

}  // namespace
}  // namespace rung::runbooks

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  // What follows a line of percent signs is the project file.
  const auto cut = text.find("\n%%%\n");
  rung::runbooks::load_and_store(text.substr(0, cut),
                                 cut == std::string::npos ? "" : text.substr(cut + 5));
  return 0;
}
