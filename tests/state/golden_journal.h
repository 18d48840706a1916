#pragma once

#include "base/result.h"
#include "state/chain.h"
#include "state/store.h"

#include <string>
#include <vector>

namespace rung::state {

// One run as a file of tests/journals: its plan and its encoded events with their hashes. Every
// format that was ever released keeps such files, which must load for ever.
struct GoldenJournal {
  RunId run{};
  std::string plan_json{};
  std::vector<Recorded> events{};
};

// JSON for people: an array of events, one a line, each payload as the text that was stored.
std::string dump_journal(const GoldenJournal& journal);
// corrupt: not what dump_journal writes.
Result<GoldenJournal> restore_journal(const std::string& json);

// As a new rung would have written it.
GoldenJournal golden_from(RunId run, std::string plan_json, const std::vector<Event>& events);

// What the run's row says, from run.created and the last event. The journal decodes.
Result<RunSummary> summary_of(const GoldenJournal& journal);

}  // namespace rung::state
