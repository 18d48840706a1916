// Any text as a durable script and as a whole runbook in Lua: refused with a fix, or run within the
// budget; what is asked for can be recorded, and what was said once is said again.
#include "base/ensure.h"
#include "base/json.h"
#include "scripting/program.h"
#include "tests/scripting/script_driver.h"

namespace rung::scripting {
namespace {

// Small, so that a script at its limit takes milliseconds under the sanitizer.
constexpr ScriptBudget kBudget{
    .instructions = 50'000, .memory_bytes = 1 << 20, .allocated_bytes = 8 << 20, .calls = 20};

void check(const Diagnostics& diagnostics) {
  for (const auto& diagnostic : diagnostics) {
    ENSURE(!diagnostic.message.empty() && !diagnostic.fix.empty(), "each diagnostic has a fix");
    ENSURE(diagnostic.at.line > 0 && diagnostic.at.column > 0, "each diagnostic has a place");
  }
}

std::string end_of(std::string text, std::size_t crash_after) {
  ScriptDriver driver(std::move(text), kBudget);
  driver.run(crash_after);
  driver.crash();
  const ScriptTurn turn = driver.run();
  ENSURE(!std::holds_alternative<ScriptStrayed>(turn),
         "a script does the same when it is run again");
  const auto* returned = std::get_if<ScriptReturned>(&turn);
  return returned != nullptr ? to_journal_json(Value(returned->outputs))
                             : ScriptDriver::problem_of(turn);
}

void try_out(std::string_view text) {
  check(analyse_script(text).diagnostics);
  check(run_program(text, "runbook.lua", kBudget).diagnostics);
  ENSURE(end_of(std::string(text), 0) == end_of(std::string(text), 3), "a crash changes nothing");
}

}  // namespace
}  // namespace rung::scripting

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  rung::scripting::try_out({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
