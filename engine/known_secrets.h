#pragma once

#include "base/ids.h"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace rung::engine {

// The contents of secrets that the attempts of each run were given since this engine began. A later
// step may come by one in another way, from a file or a server's answer: it is masked there, too.
//
// Bounds: of a run the latest 256 contents and 128 KiB; of 1,000 runs, the latest ones.
class KnownSecrets {
 public:
  // `secrets` are those of an attempt of `run`; all others that are known of it are added behind.
  void complete(RunId run, std::vector<std::string>& secrets);
  // The run is over.
  void forget(RunId run) { runs_.erase(run); }

 private:
  static void learn(std::deque<std::string>& known, const std::vector<std::string>& secrets);

  std::map<RunId, std::deque<std::string>> runs_;  // latest last
};

}  // namespace rung::engine
