#include "cli/completion.h"

#include "base/words.h"
#include "cli/verbs.h"

#include <array>
#include <optional>
#include <vector>

namespace rung::cli {
namespace {

// What the words of a verb are.
enum class Words : std::uint8_t { nothing, files, runs, all_runs, choices };

Words words_of(const VerbSpec& verb) {
  if (verb.words.find("FILE") != std::string_view::npos) return Words::files;
  if (verb.words.find("FOLDER") != std::string_view::npos) return Words::files;
  if (verb.words.find('|') != std::string_view::npos) return Words::choices;
  if (verb.words.find("RUN") == std::string_view::npos) return Words::nothing;
  const bool looks = verb.verb == Verb::show || verb.verb == Verb::logs || verb.verb == Verb::why ||
                     verb.verb == Verb::report || verb.verb == Verb::brief;
  return looks ? Words::all_runs : Words::runs;
}

// "[runbook|project]" -> "runbook project"
std::string choices_of(const VerbSpec& verb) {
  std::string out;
  for (const char c : verb.words) {
    if (c != '[' && c != ']') out += c == '|' ? ' ' : c;
  }
  return out;
}

// "-i,--input" -> -i and --input
std::vector<std::string> names_of(const OptionLine& option) {
  const std::size_t comma = option.names.find(',');
  if (comma == std::string_view::npos) return {std::string(option.names)};
  return {std::string(option.names.substr(0, comma)), std::string(option.names.substr(comma + 1))};
}

// The words that an option takes, where they are few.
struct FewWords {
  std::string_view option;
  std::string_view words;
  std::optional<Verb> verb{};  // none: of every verb
};
constexpr std::array kFewWords = {
    FewWords{"-o,--output", "json yaml table"},
    FewWords{"--as", "done not-done failed committed rolled-back"},
    FewWords{"--example", "hello site-failover database-failover nightly-backup rolling-change"},
    FewWords{"--format", "mermaid dot svg", Verb::graph},
    FewWords{"--format", "text json md html", Verb::report},
};

std::string words_after(const VerbSpec& verb, const OptionLine& option) {
  for (const FewWords& few : kFewWords) {
    if (few.option == option.names && few.verb.value_or(verb.verb) == verb.verb)
      return std::string(few.words);
  }
  return "";
}

std::string without(std::string_view text, std::string_view unwanted) {
  std::string out;
  for (const char c : text) {
    if (unwanted.find(c) == std::string_view::npos) out += c;
  }
  return out;
}

// The runs that there are, from rung's own JSON; with --all finished ones as well.
constexpr std::string_view kRuns =
    R"sed(rung ls "$@" -o json 2>/dev/null | sed -n 's/^ *"run": "\(.*\)",*$/\1/p')sed";

std::string bash_verb(const VerbSpec& verb) {
  std::vector<std::string> options;
  for (const OptionLine& option : option_lines(verb.verb)) {
    for (std::string& name : names_of(option)) options.push_back(std::move(name));
  }
  std::string words;
  switch (words_of(verb)) {
    case Words::nothing: break;
    case Words::files: words = " files=yes"; break;
    case Words::runs: words = " words=$(_rung_runs)"; break;
    case Words::all_runs: words = " words=$(_rung_runs --all)"; break;
    case Words::choices: words = " words=\"" + choices_of(verb) + "\""; break;
  }
  return "    " + std::string(verb.name) + ") options=\"" + joined(options, " ") + "\"" + words +
         " ;;\n";
}

std::string bash_script() {
  std::vector<std::string> verbs;
  std::string cases;
  for (const VerbSpec& verb : kVerbs) {
    verbs.emplace_back(verb.name);
    cases += bash_verb(verb);
  }
  std::string by_option;
  for (const FewWords& few : kFewWords) {
    std::vector<std::string> patterns;
    for (const std::string& name : names_of({few.option, "", ""}))
      patterns.push_back((few.verb ? std::string(name_of(*few.verb)) : "*") + ":" + name);
    by_option +=
        "    " + joined(patterns, "|") + ") options=\"" + std::string(few.words) + "\" ;;\n";
  }
  return "# For bash:  source <(rung completion bash)\n"
         "_rung_runs() { " +
         std::string(kRuns) +
         "; }\n"
         "_rung() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} options= words= files=\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"help " +
         joined(verbs, " ") +
         "\" -- \"$cur\"))\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD-1]} in\n" +
         by_option +
         "    *:--store) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
         "  esac\n"
         "  if [ -n \"$options\" ]; then COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); "
         "return; fi\n"
         "  case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac\n"
         "  case $cur in\n"
         "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return ;;\n"
         "  esac\n"
         "  if [ -n \"$files\" ]; then\n"
         "    COMPREPLY=($(compgen -f -X '!*.yaml' -- \"$cur\") $(compgen -d -- \"$cur\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "  fi\n"
         "}\n"
         "complete -F _rung rung\n";
}

// In single quotes, within the brackets of _arguments.
std::string zsh_text(std::string_view text) {
  return without(text, "'[]:`\\");
}

std::string zsh_option(const VerbSpec& verb, const OptionLine& option) {
  const auto names = names_of(option);
  const std::string doc = "[" + zsh_text(option.doc) + "]";
  std::string value;
  if (!option.value.empty()) {
    const std::string few = words_after(verb, option);
    value = ":" + zsh_text(option.value) + ":" + (few.empty() ? "" : "(" + few + ")");
  }
  if (names.size() == 1) return " '" + names[0] + doc + value + "'";
  return " '(" + joined(names, " ") + ")'{" + joined(names, ",") + "}'" + doc + value + "'";
}

std::string zsh_verb(const VerbSpec& verb) {
  std::string arguments;
  for (const OptionLine& option : option_lines(verb.verb)) arguments += zsh_option(verb, option);
  switch (words_of(verb)) {
    case Words::nothing: break;
    case Words::files: arguments += " '*:runbook:_files -g \"*.yaml(-.) *(-/)\"'"; break;
    case Words::runs: arguments += " '*:run:($(_rung_runs))'"; break;
    case Words::all_runs: arguments += " '*:run:($(_rung_runs --all))'"; break;
    case Words::choices: arguments += " '*:word:(" + choices_of(verb) + ")'"; break;
  }
  return "    " + std::string(verb.name) + ") _arguments" + arguments + " ;;\n";
}

std::string zsh_script() {
  std::string verbs;
  std::string cases;
  for (const VerbSpec& verb : kVerbs) {
    verbs += "    '" + std::string(verb.name) + ":" + zsh_text(verb.summary) + "'\n";
    cases += zsh_verb(verb);
  }
  return "#compdef rung\n# For zsh:  source <(rung completion zsh)\n_rung_runs() { " +
         std::string(kRuns) + "; }\n_rung() {\n  local -a verbs=(\n" + verbs +
         "  )\n"
         "  if (( CURRENT == 2 )); then _describe command verbs; return; fi\n"
         "  local verb=$words[2]\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $verb in\n" +
         cases +
         "  esac\n"
         "}\n"
         "compdef _rung rung\n";
}

std::string fish_text(std::string_view text) {
  return "'" + without(text, "'\\") + "'";
}

std::string fish_option(const VerbSpec& verb, const OptionLine& option) {
  std::string line =
      "complete -c rung -n '__fish_seen_subcommand_from " + std::string(verb.name) + "'";
  for (const std::string& name : names_of(option))
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  const std::string few = words_after(verb, option);
  if (!option.value.empty()) line += " -r";
  if (!few.empty()) line += " -fa '" + few + "'";
  return line + " -d " + fish_text(option.doc) + "\n";
}

std::string fish_words(const VerbSpec& verb) {
  const std::string begin =
      "complete -c rung -n '__fish_seen_subcommand_from " + std::string(verb.name) + "' ";
  switch (words_of(verb)) {
    case Words::nothing: return begin + "-f\n";
    case Words::files: return begin + "-fa '(__fish_complete_suffix .yaml)'\n";
    case Words::runs: return begin + "-fa '(_rung_runs)'\n";
    case Words::all_runs: return begin + "-fa '(_rung_runs --all)'\n";
    case Words::choices: return begin + "-fa '" + choices_of(verb) + "'\n";
  }
  return "";
}

std::string fish_script() {
  std::string script =
      "# For fish:  rung completion fish | source\n"
      "function _rung_runs\n"
      "  rung ls $argv -o json 2>/dev/null | string replace -rf '^ *\"run\": \"(.*)\",?$' '$1'\n"
      "end\n";
  for (const VerbSpec& verb : kVerbs) {
    script += "complete -c rung -n __fish_use_subcommand -fa " + std::string(verb.name) + " -d " +
              fish_text(verb.summary) + "\n" + fish_words(verb);
    for (const OptionLine& option : option_lines(verb.verb)) script += fish_option(verb, option);
  }
  return script;
}

}  // namespace

std::optional<Shell> parse_shell(std::string_view name) {
  if (name == "bash") return Shell::bash;
  if (name == "zsh") return Shell::zsh;
  if (name == "fish") return Shell::fish;
  return std::nullopt;
}

std::string completion_script(Shell shell) {
  switch (shell) {
    case Shell::bash: return bash_script();
    case Shell::zsh: return zsh_script();
    case Shell::fish: return fish_script();
  }
  return "";
}

}  // namespace rung::cli
