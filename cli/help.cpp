#include "cli/help.h"

#include <algorithm>

namespace rung::cli {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.append(text.size() < width ? width - text.size() : 1, ' ');
  return text;
}

struct Chapter {
  std::string_view title;
  std::vector<Verb> verbs;
};

std::vector<Chapter> chapters() {
  return {
      {"Write",
       {Verb::init, Verb::validate, Verb::plan, Verb::test, Verb::schema, Verb::actions,
        Verb::completion}},
      {"Run", {Verb::run, Verb::start, Verb::resume, Verb::freeze, Verb::unfreeze}},
      {"Look",
       {Verb::ls, Verb::show, Verb::watch, Verb::logs, Verb::why, Verb::brief, Verb::report,
        Verb::graph}},
      {"Decide",
       {Verb::approve, Verb::reject, Verb::decide, Verb::done, Verb::signal, Verb::note,
        Verb::resolve}},
      {"Steer",
       {Verb::pause, Verb::retry, Verb::skip, Verb::cancel, Verb::undo, Verb::take, Verb::hand,
        Verb::mode}},
      {"Keep", {Verb::gc, Verb::doctor, Verb::version}},
  };
}

std::string spaced(std::string_view names) {
  const std::size_t comma = names.find(',');
  if (comma == std::string_view::npos) return "    " + std::string(names);
  return std::string(names.substr(0, comma)) + ", " + std::string(names.substr(comma + 1));
}

}  // namespace

std::string help_text() {
  std::string text =
      "rung runs disaster-recovery runbooks that finish, even when the machine running them does "
      "not.\n";
  for (const Chapter& chapter : chapters()) {
    text += "\n" + std::string(chapter.title) + "\n";
    for (const Verb verb : chapter.verbs) {
      const VerbSpec& spec = spec_of(verb);
      const std::string call =
          std::string(spec.name) + (spec.words.empty() ? "" : " ") + std::string(spec.words);
      text += "  " + padded(call, 27) + std::string(spec.summary) + "\n";
    }
  }
  text +=
      "\nRUN is 42 or failover-42; with one unfinished run that fits, nothing.  FILE is the one "
      "runbook here.\n";
  text += "First time here:  rung init --example hello ~/try && cd ~/try && rung run\n";
  text += "One command:      rung VERB --help\n";
  return text;
}

std::string help_text(const VerbSpec& verb, const std::vector<OptionLine>& options) {
  std::string text = "rung " + std::string(verb.name) + ": " + std::string(verb.summary) +
                     "\n\n  rung " + std::string(verb.name) + (verb.words.empty() ? "" : " ") +
                     std::string(verb.words) + " [options]\n\n";
  std::vector<std::string> left;
  std::size_t width = 0;
  for (const OptionLine& option : options) {
    left.push_back("  " + spaced(option.names) + (option.value.empty() ? "" : " ") +
                   std::string(option.value));
    width = std::max(width, left.back().size() + 2);
  }
  for (std::size_t i = 0; i < options.size(); ++i)
    text += padded(left[i], width) + std::string(options[i].doc) + "\n";
  return text + "\nFor example:  " + std::string(verb.example) + "\n";
}

}  // namespace rung::cli
