#include "cli/console.h"

#include "base/json.h"
#include "cli/yaml.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>

namespace rung::cli {
namespace {

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* given = std::getenv(name);
    if (given == nullptr || *given == '\0') continue;
    const std::string_view value(given);
    return value.find("UTF-8") != std::string_view::npos ||
           value.find("utf8") != std::string_view::npos;
  }
  return false;
}

std::size_t width_of(int fd) {
  constexpr std::size_t kWithoutTerminal = 100;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 40) return kWithoutTerminal;
  return size.ws_col;
}

Style style_of(int fd, bool no_color) {
  const char* asked = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool is_dumb = term != nullptr && std::string_view(term) == "dumb";
  const bool is_terminal = ::isatty(fd) == 1;
  return {.has_color = is_terminal && !no_color && !is_dumb && (asked == nullptr || *asked == '\0'),
          .has_unicode = is_utf8(),
          .width = width_of(fd),
          .is_terminal = is_terminal};
}

}  // namespace

Console::Console(bool is_quiet, bool no_color, Output format)
    : is_quiet_(is_quiet),
      format_(format),
      is_interactive_(::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1),
      is_out_terminal_(::isatty(STDOUT_FILENO) == 1),
      out_style_(style_of(STDOUT_FILENO, no_color)),
      err_style_(style_of(STDERR_FILENO, no_color)) {}

void Console::out(std::string_view text) const {
  write_all(STDOUT_FILENO, screen_text(out_style_, text));
}

void Console::err(std::string_view text) const {
  write_all(STDERR_FILENO, screen_text(err_style_, text));
}

void Console::out_as_it_is(std::string_view text) const {
  write_all(STDOUT_FILENO, text);
}

void Console::err_as_it_is(std::string_view text) const {
  write_all(STDERR_FILENO, text);
}

void Console::hint(std::string_view text) const {
  if (!is_quiet_) err(text);
}

void Console::value(const Value& value) const {
  write_data(format_ == Output::yaml ? to_yaml(value) : to_pretty_json(value) + "\n");
}

void Console::line(const Value& value) const {
  write_data(to_plain_json(value) + "\n");
}

// Programs get what it is; JSON and YAML escape most, but not all, that could command a terminal.
void Console::write_data(const std::string& text) const {
  is_out_terminal_ ? out(text) : out_as_it_is(text);
}

ExitCode Console::refuse(const Error& error, std::string_view next) const {
  std::string text = "rung: " + error.message() + "\n";
  if (!next.empty()) text += "      " + std::string(next) + "\n";
  err(text);
  return exit_code_of(error.code());
}

}  // namespace rung::cli
