#include "cli/arguments.h"

#include "base/diagnostic.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/verbs.h"
#include "service/commands.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace rung::cli {
namespace {

using Verbs = std::uint64_t;
constexpr Verbs bit(Verb verb) {
  return Verbs{1} << static_cast<unsigned>(verb);
}
template <class... V>
constexpr Verbs verbs(V... verb) {
  return (bit(verb) | ...);
}
constexpr Verbs kEvery = ~Verbs{0};
constexpr Verbs kTakesInputs = verbs(Verb::validate, Verb::plan, Verb::run, Verb::start);
constexpr Verbs kSpeaks = verbs(Verb::run, Verb::start, Verb::resume, Verb::approve, Verb::reject,
                                Verb::decide, Verb::done, Verb::signal, Verb::pause, Verb::cancel,
                                Verb::retry, Verb::skip, Verb::resolve, Verb::undo, Verb::take,
                                Verb::hand, Verb::mode, Verb::freeze, Verb::unfreeze);
constexpr Verbs kDrives = verbs(Verb::run, Verb::resume);

// Takes the text of an option; the answer says what is wrong with it, or nothing.
using Take = std::string (*)(Arguments&, const std::string&);

struct OptionSpec {
  OptionLine line;
  Verbs verbs;
  Take take;
};

template <auto Member>
std::string text(Arguments& into, const std::string& given) {
  into.*Member = given;
  return "";
}
template <auto Member>
std::string another(Arguments& into, const std::string& given) {
  (into.*Member).push_back(given);
  return "";
}
template <auto Member>
std::string flag(Arguments& into, const std::string&) {
  into.*Member = true;
  return "";
}
template <auto Member>
std::string duration(Arguments& into, const std::string& given) {
  auto parsed = parse_duration(given);
  if (!parsed) return parsed.error().message();
  into.*Member = parsed.value();
  return "";
}
template <auto Member>
std::string count(Arguments& into, const std::string& given) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), number);
  if (error != std::errc{} || end != given.data() + given.size() || number < 0) {
    return "'" + given + "' is no number: write one like 100";
  }
  into.*Member = number;
  return "";
}
std::string output(Arguments& into, const std::string& given) {
  if (given == "table")
    into.output = Output::table;
  else if (given == "json")
    into.output = Output::json;
  else if (given == "yaml")
    into.output = Output::yaml;
  else
    return "'" + given + "' is no format: write json, yaml or table";
  return "";
}

std::string picture(Arguments& into, const std::string& given) {
  into.format = given;
  const bool is_known = given == "mermaid" || given == "dot" || given == "svg";
  return is_known ? "" : "'" + given + "' is no picture: write mermaid, dot or svg";
}

std::string document(Arguments& into, const std::string& given) {
  into.format = given;
  const bool is_known = given == "text" || given == "json" || given == "md" || given == "html";
  return is_known ? "" : "'" + given + "' is no form of a report: write text, json, md or html";
}

constexpr OptionSpec kOptions[] = {
    {{"-i,--input", "K=V",
      "a value for an input of the runbook (K=@FILE: JSON from a file); may be repeated"},
     kTakesInputs,
     another<&Arguments::inputs>},
    {{"--mode", "MODE", "one of the runbook's modes"}, kTakesInputs, text<&Arguments::mode>},
    {{"--env", "NAME", "one of the project's environments (rung.yaml)"},
     kTakesInputs | bit(Verb::graph),
     text<&Arguments::environment>},
    {{"--strict", "", "count warnings as errors"},
     bit(Verb::validate),
     flag<&Arguments::is_strict>},
    {{"--say", "TEXT", "why; it goes into the run's record"}, kSpeaks, text<&Arguments::say>},
    {{"-s,--set", "K=V", "an output of the step; `retry`: a corrected input; may be repeated"},
     verbs(Verb::done, Verb::skip, Verb::resolve, Verb::retry),
     another<&Arguments::outputs>},
    {{"--as", "ANSWER", "done, not-done or failed; of a participant committed or rolled-back"},
     bit(Verb::resolve),
     text<&Arguments::as>},
    {{"--participant", "NAME", "which participant of a two_phase step"},
     bit(Verb::resolve),
     text<&Arguments::participant>},
    {{"--to", "USER", "who commands the run from then on"}, bit(Verb::hand), text<&Arguments::to>},
    {{"--plan", "HASH", "approve only if the run follows this plan"},
     verbs(Verb::approve, Verb::reject),
     text<&Arguments::plan>},
    {{"--once-for", "KEY", "create no second run for the same key"},
     verbs(Verb::run, Verb::start),
     text<&Arguments::dedupe>},
    {{"--example", "NAME",
      "which example: hello, site-failover, database-failover, nightly-backup, rolling-change"},
     bit(Verb::init),
     text<&Arguments::example>},
    {{"--format", "FORMAT", "mermaid, dot or svg (mermaid)"}, bit(Verb::graph), picture},
    {{"--format", "FORMAT", "text, json, md or html (text)"}, bit(Verb::report), document},
    {{"--verify", "", "first check that the run's journal is what was written"},
     bit(Verb::report),
     flag<&Arguments::is_verified>},
    {{"--case", "NAME", "only cases with this in their name"},
     bit(Verb::test),
     text<&Arguments::only_case>},
    {{"--junit", "FILE", "write the result for a build server, too"},
     bit(Verb::test),
     text<&Arguments::junit>},
    {{"--all", "", "every unfinished run; `ls`: finished ones as well"},
     verbs(Verb::resume, Verb::ls),
     flag<&Arguments::all>},
    {{"--all", "", "every runbook"}, verbs(Verb::freeze, Verb::unfreeze), flag<&Arguments::all>},
    {{"--until", "TIME", "the freeze ends by itself: 2026-11-28T06:00:00Z"},
     bit(Verb::freeze),
     text<&Arguments::until>},
    {{"--for", "TIME", "the freeze ends by itself after so long: 4h"},
     bit(Verb::freeze),
     duration<&Arguments::lasts>},
    {{"--break-glass", "", "begin although it is frozen; --say says why"},
     verbs(Verb::run, Verb::start),
     flag<&Arguments::breaks_glass>},
    {{"--exclusive", "", "refuse where another engine holds the store"},
     kDrives,
     flag<&Arguments::is_exclusive>},
    {{"--wait", "", "stay while a person is needed, also without a terminal"},
     kDrives | bit(Verb::watch),
     flag<&Arguments::waits_for_people>},
    {{"--kill", "", "kill the running commands instead of letting them end"},
     bit(Verb::cancel),
     flag<&Arguments::kills>},
    {{"--dry-run", "", "show it, change nothing"},
     verbs(Verb::undo, Verb::gc),
     flag<&Arguments::is_dry>},
    {{"-f,--follow", "", "go on as more is written"}, bit(Verb::logs), flag<&Arguments::follows>},
    {{"--stdout", "", "only the standard output"}, bit(Verb::logs), flag<&Arguments::only_stdout>},
    {{"--stderr", "", "only the standard error"}, bit(Verb::logs), flag<&Arguments::only_stderr>},
    {{"--attempt", "N", "of the step; the latest where not given"},
     bit(Verb::logs),
     count<&Arguments::attempt>},
    {{"--limit", "N", "at most so many (50)"}, bit(Verb::ls), count<&Arguments::limit>},
    {{"--older-than", "AGE", "only runs that finished so long ago (90d)"},
     bit(Verb::gc),
     duration<&Arguments::older_than>},
    {{"--keep", "N", "the newest N finished runs stay in any case (100)"},
     bit(Verb::gc),
     count<&Arguments::keep>},
    {{"--moved", "", "this store was moved here and is the only copy"},
     bit(Verb::doctor),
     flag<&Arguments::is_moved>},
    {{"--restored", "",
      "this store is a copy or a backup: pause every run, doubt every unfinished step"},
     bit(Verb::doctor),
     flag<&Arguments::is_restored>},
    {{"--timeout", "TIME", "end this command after so long (exit 124); the run goes on"},
     kDrives | kSpeaks | bit(Verb::watch) | bit(Verb::logs),
     duration<&Arguments::timeout>},
    {{"-o,--output", "FORMAT", "json, yaml or table"}, kEvery, output},
    {{"-q,--quiet", "", "no progress and no hints"}, kEvery, flag<&Arguments::is_quiet>},
    {{"--no-color", "", "no colours (also NO_COLOR=1)"}, kEvery, flag<&Arguments::no_color>},
    {{"--store", "PATH", "the store's file (also RUNG_STORE)"}, kEvery, text<&Arguments::store>},
};

std::vector<OptionSpec> options_of(Verb verb) {
  std::vector<OptionSpec> out;
  for (const OptionSpec& option : kOptions) {
    if ((option.verbs & bit(verb)) != 0) out.push_back(option);
  }
  return out;
}

Stop refuse(std::string message, std::string fix) {
  return {ExitCode::usage, "rung: " + std::move(message) + "\n      " + std::move(fix) + "\n"};
}

Stop unknown_verb(std::string_view word) {
  const std::string_view meant = nearest(word, verb_names());
  const std::string what = "'" + std::string(word) + "' is not a command of rung";
  if (meant.empty()) return refuse(what, "see all of them:  rung help");
  return refuse(what, "did you mean:  rung " + std::string(meant));
}

Stop unknown_option(const VerbSpec& verb, std::string_view word) {
  std::vector<std::string> names;
  for (const OptionSpec& option : options_of(verb.verb)) {
    const std::string_view all = option.line.names;
    const std::size_t comma = all.find(',');
    if (comma != std::string_view::npos) names.emplace_back(all.substr(0, comma));
    names.emplace_back(all.substr(comma == std::string_view::npos ? 0 : comma + 1));
  }
  const std::string_view meant = nearest(word.substr(0, word.find('=')),
                                         std::vector<std::string_view>(names.begin(), names.end()));
  const std::string what =
      "`rung " + std::string(verb.name) + "` has no option " + std::string(word);
  if (!meant.empty()) return refuse(what, "did you mean:  " + std::string(meant));
  return refuse(what, "see its options:  rung " + std::string(verb.name) + " --help");
}

Stop too_many(const VerbSpec& verb, const std::string& word) {
  return refuse("'" + word + "' is one word too many", "write:  rung " + std::string(verb.name) +
                                                           (verb.words.empty() ? "" : " ") +
                                                           std::string(verb.words));
}

bool is_run(std::string_view word) {
  const std::size_t dash = word.rfind('-');
  const std::string_view number = dash == std::string_view::npos ? word : word.substr(dash + 1);
  return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

// Where the words of a verb go, in order. RUN may be left out where the first word is none.
std::vector<std::string Arguments::*> places_of(Verb verb) {
  switch (verb) {
    case Verb::init:
    case Verb::validate:
    case Verb::plan:
    case Verb::run:
    case Verb::graph:
    case Verb::start: return {&Arguments::file};
    case Verb::freeze:
    case Verb::unfreeze: return {&Arguments::text};
    case Verb::resume:
    case Verb::show:
    case Verb::report:
    case Verb::watch:
    case Verb::why:
    case Verb::brief:
    case Verb::take:
    case Verb::hand:
    case Verb::pause:
    case Verb::cancel:
    case Verb::undo: return {&Arguments::run};
    case Verb::logs:
    case Verb::approve:
    case Verb::reject:
    case Verb::done:
    case Verb::retry:
    case Verb::skip:
    case Verb::resolve: return {&Arguments::run, &Arguments::step};
    case Verb::decide:
    case Verb::signal: return {&Arguments::run, &Arguments::step, &Arguments::text};
    case Verb::mode:
    case Verb::note: return {&Arguments::run, &Arguments::text};
    case Verb::actions:
    case Verb::completion:
    case Verb::schema: return {&Arguments::step};
    case Verb::test:  // takes any number: see place()
    case Verb::ls:
    case Verb::gc:
    case Verb::doctor:
    case Verb::version: return {};
  }
  return {};
}

std::optional<Stop> place(const VerbSpec& verb, const std::vector<std::string>& words,
                          Arguments& into) {
  const auto places = places_of(verb.verb);
  std::size_t next = 0;
  for (const std::string& word : words) {
    if (word.size() > 1 && word[0] == '-') return unknown_option(verb, word);
    if (verb.verb == Verb::test) {
      into.files.push_back(word);
      continue;
    }
    const bool skips_run =
        next == 0 && places.size() > 1 && places[0] == &Arguments::run && !is_run(word);
    if (skips_run) ++next;
    if (next >= places.size()) return too_many(verb, word);
    into.*places[next++] = word;
  }
  return std::nullopt;
}

std::string call(const VerbSpec& verb, const Arguments& given) {
  return "write:  rung " + std::string(verb.name) + (given.run.empty() ? "" : " " + given.run) +
         (given.step.empty() ? " STEP" : " " + given.step);
}

std::optional<Stop> missing_of_freeze(const VerbSpec& verb, const Arguments& given) {
  const std::string name = "`rung " + std::string(verb.name) + "`";
  const bool says_nothing =
      given.text.empty() && !given.all && given.say.empty() && given.until.empty() && !given.lasts;
  if (verb.verb == Verb::freeze && says_nothing) return std::nullopt;  // shows what stands
  const std::string write = "write:  rung " + std::string(verb.name) + " " +
                            (given.text.empty() ? "--all" : given.text) + " --say \"why\"";
  if (given.text.empty() == !given.all)
    return refuse(name + " needs one of a runbook's name and --all", write);
  if (given.say.empty()) return refuse(name + " needs a reason", write);
  if (!given.until.empty() && given.lasts)
    return refuse(name + " takes one of --until and --for", write + " --for 4h");
  if (const auto until = parse_time(given.until); !given.until.empty() && !until)
    return refuse("--until: " + until.error().message(), write + " --until 2026-11-28T06:00:00Z");
  return std::nullopt;
}

std::optional<Stop> missing(const VerbSpec& verb, const Arguments& given) {
  const std::string name = "`rung " + std::string(verb.name) + "`";
  const bool judges = verb.verb == Verb::skip || verb.verb == Verb::resolve;
  const bool corrects = verb.verb == Verb::retry && !given.outputs.empty();
  if (corrects && given.step.empty())
    return refuse(name + " -s needs the step whose input it corrects",
                  call(verb, given) + " -s " + given.outputs.front() + " --say \"why\"");
  if (corrects && given.say.empty()) {
    return refuse(name + " -s needs a reason for the run's record",
                  call(verb, given) + " -s " + given.outputs.front() + " --say \"why\"");
  }
  if (judges && given.step.empty())
    return refuse(name + " needs a step", call(verb, given) + " --say \"why\"");
  if (verb.verb == Verb::resolve) {
    if (given.as.empty()) {
      return refuse(
          name + " needs to know what became of the step",
          call(verb, given) + " --as done (or not-done, or failed) --say \"how you know\"");
    }
    if (!service::parse_resolve_as(given.as)) {
      return refuse("'" + given.as + "' is no answer to what became of a step",
                    "write:  --as done, not-done or failed; of a participant --as committed or "
                    "rolled-back");
    }
  }
  if (judges && given.say.empty()) {
    return refuse(
        name + " needs a reason for the run's record",
        call(verb, given) + (given.as.empty() ? "" : " --as " + given.as) + " --say \"why\"");
  }
  if (verb.verb == Verb::hand && given.to.empty()) {
    return refuse(name + " needs to know who is to command the run",
                  "write:  rung hand " + given.run + " --to USER --say \"why\"");
  }
  const bool passes_command = verb.verb == Verb::hand || verb.verb == Verb::take;
  if (passes_command && given.say.empty()) {
    return refuse(name + " needs a reason for the run's record",
                  "write:  rung " + std::string(verb.name) + (given.run.empty() ? "" : " ") +
                      given.run + (given.to.empty() ? "" : " --to " + given.to) + " --say \"why\"");
  }
  if (verb.verb == Verb::mode && (given.text.empty() || given.say.empty())) {
    return refuse(
        name + (given.text.empty() ? " needs the mode" : " needs a reason for the run's record"),
        "write:  rung mode " + given.run + (given.run.empty() ? "" : " ") +
            (given.text.empty() ? "MODE" : given.text) + " --say \"why\"");
  }
  if (verb.verb == Verb::freeze || verb.verb == Verb::unfreeze)
    return missing_of_freeze(verb, given);
  if (given.breaks_glass && given.say.empty()) {
    return refuse(name + " --break-glass needs a reason for the run's record",
                  "write:  rung " + std::string(verb.name) + (given.file.empty() ? "" : " ") +
                      given.file + " --break-glass --say \"why\"");
  }
  if (verb.verb == Verb::signal && given.step.empty()) {
    return refuse(name + " needs the signal's name", "write:  rung signal " + given.run + " NAME");
  }
  if (verb.verb == Verb::decide && given.step.empty()) {
    return refuse(name + " needs the option that is taken",
                  "write:  rung decide " + given.run + " [STEP] OPTION --say \"why\"");
  }
  if (verb.verb == Verb::note && given.text.empty()) {
    return refuse(name + " needs a text", "write:  rung note " + given.run + " \"what happened\"");
  }
  return std::nullopt;
}

std::optional<Stop> parse_options(const VerbSpec& verb, std::span<const std::string_view> words,
                                  Arguments& into) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::string wrong;
  std::string_view wrong_name;
  for (const OptionSpec& option : options_of(verb.verb)) {
    const std::string names(option.line.names);
    const auto take = [&into, &wrong, &wrong_name, option](const std::string& given) {
      const std::string problem = option.take(into, given);
      if (!problem.empty() && wrong.empty()) {
        wrong = problem;
        wrong_name = option.line.names;
      }
    };
    if (option.line.value.empty()) {
      app.add_flag_callback(names, [take] { take(""); });
    } else {
      app.add_option_function<std::vector<std::string>>(
             names,
             [take](const std::vector<std::string>& all) {
               for (const std::string& given : all) take(given);
             })
          ->allow_extra_args(false);
    }
  }
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return refuse(error.what(), "see:  rung " + std::string(verb.name) + " --help");
  }
  if (!wrong.empty())
    return refuse(std::string(wrong_name) + ": " + wrong,
                  "for example:  " + std::string(verb.example));
  return place(verb, app.remaining(), into);
}

Stop help_of(const VerbSpec& verb) {
  return {ExitCode::succeeded, help_text(verb, option_lines(verb.verb))};
}

bool asks_help(std::string_view word) {
  return word == "--help" || word == "-h";
}

}  // namespace

const VerbSpec& spec_of(Verb verb) {
  return kVerbs[static_cast<std::size_t>(verb)];
}

std::vector<OptionLine> option_lines(Verb verb) {
  std::vector<OptionLine> lines;
  for (const OptionSpec& option : options_of(verb)) lines.push_back(option.line);
  return lines;
}

std::string_view name_of(Verb verb) {
  return spec_of(verb).name;
}

std::vector<std::string_view> verb_names() {
  std::vector<std::string_view> names;
  for (const VerbSpec& verb : kVerbs) names.push_back(verb.name);
  return names;
}

std::variant<Arguments, Stop> parse_arguments(std::span<const std::string_view> words) {
  if (words.empty() || asks_help(words[0])) return Stop{ExitCode::succeeded, help_text()};
  std::string_view first = words[0];
  auto rest = words.subspan(1);
  if (first == "--version") first = "version";
  const bool is_help = first == "help";
  if (is_help) {
    if (rest.empty()) return Stop{ExitCode::succeeded, help_text()};
    if (rest[0] == "--man") return Stop{ExitCode::succeeded, man_page()};
    first = rest[0];
  }
  const auto found = std::find_if(kVerbs.begin(), kVerbs.end(),
                                  [&](const VerbSpec& v) { return v.name == first; });
  if (found == kVerbs.end()) return unknown_verb(first);
  if (is_help || std::any_of(rest.begin(), rest.end(), asks_help)) return help_of(*found);

  Arguments arguments;
  arguments.verb = found->verb;
  if (auto stop = parse_options(*found, rest, arguments)) return *stop;
  if (auto stop = missing(*found, arguments)) return *stop;
  return arguments;
}

}  // namespace rung::cli
