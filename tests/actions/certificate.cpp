#include "tests/actions/certificate.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <cstdlib>
#include <filesystem>

namespace rung::test {
namespace {

// Of one process; made when the first certificate is, and removed at its end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rung-cert-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    if (::getpid() == made_by_) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string next() { return path_ + "/" + std::to_string(++count_); }

 private:
  std::string path_;
  pid_t made_by_ = ::getpid();
  int count_ = 0;
};

}  // namespace

Certificate make_certificate(const std::string& host) {
  static Folder folder;
  const std::string base = folder.next();
  const Certificate made{base + ".pem", base + ".key"};
  const auto command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
      "-days 2 -subj /CN=" +
      host + " -addext subjectAltName=DNS:" + host + " -keyout " + made.key_file + " -out " +
      made.cert_file + " 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  return made;
}

}  // namespace rung::test
