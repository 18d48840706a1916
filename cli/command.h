#pragma once

#include "cli/arguments.h"
#include "cli/console.h"

namespace rung::cli {

// One function for each verb, in commands/. Synchronous; they write to the console and answer
// with what the shell is told.
ExitCode init(const Arguments& arguments, const Console& console);
ExitCode validate(const Arguments& arguments, const Console& console);
ExitCode plan(const Arguments& arguments, const Console& console);
ExitCode run(const Arguments& arguments, const Console& console);
ExitCode start(const Arguments& arguments, const Console& console);
ExitCode resume(const Arguments& arguments, const Console& console);
ExitCode freeze(const Arguments& arguments, const Console& console);
ExitCode unfreeze(const Arguments& arguments, const Console& console);
ExitCode ls(const Arguments& arguments, const Console& console);
ExitCode show(const Arguments& arguments, const Console& console);
ExitCode watch(const Arguments& arguments, const Console& console);
ExitCode logs(const Arguments& arguments, const Console& console);
ExitCode why(const Arguments& arguments, const Console& console);
ExitCode approve(const Arguments& arguments, const Console& console);
ExitCode reject(const Arguments& arguments, const Console& console);
ExitCode completion(const Arguments& arguments, const Console& console);
ExitCode decide(const Arguments& arguments, const Console& console);
ExitCode done(const Arguments& arguments, const Console& console);
ExitCode signal(const Arguments& arguments, const Console& console);
ExitCode note(const Arguments& arguments, const Console& console);
ExitCode pause(const Arguments& arguments, const Console& console);
ExitCode take(const Arguments& arguments, const Console& console);
ExitCode hand(const Arguments& arguments, const Console& console);
ExitCode mode(const Arguments& arguments, const Console& console);
ExitCode brief(const Arguments& arguments, const Console& console);
ExitCode cancel(const Arguments& arguments, const Console& console);
ExitCode retry(const Arguments& arguments, const Console& console);
ExitCode skip(const Arguments& arguments, const Console& console);
ExitCode resolve(const Arguments& arguments, const Console& console);
ExitCode undo(const Arguments& arguments, const Console& console);
ExitCode graph(const Arguments& arguments, const Console& console);
ExitCode report(const Arguments& arguments, const Console& console);
ExitCode gc(const Arguments& arguments, const Console& console);
ExitCode doctor(const Arguments& arguments, const Console& console);
ExitCode version(const Arguments& arguments, const Console& console);
ExitCode schema(const Arguments& arguments, const Console& console);
ExitCode actions(const Arguments& arguments, const Console& console);
ExitCode test(const Arguments& arguments, const Console& console);

ExitCode perform(const Arguments& arguments, const Console& console);

}  // namespace rung::cli
