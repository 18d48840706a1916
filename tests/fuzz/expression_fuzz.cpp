// Any text is either refused with a fix, or has a value, or an error: within the budget, and never
// with a secret's content in a message. Links against what an author can write in `when:`.
#include "base/ensure.h"
#include "scripting/lua_evaluator.h"
#include "tests/scripting/map_scope.h"

namespace rung::scripting {
namespace {

void try_out(std::string_view text) {
  static const auto scope = example_scope();
  // Small, so that an expression at its limit takes milliseconds under the sanitizer.
  static const auto evaluator = make_lua_evaluator(
      {.instructions = 20'000, .memory_bytes = 1 << 20, .result_bytes = 1 << 18});

  const auto analysis = analyse(text);
  for (const auto& diagnostic : analysis.diagnostics) {
    ENSURE(!diagnostic.message.empty() && !diagnostic.fix.empty(), "each diagnostic has a fix");
    ENSURE(diagnostic.at.line > 0 && diagnostic.at.column > 0, "each diagnostic has a place");
  }
  for (const auto& reference : analysis.references)
    ENSURE(text.substr(static_cast<std::size_t>(reference.offset), reference.root.size()) ==
               reference.root,
           "a reference stands where it says");

  scope.looked_up.clear();
  const auto value = evaluator->evaluate(text, scope);
  if (!value) {
    const bool may_show_it = text.find("hunter2") != std::string_view::npos;
    ENSURE(may_show_it || value.error().message().find("hunter2") == std::string::npos,
           "no message shows a secret");
    return;
  }
  ENSURE(!has_errors(analysis.diagnostics), "what is refused is not evaluated");
  ENSURE(!analysis.yields_bool || value.value().boolean() != nullptr, "a sure bool is a bool");
}

}  // namespace
}  // namespace rung::scripting

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  rung::scripting::try_out({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
