#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rung::cli {

enum class Shell : std::uint8_t { bash, zsh, fish };
std::optional<Shell> parse_shell(std::string_view name);

// What teaches a shell to complete rung's commands, their options, runbooks and runs. Written from
// the definitions in verbs.h, so that it knows what the program knows.
std::string completion_script(Shell shell);

}  // namespace rung::cli
