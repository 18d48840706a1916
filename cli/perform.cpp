#include "cli/command.h"

namespace rung::cli {

ExitCode perform(const Arguments& arguments, const Console& console) {
  switch (arguments.verb) {
    case Verb::init: return init(arguments, console);
    case Verb::validate: return validate(arguments, console);
    case Verb::plan: return plan(arguments, console);
    case Verb::run: return run(arguments, console);
    case Verb::start: return start(arguments, console);
    case Verb::resume: return resume(arguments, console);
    case Verb::ls: return ls(arguments, console);
    case Verb::show: return show(arguments, console);
    case Verb::watch: return watch(arguments, console);
    case Verb::logs: return logs(arguments, console);
    case Verb::why: return why(arguments, console);
    case Verb::approve: return approve(arguments, console);
    case Verb::reject: return reject(arguments, console);
    case Verb::decide: return decide(arguments, console);
    case Verb::done: return done(arguments, console);
    case Verb::signal: return signal(arguments, console);
    case Verb::note: return note(arguments, console);
    case Verb::brief: return brief(arguments, console);
    case Verb::take: return take(arguments, console);
    case Verb::hand: return hand(arguments, console);
    case Verb::freeze: return freeze(arguments, console);
    case Verb::unfreeze: return unfreeze(arguments, console);
    case Verb::mode: return mode(arguments, console);
    case Verb::pause: return pause(arguments, console);
    case Verb::cancel: return cancel(arguments, console);
    case Verb::retry: return retry(arguments, console);
    case Verb::skip: return skip(arguments, console);
    case Verb::resolve: return resolve(arguments, console);
    case Verb::undo: return undo(arguments, console);
    case Verb::version: return version(arguments, console);
    case Verb::actions: return actions(arguments, console);
    case Verb::graph: return graph(arguments, console);
    case Verb::report: return report(arguments, console);
    case Verb::gc: return gc(arguments, console);
    case Verb::doctor: return doctor(arguments, console);
    case Verb::schema: return schema(arguments, console);
    case Verb::completion: return completion(arguments, console);
    case Verb::test: return test(arguments, console);
  }
  return ExitCode::usage;
}

}  // namespace rung::cli
