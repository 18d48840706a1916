#pragma once

#include <string_view>
#include <vector>

namespace rung::cli {

// A file of an example that `rung init` writes; they are part of the program.
struct ExampleFile {
  std::string_view example;
  std::string_view file;  // relative to the folder
  bool is_executable = false;
  std::string_view text;
};

const std::vector<ExampleFile>& example_files();

}  // namespace rung::cli
