#pragma once

#include "base/result.h"
#include "runbooks/plan.h"

#include <string>

namespace rung::engine {

// Reads the contents of secrets at the moment of use. Engine thread.
class Secrets {
 public:
  virtual ~Secrets() = default;
  // not_found: the variable or file is not there; the message names it, never the content.
  virtual Result<std::string> read(const std::string& name,
                                   const runbooks::SecretSource& source) = 0;
};

// From the environment and from files (at most 64 KiB, one trailing newline removed).
class SystemSecrets final : public Secrets {
 public:
  Result<std::string> read(const std::string& name, const runbooks::SecretSource& source) override;
};

}  // namespace rung::engine
