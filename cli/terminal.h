#pragma once

#include <termios.h>
#include <cstddef>

namespace rung::cli {

// The terminal on standard input gives its keys one by one and does not echo them, until this
// object ends. Ctrl-C stays a signal. Nothing happens where standard input is no terminal.
class RawKeys {
 public:
  RawKeys();
  ~RawKeys();
  RawKeys(const RawKeys&) = delete;
  RawKeys& operator=(const RawKeys&) = delete;

 private:
  bool is_changed_ = false;
  termios before_{};
};

struct ScreenSize {
  std::size_t width = 100;
  std::size_t height = 24;
};
// Of the terminal on standard error, as it is now.
ScreenSize screen_size();

}  // namespace rung::cli
