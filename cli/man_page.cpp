#include "cli/man_page.h"

#include "cli/verbs.h"

#include <utility>

namespace rung::cli {
namespace {

// Text for roff: nothing in it is taken for a request, and a hyphen can be copied.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.empty() && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string option_text(const OptionLine& option) {
  std::string names = "\\fB";
  for (const char c : option.names)
    names += c == ',' ? "\\fR, \\fB" : c == '-' ? "\\-" : std::string(1, c);
  names += "\\fR";
  if (!option.value.empty()) names += " \\fI" + roff(option.value) + "\\fR";
  return ".TP\n" + names + "\n" + roff(option.doc) + "\n";
}

std::string verb_text(const VerbSpec& verb) {
  std::string text = ".SS rung " + roff(verb.name) +
                     (verb.words.empty() ? "" : " " + roff(verb.words)) + "\n" +
                     roff(verb.summary) + ".\n";
  for (const OptionLine& option : option_lines(verb.verb)) text += option_text(option);
  return text + ".PP\nFor example:\n.PP\n.RS\n.nf\n" + roff(verb.example) + "\n.fi\n.RE\n";
}

using Entry = std::pair<std::string_view, std::string_view>;

constexpr Entry kExitCodes[] = {{"0", "succeeded"},
                                {"1", "failed, undone or cancelled"},
                                {"2", "wrong usage, or an invalid runbook"},
                                {"3", "succeeded with tolerated failures"},
                                {"4", "waits for a person"},
                                {"5", "in doubt: a person must say what became of a step"},
                                {"6", "not started"},
                                {"7", "recorded, but no engine runs"},
                                {"10", "not found"},
                                {"11", "conflict"},
                                {"12", "not allowed"},
                                {"13", "the store cannot be used"},
                                {"124", "--timeout passed"},
                                {"130, 143", "interrupted: the run goes on when it is resumed"}};

constexpr Entry kEnvironment[] = {{"RUNG_STORE", "the store's file, as --store"},
                                  {"NO_COLOR", "no colours, as --no-color"}};

constexpr Entry kFiles[] = {
    {"$XDG_STATE_HOME/rung/rung.db",
     "the store, where none is named; ~/.local/state without XDG_STATE_HOME"},
    {"rung.yaml", "the project file, found by walking up from the runbook"}};

template <class Entries>
std::string list(std::string_view title, const Entries& entries) {
  std::string text = ".SH " + std::string(title) + "\n";
  for (const auto& [name, meaning] : entries)
    text += ".TP\n\\fB" + roff(name) + "\\fR\n" + roff(meaning) + "\n";
  return text;
}

}  // namespace

std::string man_page() {
  std::string page =
      ".TH RUNG 1 \"\" \"rung\" \"User Commands\"\n"
      ".SH NAME\nrung \\- run disaster\\-recovery runbooks that finish\n"
      ".SH SYNOPSIS\n.B rung\n\\fICOMMAND\\fR [\\fIWORDS\\fR] [\\fIOPTIONS\\fR]\n"
      ".SH DESCRIPTION\n"
      "Runs runbooks written in YAML, and records every step, so that an interrupted run goes on "
      "exactly where it was.\n"
      "RUN is 42 or failover\\-42; with one unfinished run that fits, nothing. FILE is the one "
      "runbook of the folder where it is not given.\n"
      ".SH COMMANDS\n";
  for (const VerbSpec& verb : kVerbs) page += verb_text(verb);
  return page + list("EXIT STATUS", kExitCodes) + list("ENVIRONMENT", kEnvironment) +
         list("FILES", kFiles);
}

}  // namespace rung::cli
