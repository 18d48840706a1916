#include "actions/command/output_file.h"

#include "base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

// What is read can be written again, as blocks, and is then the same; an error has a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto outputs = rung::actions::parse_output_file(text);
  if (!outputs) {
    if (outputs.error().message().empty()) std::abort();
    return 0;
  }
  std::string mark = "END";
  while (text.find(mark) != std::string::npos) mark += '_';
  std::string again;
  for (const auto& [name, value] : outputs.value()) {
    if (!rung::is_utf8(value)) std::abort();
    again += value.empty() ? name + "=\n" : name + "<<" + mark + '\n' + value + '\n' + mark + '\n';
  }
  const auto back = rung::actions::parse_output_file(again);
  if (!back || back.value() != outputs.value()) std::abort();
  return 0;
}
