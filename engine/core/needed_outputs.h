#pragma once

#include "engine/core/decide.h"

#include <map>
#include <string>
#include <vector>

namespace rung::engine {

// Every output that a step can have, with its type: those it declares, and those of its action.
// `facts` may be null: then the action's own outputs are of any type.
using OutputTypes = std::map<std::string, Type, std::less<>>;
OutputTypes outputs_of(const runbooks::Step& step, const ActionFacts* facts);

// An output that something in this run may still read.
struct NeededOutput {
  std::string name;
  std::vector<std::string> readers;  // addresses, "outputs.url" of the run, "its expect"
};

// What a person who says that the step is done must tell, because the step cannot any more: what
// steps that may still run read of it, its own `expect` and undo, and the run's outputs. By name.
std::vector<NeededOutput> needed_outputs(const Graph& graph, const RunState& run, NodeIndex i);

// Those of them that `given` does not hold.
std::vector<NeededOutput> missing_outputs(const Graph& graph, const RunState& run, NodeIndex i,
                                          const Value::Map& given);

// "lag (duration), which consent reads; bytes (size), which outputs.bytes reads"
std::string told(const std::vector<NeededOutput>& outputs, const OutputTypes& types);

}  // namespace rung::engine
