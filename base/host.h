#pragma once

#include "base/result.h"

#include <string>

namespace rung {

// Where an engine or a supervised command lives. Two equal triples share a file system cache and
// a process table; anything less proves nothing about what still runs.
struct Host {
  std::string machine_id;
  std::string boot_id;
  std::string pid_namespace;
  std::string name;  // for messages only

  friend bool operator==(const Host& a, const Host& b) {
    return a.machine_id == b.machine_id && a.boot_id == b.boot_id &&
           a.pid_namespace == b.pid_namespace;
  }
};

// From /etc/machine-id, /proc/sys/kernel/random/boot_id and /proc/self/ns/pid. Tests inject a
// boot by RUNG_TEST_BOOT_ID. unavailable where /proc is missing.
Result<Host> this_host();

}  // namespace rung
