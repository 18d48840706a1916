#pragma once

#include "base/outcome.h"
#include "tests/campaign/witness.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::campaign {

// A runbook of the campaign and what its effects promise.
struct Scenario {
  std::string name;
  std::string yaml;                            // one input: `url`, of the witness
  std::map<std::string, EffectClass> effects;  // by address; each happens in an uninterrupted run
  std::map<std::string, std::string> outputs;  // NAME=VALUE, which a person reports of a done step
};

// Scripts, requests of every class, parallel steps, a retry, a probe, an approval, a signal, waits
// and `finally`; pauses where something fails.
const Scenario& forward();
// Steps with an undo, among them parallel ones, and an end that undoes them all.
const Scenario& backward();
// Two effects, for all pairs of crashes.
const Scenario& brief();

// What is wrong with what happened; empty: every promise was kept.
std::optional<std::string> broken_promise(const Scenario& scenario,
                                          const std::map<std::string, Witness::Effect>& effects);

}  // namespace rung::campaign
