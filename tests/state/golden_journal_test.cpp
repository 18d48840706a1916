#include "tests/state/golden_journal.h"

#include "state/memory_store.h"
#include "tests/state/engine_loop.h"
#include "tests/state/writes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace rung::state {
namespace {

const std::filesystem::path kJournals =
    std::filesystem::path(RUNG_SOURCE_DIR) / "tests" / "journals";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> stored_journals() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kJournals)) {
    if (entry.path().extension() == ".json") {
      names.push_back(std::filesystem::relative(entry.path(), kJournals).string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Event> in_a_row(std::vector<Payload> payloads) {
  std::vector<Event> events;
  for (Payload& payload : payloads) {
    const bool is_of_step = name_of(payload).starts_with("step.") ||
                            name_of(payload).starts_with("loop.") ||
                            name_of(payload).starts_with("child.");
    events.push_back({time_at(static_cast<std::int64_t>(events.size())),
                      is_of_step ? "items[3].copy" : "", std::move(payload)});
  }
  return events;
}

// One event of each type, each of its fields with a content.
std::vector<Event> one_of_each() {
  const ActionError error{ErrorClass::network, "connection refused: \"db1\"\n"};
  const Value::Map values{{"count", 3},
                          {"lag", Duration{41'000'000'000}},
                          {"limit", Percent{12.5}},
                          {"list", Value::List{1, 2.5, true, Value{}, "ä"}},
                          {"secret", Value::Map{{"$expr", "secrets.token"}}},
                          {"size", Bytes{16'000'000}},
                          {"when", time_at(7)}};
  const Host host{"machine-a", "boot-1", "pid:[1]", "db1"};
  std::vector<Payload> payloads{
      RunCreated{"orders-failover", to_hex(sha256({kPlanJson})), values, values, "drill", "mila",
                 "exercise", "11111111-2222-4333-8444-555555555555", 42},
      RunClaimed{7, host, 4711, "mila", "0.1.0"},
      RunPaused{PauseReason::changed, "copy", "script.sh changed", "mila", "wait"},
      RunContinued{"noor", "go"},
      RunEnding{Ending::undo, "copy", "copy failed", "noor", "back"},
      UndoPlanned{{"undo.copy", "undo.fence"}},
      FinallyStarted{},
      RunStuck{"undo.copy"},
      RunFinished{RunStatus::undone, "copy failed", values},
      RunNoted{"called the network team", "mila"},
      SignalReceived{"dns-ready", values, "noor"},
      StepStarted{2, 1, EffectClass::keyed, values, values, Value{values}, 86'400'000'000'123},
      StepOpened{values, time_at(900), 900'000'000'000},
      StepSucceeded{values, true, "mila", "seen"},
      AttemptEnded{AttemptEnd::unknown, error, "mila", "asked the vendor"},
      RetryScheduled{time_at(30), 30'000'000'000},
      StepInDoubt{"the engine ended during the attempt"},
      StepFailed{error, true},
      StepSkipped{"skip", values, "mila", "done by hand"},
      StepReset{"mila", "fixed the route"},
      Voted{true, "noor", "fine"},
      StepUndone{}};
  return in_a_row(std::move(payloads));
}

RunCreated created_by_mila() {
  RunCreated created;
  created.runbook = "orders-failover";
  created.plan = to_hex(sha256({kPlanJson}));
  created.who = "mila";
  return created;
}

// Those of people, which came later.
std::vector<Event> one_of_each_of_people() {
  const Value::Map values{{"env.REGION", "west"}, {"timeout", Duration{30'000'000'000}}};
  return in_a_row({created_by_mila(), StepCorrected{values, "mila", "east is down"}});
}

// Those of approvals and of command, which came later still.
std::vector<Event> one_of_each_of_approvals() {
  const Value::Map values{{"show", Value::Map{{"lag", Duration{30'000'000'000}}}}};
  return in_a_row({created_by_mila(),
                   Voted{true, "noor", "fine", {"dba", "lead"}, to_hex(sha256({kPlanJson}))},
                   ApprovalVoided{values}, RunCommanded{"noor", "mila", "my shift ends"},
                   Reminded{3, {"lead"}}});
}

// Those of modes.
std::vector<Event> one_of_each_of_modes() {
  return in_a_row({created_by_mila(), ModeSwitched{"unplanned", "mila", "east is gone"}});
}

// That of an engine that stopped.
std::vector<Event> one_of_each_of_stops() {
  return in_a_row({created_by_mila(), RunReleased{7, "Ctrl-C"}});
}

// Those of loops.
std::vector<Event> one_of_each_of_loops() {
  return in_a_row({created_by_mila(), LoopOpened{Value{Value::List{1, "b"}}, {"1", "b"}}});
}

// Those of runbooks that a runbook uses.
std::vector<Event> one_of_each_of_children() {
  const Value::Map inputs{{"site", "west"}};
  return in_a_row({created_by_mila(), ChildOpened{inputs, {{"day", "2026-11-21"}}}});
}

// Those of waits that look.
std::vector<Event> one_of_each_of_watches() {
  return in_a_row({created_by_mila(), StepLooked{3,
                                                 true,
                                                 {{"lag", Duration{250'000'000}}},
                                                 "no route",
                                                 time_at(5),
                                                 5'000'000'000,
                                                 time_at(35)}});
}

// Those of transactions over several participants.
std::vector<Event> one_of_each_of_transactions() {
  StepStarted told;
  told.attempt = 2;
  told.effect_class = EffectClass::probe;
  told.boot_ns = 7'000'000'000;
  told.turn = Turn::commit;
  return in_a_row({created_by_mila(),
                   ParticipantPrepared{{{"affected", Value::List{1}}}, Value::Map{{"xid", "731"}}},
                   TwoPhaseDecided{false, {ErrorClass::conflict, "money/stock: it is locked"}},
                   told, ParticipantSettled{true, true, "found so", "mila", "looked at it"}});
}

// Those of locks.
std::vector<Event> one_of_each_of_locks() {
  LocksAsked asked{.exclusive = {"pg:orders"}, .shared = {"site:east"}, .key = "web-east"};
  return in_a_row({created_by_mila(), std::move(asked), LocksTaken{}});
}

// Those of the locks of a group.
std::vector<Event> one_of_each_of_group_locks() {
  std::vector<Event> events = in_a_row(
      {created_by_mila(), LocksAsked{.exclusive = {"lb:web"}}, LocksTaken{}, LocksFreed{}});
  for (std::size_t n = 1; n < events.size(); ++n) events[n].step = "traffic";
  return events;
}

// Those of durable scripts.
std::vector<Event> one_of_each_of_scripts() {
  const Value reference = Value::Map{{"$expr", "secrets.token"}};
  const Value::Map arguments{{"uses", "http.get"}, {"with", Value::Map{{"token", reference}}}};
  return in_a_row({created_by_mila(),
                   ScriptCalled{"action", "page", arguments, 12, {"code", "json"}},
                   ScriptNoted{"now", time_at(7)}});
}

// The journals that hold one event of each type; a new type goes into one that is new with it.
struct OneOfEach {
  const char* file;
  std::vector<Event> (*events)();
};
constexpr OneOfEach kOneOfEach[] = {{"one-of-each.json", one_of_each},
                                    {"people.json", one_of_each_of_people},
                                    {"approvals.json", one_of_each_of_approvals},
                                    {"modes.json", one_of_each_of_modes},
                                    {"stops.json", one_of_each_of_stops},
                                    {"loops.json", one_of_each_of_loops},
                                    {"children.json", one_of_each_of_children},
                                    {"watches.json", one_of_each_of_watches},
                                    {"two-phase.json", one_of_each_of_transactions},
                                    {"locks.json", one_of_each_of_locks},
                                    {"group-locks.json", one_of_each_of_group_locks},
                                    {"scripts.json", one_of_each_of_scripts}};

class StoredJournal : public ::testing::TestWithParam<std::string> {
 protected:
  GoldenJournal stored() {
    auto journal = restore_journal(text_of(kJournals / GetParam()));
    EXPECT_TRUE(journal) << journal.error().message();
    return journal.value();
  }
};

TEST_P(StoredJournal, StillLoads) {
  const GoldenJournal journal = stored();
  const auto summary = summary_of(journal);
  ASSERT_TRUE(summary) << summary.error().message();
  const auto disk = make_memory_disk({});
  put_run(*disk, summary.value(), journal.plan_json, journal.events);
  EngineLoop loop;
  const auto store = open_memory_store(disk, loop.post());
  const auto loaded = load_and_wait(loop, *store, journal.run);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(loaded.value().events.size(), journal.events.size());
}

TEST_P(StoredJournal, IsWrittenAgainAsItWas) {
  const GoldenJournal journal = stored();
  EXPECT_EQ(dump_journal(journal), text_of(kJournals / GetParam()));
}

INSTANTIATE_TEST_SUITE_P(, StoredJournal, ::testing::ValuesIn(stored_journals()),
                         [](const auto& given) {
                           std::string name;
                           for (const char c : given.param) {
                             name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           }
                           return name;
                         });

TEST(JournalFormat, WritesEachEventAsTheStoredOneOfVersion1) {
  for (const OneOfEach& journal : kOneOfEach) {
    const auto path = kJournals / "v1" / journal.file;
    const std::string written = dump_journal(golden_from(RunId{1}, kPlanJson, journal.events()));
    const bool is_new = std::getenv("UPDATE_GOLDEN") != nullptr && !std::filesystem::exists(path);
    if (is_new) std::ofstream(path) << written;
    EXPECT_EQ(written, text_of(path)) << journal.file;
  }
}

TEST(JournalFormat, HasOneOfEachEventStored) {
  std::set<std::string_view> seen;
  for (const OneOfEach& journal : kOneOfEach) {
    for (const Event& event : journal.events()) seen.insert(name_of(event.payload));
  }
  EXPECT_EQ(seen.size(), event_formats().size());
}

TEST(JournalFormat, DecodesTheStoredEventsToWhatTheyMeant) {
  for (const OneOfEach& one : kOneOfEach) {
    const auto journal = restore_journal(text_of(kJournals / "v1" / one.file));
    ASSERT_TRUE(journal);
    EXPECT_EQ(decode_journal(RunId{1}, journal.value().events).value(), one.events()) << one.file;
  }
}

}  // namespace
}  // namespace rung::state
