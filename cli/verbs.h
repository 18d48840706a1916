#pragma once

#include "cli/arguments.h"

#include <array>
#include <string_view>
#include <vector>

namespace rung::cli {

// One line of `rung help`, and the words that a verb takes beside its options.
struct VerbSpec {
  Verb verb;
  std::string_view name;
  std::string_view words;  // "[RUN] [STEP]"
  std::string_view summary;
  std::string_view example;
};

// An option as `rung VERB --help` shows it.
struct OptionLine {
  std::string_view names;  // "-i,--input"
  std::string_view value;  // "K=V"; "" for a flag
  std::string_view doc;
};

inline constexpr std::array kVerbs = {
    VerbSpec{Verb::init, "init", "[FOLDER]", "write a first runbook, its project file and its test",
             "rung init --example hello ~/try"},
    VerbSpec{Verb::validate, "validate", "[FILE]", "say everything that is wrong with a runbook",
             "rung validate failover.yaml"},
    VerbSpec{Verb::plan, "plan", "[FILE]", "show what a run would do, without doing anything",
             "rung plan failover.yaml -i to=west"},
    VerbSpec{Verb::run, "run", "[FILE]", "create a run, drive it and watch it",
             "rung run failover.yaml -i to=west --mode drill"},
    VerbSpec{Verb::start, "start", "[FILE]", "create a run, print its id and return",
             "rung start failover.yaml -i to=west"},
    VerbSpec{Verb::resume, "resume", "[RUN]", "go on with a run, or with --all of them",
             "rung resume 42"},
    VerbSpec{Verb::freeze, "freeze", "[RUNBOOK]",
             "let no run begin, of a runbook or with --all; alone: show what is frozen",
             "rung freeze --all --for 4h --say \"Black Friday\""},
    VerbSpec{Verb::unfreeze, "unfreeze", "[RUNBOOK]", "let runs begin again",
             "rung unfreeze --all --say \"it is over\""},
    VerbSpec{Verb::ls, "ls", "", "list runs, newest first", "rung ls --all"},
    VerbSpec{Verb::show, "show", "[RUN]", "show one run", "rung show 42 -o json"},
    VerbSpec{Verb::watch, "watch", "[RUN]", "look on while a run goes on", "rung watch 42"},
    VerbSpec{Verb::logs, "logs", "[RUN] [STEP]", "show what the commands of a run printed",
             "rung logs 42 copy -f"},
    VerbSpec{Verb::why, "why", "[RUN]", "say what a run waits for, and who can change that",
             "rung why 42"},
    VerbSpec{Verb::brief, "brief", "[RUN]", "what a new commander must know, on one screen",
             "rung brief 42"},
    VerbSpec{Verb::approve, "approve", "[RUN] [STEP]", "consent to what an approval asks",
             "rung approve 42 consent --say \"ok, carts only\""},
    VerbSpec{Verb::reject, "reject", "[RUN] [STEP]", "refuse what an approval asks",
             "rung reject 42 consent --say \"west is behind\""},
    VerbSpec{Verb::decide, "decide", "[RUN] [STEP] OPTION",
             "choose one of the ways that a step offers",
             "rung decide 42 which failover --say \"the disk is gone\""},
    VerbSpec{Verb::done, "done", "[RUN] [STEP]", "confirm a manual step",
             "rung done 42 cables -s ticket=NET-7"},
    VerbSpec{Verb::signal, "signal", "[RUN] NAME [JSON]", "send a signal that a step waits for",
             "rung signal 42 ready"},
    VerbSpec{Verb::note, "note", "[RUN] TEXT", "write a note into the run's record",
             "rung note 42 \"called the data centre\""},
    VerbSpec{Verb::take, "take", "[RUN]", "take command of a run",
             "rung take 42 --say \"mira's shift ended\""},
    VerbSpec{Verb::mode, "mode", "[RUN] MODE", "go on with a run in another of its modes",
             "rung mode 42 unplanned --say \"east does not answer\""},
    VerbSpec{Verb::hand, "hand", "[RUN]", "hand command of a run to somebody else",
             "rung hand 42 --to ana --say \"my shift ends\""},
    VerbSpec{Verb::pause, "pause", "[RUN]", "start no new step; what runs goes on",
             "rung pause 42"},
    VerbSpec{Verb::cancel, "cancel", "[RUN]", "end a run without its remaining steps",
             "rung cancel 42 --kill"},
    VerbSpec{Verb::retry, "retry", "[RUN] [STEP]",
             "try a failed step again, with -s by corrected inputs",
             "rung retry 42 copy -s url=https://west/copy --say \"east is down\""},
    VerbSpec{Verb::skip, "skip", "[RUN] STEP", "go on without a failed or waiting step",
             "rung skip 42 copy --say \"copied by hand\""},
    VerbSpec{Verb::resolve, "resolve", "[RUN] STEP", "say what became of a step in doubt",
             "rung resolve 42 restart --as done --say \"saw it up\""},
    VerbSpec{Verb::undo, "undo", "[RUN]", "undo what a run did, newest first",
             "rung undo 42 --dry-run"},
    VerbSpec{Verb::graph, "graph", "[FILE|RUN]", "draw a runbook, or a run as it stands",
             "rung graph 42 --format svg > run.svg"},
    VerbSpec{Verb::report, "report", "[RUN]", "tell the whole of a run, as evidence or on paper",
             "rung report 42 --format html > run.html"},
    VerbSpec{Verb::gc, "gc", "", "remove finished runs", "rung gc --older-than 90d --keep 100"},
    VerbSpec{Verb::doctor, "doctor", "", "check the store and this machine", "rung doctor"},
    VerbSpec{Verb::version, "version", "", "print the version", "rung version"},
    VerbSpec{Verb::schema, "schema", "[runbook|project|test]",
             "print the JSON Schema of runbooks, for editors", "rung schema > runbook.v1.json"},
    VerbSpec{Verb::completion, "completion", "bash|zsh|fish",
             "print what completes the command line", "source <(rung completion bash)"},
    VerbSpec{Verb::actions, "actions", "[NAME]", "list the actions that steps can use",
             "rung actions shell"},
    VerbSpec{Verb::test, "test", "[FILE|FOLDER...]",
             "run the cases of test.yaml in a virtual world", "rung test --case fenced"},
};

const VerbSpec& spec_of(Verb verb);
std::vector<OptionLine> option_lines(Verb verb);

}  // namespace rung::cli
