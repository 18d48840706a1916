#pragma once

#include "base/value.h"
#include "cli/arguments.h"
#include "cli/screen/style.h"

#include <string>
#include <string_view>

namespace rung::cli {

// Where a command writes: answers to standard output, progress and messages to standard error.
// Made once by main(); one thread.
class Console {
 public:
  Console(bool is_quiet, bool no_color, Output format);

  // Whoever wrote a runbook, or whatever a command printed, does not command the terminal: of all
  // that could, only the colours of `paint` are written.
  void out(std::string_view text) const;
  void err(std::string_view text) const;
  // Every byte: what a pipe asked for, and what moves the cursor of a live screen.
  void out_as_it_is(std::string_view text) const;
  void err_as_it_is(std::string_view text) const;
  // For what helps but is no answer: nothing with --quiet.
  void hint(std::string_view text) const;
  // In the format that was asked for; `table` writes JSON for people.
  void value(const Value& value) const;
  // One line of a stream.
  void line(const Value& value) const;

  // "rung: WHAT\n      NEXT": what happened and what to do; the answer is the exit code of `code`.
  ExitCode refuse(const Error& error, std::string_view next = "") const;

  // A person sits in front of it: both ends are terminals.
  bool is_interactive() const { return is_interactive_; }
  // Standard output is one: what is written there must not command it.
  bool is_out_terminal() const { return is_out_terminal_; }
  Output format() const { return format_; }
  bool is_table() const { return format_ == Output::table; }
  bool is_quiet() const { return is_quiet_; }
  const Style& out_style() const { return out_style_; }
  const Style& err_style() const { return err_style_; }

 private:
  void write_data(const std::string& text) const;

  bool is_quiet_;
  Output format_;
  bool is_interactive_;
  bool is_out_terminal_;
  Style out_style_;
  Style err_style_;
};

}  // namespace rung::cli
