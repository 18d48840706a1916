#pragma once

#include "base/durable_file.h"
#include "base/result.h"

#include <string>

namespace rung::engine::supervisor {

// `rung-step`, ready to be executed: from a memory file that holds the bytes embedded in `rung`,
// so that one file is a whole installation; where the system forbids that, from a file. One for
// each engine, made when the first command is started. Engine thread.
class StepProgram {
 public:
  // `folder`: STORE.d, where the file is written if it must be.
  static Result<StepProgram> embedded(std::string folder);
  // An installed one.
  static StepProgram at(std::string path);

  const std::string& path() const { return path_; }

  // After the system refused to execute `path`: another way, written once. denied: there is none
  // left.
  Result<void> fall_back();

 private:
  StepProgram() = default;

  DurableFile memory_;
  std::string folder_;  // empty: nothing to fall back to
  std::string path_;
};

}  // namespace rung::engine::supervisor
