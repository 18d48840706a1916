#pragma once

#include "runbooks/load.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rung::runbooks {

// What a test file (test.yaml, NAME.test.yaml) says: cases of one runbook in a virtual world, each
// with what the world answers, what people do, and what is expected of the run. Values only; the
// names of steps are addresses of the plan.

enum class ProbeSays : std::uint8_t { done, not_done, unknown };

// What one attempt of an action meets.
struct Stub {
  std::optional<ErrorClass> error;  // empty: it succeeds
  EffectOnError effect = EffectOnError::none;
  std::string message;
  Template::Map outputs;
  Duration takes{};
  std::optional<ProbeSays> probe;  // empty: what happened in the virtual world
  Template::Map probe_outputs;
  Position at;
};
// A list is one stub for each attempt; otherwise one for all of them.
struct Stubs {
  std::vector<Stub> attempts;
  bool is_list = false;
  Position at;
};
using StubMap = std::map<std::string, Stubs, std::less<>>;  // by address

enum class ActVerb : std::uint8_t {
  approve,
  reject,
  decide,
  done,
  signal,
  resolve,
  retry,
  skip,
  pause,
  resume,
  cancel,
  undo
};
std::string_view name_of(ActVerb verb);

// What a person does, once, as soon as it can be done and `delay` has passed since. What concerns
// the whole run can be done from when it has stopped: paused, in doubt or stuck.
struct Act {
  ActVerb verb = ActVerb::approve;
  std::string step;  // address; of a signal its name
  std::string who;
  std::vector<std::string> groups;
  std::string say;
  Duration delay{};
  bool is_from_start = false;  // `delay` counts from the beginning of the run
  std::string option;          // of decide
  std::string as;              // of resolve, as its words are
  bool kills = false;          // of cancel
  Value payload;               // of signal
  Value::Map outputs;
  Value::Map with;                     // of retry: corrected inputs
  std::optional<std::string> refused;  // it is refused, with this in the reason
  Position at;
};

// One thing that must be true of the finished run.
struct Expectation {
  enum class Of : std::uint8_t {
    status,
    reason,   // contains
    refused,  // no run was created; the reason contains
    order,    // `steps` began one after another
    ran,
    not_run,
    skipped,
    undone,
    failed,
    output,         // `name` of the run
    step_status,    // from here on: of `step`
    step_attempts,  //
    step_error,     // its class
    step_message,   // contains
    step_output,    // `name` of the step
    that,           // an expression holds
    received,       // what the action was given: the members of a map that are named
    asked_text,
    asked_of,
    asked_show,
    took,  // virtual time of the run: exactly
    took_at_least,
    took_at_most
  };
  Of of = Of::status;
  std::string step;
  std::string name;
  std::vector<std::string> steps;
  Template value;
  Position at;
};

struct TestCase {
  std::string name;
  Position at;
  Value::Map inputs;  // as written
  std::string mode;   // "" for the plan's first
  std::string started_by;
  std::optional<TimePoint> begins_at;
  std::map<std::string, std::string, std::less<>> secrets;
  bool succeeds_unstubbed = false;
  StubMap stubs;
  std::vector<Act> acts;
  std::vector<std::string> crash_after;   // the engine dies as this step's end is recorded
  std::vector<std::string> crash_during;  // and here while its effect is under way
  Duration down{};                        // until the next engine
  std::vector<Expectation> expectations;  // in the order of the file
};

// What came of loading a test file. With an error among the diagnostics, its own or the runbook's,
// there are no cases.
struct LoadedTests {
  std::string file;
  std::string runbook;  // path of the runbook's file
  Loaded loaded;        // the runbook
  std::vector<TestCase> cases;
  Diagnostics diagnostics;
  Sources texts;
};

// Reads a test file and the runbook that it names (`runbook:`), else NAME.yaml of NAME.test.yaml,
// else runbook.yaml beside it. Blocking file I/O on the caller's thread.
LoadedTests load_tests(const std::string& path, const Catalog& catalog);

// The same from a text, for a plan that is loaded already.
LoadedTests tests_from(const std::string& file, std::string text, const Loaded& runbook,
                       const Catalog& catalog);

// "test.yaml" and "NAME.test.yaml" (also .yml).
bool is_test_file(std::string_view name);

}  // namespace rung::runbooks
