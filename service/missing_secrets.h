#pragma once

#include "base/value.h"
#include "runbooks/plan.h"

#include <string>
#include <vector>

namespace rung::service {

// A secret whose source is not there now. No error: a step before may bring it about.
struct MissingSecret {
  std::string name;
  std::string source;  // "the environment variable API_TOKEN is not set"
  std::string step;    // address of the first that reads it
  std::string place;   // of that step: "runbook.yaml:12:5"
};

// Those that a run in `mode` ("": in any) would read, in the order of its steps. Looks whether
// variables and files are there, never at what is in them.
std::vector<MissingSecret> missing_secrets(const runbooks::Plan& plan, const std::string& mode);

// What is missing, where it is needed first, and what to do.
std::string notice_of(const MissingSecret& missing);
Value to_value(const std::vector<MissingSecret>& missing);

}  // namespace rung::service
