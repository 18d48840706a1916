#include "base/durable_file.h"
#include "cli/command.h"
#include "cli/screen/test_screen.h"

namespace rung::cli {
namespace {

ExitCode code_of(const service::TestReport& report) {
  if (report.broken_files() > 0) return ExitCode::usage;
  return report.failed() > 0 ? ExitCode::failed : ExitCode::succeeded;
}

void print(const service::TestReport& report, const Console& console) {
  for (const service::FileReport& file : report.files) console.err(file.mistakes_text);
  console.out(test_screen(console.out_style(), report, console.is_quiet()));
}

}  // namespace

ExitCode test(const Arguments& arguments, const Console& console) {
  const auto files = service::find_tests(arguments.files);
  if (!files)
    return console.refuse(files.error(),
                          "docs/testing.md shows how to write one; `rung init` writes the first");
  const auto report = service::run_tests(files.value(), {arguments.only_case});
  if (!arguments.junit.empty()) {
    const auto written = replace_file(arguments.junit, service::to_junit(report), 0644);
    if (!written) return console.refuse(written.error());
  }
  if (console.is_table())
    print(report, console);
  else
    console.value(service::to_value(report));
  const bool is_nothing = report.passed() + report.failed() + report.broken_files() == 0;
  if (!is_nothing) return code_of(report);
  return console.refuse(
      Error(ErrorCode::not_found, "no case has '" + arguments.only_case + "' in its name"),
      "see all of them:  rung test");
}

}  // namespace rung::cli
