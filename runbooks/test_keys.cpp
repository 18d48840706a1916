#include "runbooks/keys.h"

// The keys of a test file.
namespace rung::runbooks {
namespace {

const std::vector<std::string_view>& error_words() {
  static const std::vector<std::string_view> words{"network",     "timeout",  "auth",    "quota",
                                                   "not_found",   "conflict", "invalid", "refused",
                                                   "unavailable", "internal"};
  return words;
}

const Table& probe_table() {
  static const Table table{
      "probe answer",
      {{"says",
        Shape::choice,
        "What the look finds.",
        nullptr,
        {"done", "not_done", "unknown"},
        true},
       {"outputs", Shape::values, "What the look gives where it finds the effect done."}}};
  return table;
}

const Table& stub_table() {
  static const Table table{
      "stub",
      {{"outputs", Shape::values, "What the action gives: {code: 200}."},
       {"error", Shape::choice, "It does not succeed: with an error of this class.", nullptr,
        error_words()},
       {"effect",
        Shape::choice,
        "Whether the target may have been changed by what ended in an error: none; after timeout: "
        "unknown.",
        nullptr,
        {"none", "unknown"}},
       {"message", Shape::text, "The error's sentence."},
       {"takes", Shape::duration, "How long it takes, in virtual time: 0s."},
       {"probe",
        Shape::table,
        "What a look finds afterwards; without it, what happened in the virtual world.",
        &probe_table(),
        {},
        false,
        true,
        Shape::choice,
        {"done", "not_done", "unknown"}}},
      {},
      {{"duration", "takes"}, {"after", "takes"}, {"returns", "outputs"}, {"fails", "error"}}};
  return table;
}

const Table& act_table() {
  static const Table table{
      "act",
      {{"approve", Shape::text, "The approval that is given."},
       {"reject", Shape::text, "The approval that is refused."},
       {"decide", Shape::text, "The decision that is made, with `option`."},
       {"done", Shape::text, "The manual step that is confirmed, with `outputs`."},
       {"signal", Shape::name, "The signal that is sent, with `payload`."},
       {"resolve", Shape::text, "The step in doubt that somebody looked after, with `as`."},
       {"retry", Shape::text, "The failed step that is tried again."},
       {"skip", Shape::text, "The failed or waiting step that is left out."},
       {"pause", Shape::boolean, "Somebody pauses the run."},
       {"resume", Shape::boolean, "Somebody goes on with the run."},
       {"cancel", Shape::choice, "Somebody cancels the run.", nullptr, {"drain", "kill"}},
       {"undo", Shape::boolean, "Somebody undoes the run."},
       {"by", Shape::text, "Who does it: somebody."},
       {"groups", Shape::texts, "The groups of who does it."},
       {"after", Shape::duration, "How long after it can be done."},
       {"at", Shape::duration, "How long after the run's beginning, instead of `after`."},
       {"say", Shape::text, "Why; goes into the record."},
       {"option", Shape::text, "The option that is chosen."},
       {"as",
        Shape::choice,
        "What became of the step in doubt.",
        nullptr,
        {"done", "not-done", "failed", "committed", "rolled-back"}},
       {"payload", Shape::value, "What the signal carries."},
       {"outputs", Shape::values, "What a manual, skipped or resolved step gives."},
       {"with", Shape::values, "Corrected inputs of the step that is tried again."},
       {"refused", Shape::text, "Rung refuses it, and says this in the reason."}},
      {},
      {{"who", "by"},
       {"choose", "decide"},
       {"manual", "done"},
       {"continue", "resume"},
       {"delay", "after"}}};
  return table;
}

const Table& asked_table() {
  static const Table table{
      "asked",
      {{"text", Shape::written, "The question, or what a person is to do."},
       {"of", Shape::texts, "The roles that are asked."},
       {"show", Shape::values, "The facts beside the question that are named here."}},
      {},
      {{"ask", "text"}, {"by", "of"}}};
  return table;
}

const Table& step_expect_table() {
  static const Table table{
      "expected step",
      {{"status",
        Shape::choice,
        "How it stands at the end.",
        nullptr,
        {"waiting", "running", "backing_off", "in_doubt", "succeeded", "failed", "skipped",
         "undone"}},
       {"attempts", Shape::integer, "How often it was tried."},
       {"error", Shape::choice, "The class of its last error.", nullptr, error_words()},
       {"message", Shape::text, "What the last error's sentence contains."},
       {"outputs", Shape::values, "The outputs that are named here."}}};
  return table;
}

const Table& took_table() {
  static const Table table{"took",
                           {{"at_least", Shape::duration, "No less virtual time than this."},
                            {"at_most", Shape::duration, "No more virtual time than this."}}};
  return table;
}

const Table& expect_table() {
  static const Table table{
      "expect",
      {{"status",
        Shape::choice,
        "How the run ends, or what it waits for when nothing more happens: succeeded.",
        nullptr,
        {"succeeded", "failed", "undone", "cancelled", "waiting", "paused", "in_doubt", "stuck"}},
       {"reason", Shape::written, "What the reason of the end contains."},
       {"refused", Shape::written, "No run begins; what the refusal contains."},
       {"order", Shape::texts, "Steps that begin one after another; others may be between."},
       {"ran", Shape::texts, "Steps that began."},
       {"not_run", Shape::texts, "Steps that never began."},
       {"skipped", Shape::texts, "Steps that were skipped."},
       {"failed", Shape::texts, "Steps that failed."},
       {"undone", Shape::texts, "Steps that were undone."},
       {"steps", Shape::named, "More of single steps.", &step_expect_table()},
       {"outputs", Shape::values, "The run's outputs that are named here."},
       {"that", Shape::texts, "Expressions that hold at the end: [steps.copy.attempts == 2]."},
       {"received", Shape::values,
        "What the actions were given, by step: the fields that are named here. Secrets read ***."},
       {"asked", Shape::named, "What people were asked, by step.", &asked_table()},
       {"took",
        Shape::duration,
        "The virtual time of the run.",
        &took_table(),
        {},
        false,
        true,
        Shape::table}},
      {},
      {{"duration", "took"},
       {"never", "not_run"},
       {"state", "status"},
       {"with", "received"},
       {"approvals", "asked"}}};
  return table;
}

std::vector<Key> keys_of_every_case() {
  return {
      {"inputs", Shape::values, "What the run is given."},
      {"mode", Shape::name, "The mode of the run; the runbook's first."},
      {"started_by", Shape::text, "Who starts the run: tester."},
      {"begins_at", Shape::text, "When the run begins: 2026-01-01T12:00:00Z."},
      {"secrets", Shape::values, "What the secrets are, instead of something made up."},
      {"unstubbed",
       Shape::choice,
       "What a step without a stub meets: error.",
       nullptr,
       {"error", "succeed"}},
      {"stubs", Shape::sequences,
       "What the world answers, by step; a list is one answer for each attempt.", &stub_table()}};
}

Table make_case_table() {
  Table table{"case",
              {{"name", Shape::text, "What must be true, as a sentence.", nullptr, {}, true},
               {"people", Shape::tables, "What people do.", &act_table()},
               {"crash_after",
                Shape::texts,
                "The engine is killed as the end of this step is recorded.",
                nullptr,
                {},
                false,
                true,
                Shape::text},
               {"crash_during",
                Shape::texts,
                "The engine is killed while this step's action is under way.",
                nullptr,
                {},
                false,
                true,
                Shape::text},
               {"down", Shape::duration, "How long there is no engine after it was killed: 0s."},
               {"expect", Shape::table, "What must be true of the run.", &expect_table()}},
              {},
              {{"title", "name"},
               {"then", "expect"},
               {"expected", "expect"},
               {"mocks", "stubs"},
               {"given", "inputs"}}};
  for (Key& key : keys_of_every_case()) table.keys.push_back(std::move(key));
  return table;
}

const Table& case_table() {
  static const Table table = make_case_table();
  return table;
}

Table make_test_table() {
  Table table{"test",
              {{"rung", Shape::choice, "The version of the language.", nullptr, {"v1"}, true},
               {"runbook", Shape::text,
                "The runbook's file; without it NAME.yaml of NAME.test.yaml, else runbook.yaml."},
               {"cases",
                Shape::tables,
                "What is tried, each in a world of its own.",
                &case_table(),
                {},
                true}},
              {},
              {{"tests", "cases"}, {"file", "runbook"}, {"version", "rung"}, {"mocks", "stubs"}}};
  for (Key& key : keys_of_every_case()) {
    table.keys.push_back(std::move(key));
  }
  return table;
}

}  // namespace

const Table& test_table() {
  static const Table table = make_test_table();
  return table;
}

}  // namespace rung::runbooks
