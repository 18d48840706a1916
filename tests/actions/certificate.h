#pragma once

#include <string>

namespace rung::test {

// A certificate that signs itself, for one host name, as PEM files that are gone with the process.
struct Certificate {
  std::string cert_file;
  std::string key_file;
};
Certificate make_certificate(const std::string& host);

}  // namespace rung::test
