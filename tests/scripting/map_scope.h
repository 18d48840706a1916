#pragma once

#include "scripting/evaluator.h"

#include <map>
#include <string>
#include <vector>

namespace rung::scripting {

// Names and steps out of two maps; counts what was looked up.
class MapScope final : public Scope {
 public:
  MapScope(Value::Map names, Value::Map steps)
      : names_(std::move(names)), steps_(std::move(steps)) {}

  std::optional<Value> name(std::string_view name) const override {
    looked_up.emplace_back(name);
    return find(names_, name);
  }
  std::optional<Value> step(std::string_view id) const override {
    looked_up.push_back("steps." + std::string(id));
    return find(steps_, id);
  }
  std::vector<std::string> known_names() const override { return keys(names_); }
  std::vector<std::string> known_steps() const override { return keys(steps_); }

  mutable std::vector<std::string> looked_up;

 private:
  static std::optional<Value> find(const Value::Map& map, std::string_view key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
  }
  static std::vector<std::string> keys(const Value::Map& map) {
    std::vector<std::string> out;
    for (const auto& [key, value] : map) out.push_back(key);
    return out;
  }

  Value::Map names_;
  Value::Map steps_;
};

// The run that the tests and the examples of docs/expressions.md look at.
inline MapScope example_scope() {
  using namespace std::chrono_literals;
  const Value::Map lag_outputs = {{"lag", Duration(41s)}, {"bytes", Bytes{16'000'000}}};
  Value::Map lag = lag_outputs;
  lag.insert({{"outputs", lag_outputs},
              {"status", "succeeded"},
              {"attempts", 2},
              {"started_at", parse_time("2026-03-27T03:13:20Z").value()},
              {"finished_at", parse_time("2026-03-27T03:14:00Z").value()}});
  const Value::Map skipped = {
      {"status", "skipped"}, {"who", Value()}, {"outputs", Value::Map{{"who", Value()}}}};
  const Value::List results = {Value::Map{{"key", "cloud"}, {"status", "succeeded"}, {"bytes", 10}},
                               Value::Map{{"key", "local"}, {"status", "failed"}, {"bytes", 20}}};
  return {{{"inputs", Value::Map{{"from", "east"},
                                 {"to", "west"},
                                 {"max_lag", Duration(10s)},
                                 {"count", 3},
                                 {"ratio", 0.25},
                                 {"sure", true},
                                 {"nothing", Value()},
                                 {"tiers", Value::List{"gold", "silver"}}}},
           {"sites", Value::Map{{"east", Value::Map{{"db", "db_east"}}},
                                {"west", Value::Map{{"db", "db_west"}}}}},
           {"mode", "planned"},
           {"alert", Value::Map{{"labels", Value::Map{{"replicas", "3"}}}}},
           {"secrets", Value::Map{{"token", Value("hunter2").as_secret()},
                                  {"pair", Value(Value::Map{{"user", "root"}}).as_secret()},
                                  {"number", Value(7).as_secret()}}},
           {"run", Value::Map{{"created_at", parse_time("2026-03-27T03:13:20Z").value()}}}},
          {{"lag", lag},
           {"consent", skipped},
           {"restart-agent", Value::Map{{"uptime", Duration(12s)}}},
           {"tiers", Value::Map{{"results", results}, {"failed", 1}}}}};
}

}  // namespace rung::scripting
