#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace rung::cli {

RawKeys::RawKeys() {
  if (::isatty(STDIN_FILENO) != 1 || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  is_changed_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

RawKeys::~RawKeys() {
  if (is_changed_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

ScreenSize screen_size() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20 || size.ws_row < 5)
    return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace rung::cli
