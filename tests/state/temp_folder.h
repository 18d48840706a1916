#pragma once

#include "base/ensure.h"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace rung::state {

// A folder of its own for one test; gone with it.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rung-state-XXXXXX").string();
    ENSURE(::mkdtemp(pattern.data()) != nullptr, "tests need a folder for temporary files");
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace rung::state
