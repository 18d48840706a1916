#pragma once

#include "tests/actions/http_server.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace rung::campaign {

// What happened in the world, seen from outside Rung: lines that scripts appended to a file, and
// the requests that a real HTTP server received. The address of the step is the name of the
// effect: a script writes `ADDRESS KEY ATTEMPT`, a request goes to /ADDRESS.
class Witness {
 public:
  // `file` is where the scripts append.
  explicit Witness(std::string file);

  std::string url() const { return server_.url(""); }

  struct Effect {
    std::size_t times = 0;
    std::set<std::string> keys;
  };
  std::map<std::string, Effect> effects() const;
  bool has_seen(const std::string& address) const { return effects().contains(address); }

 private:
  std::string file_;
  test::HttpServer server_;
};

}  // namespace rung::campaign
