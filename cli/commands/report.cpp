#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands/look.h"
#include "cli/screen/document_screen.h"
#include "service/report/read_report.h"

namespace rung::cli {
namespace {

std::string in_format(const std::string& format, const Console& console,
                      const service::Report& report, const std::string& rung) {
  const service::Document document = service::lay_out(report, rung);
  if (format == "md") return service::to_markdown(document);
  if (format == "html") return service::to_html(document, report);
  return document_screen(console.out_style(), document);
}

}  // namespace

ExitCode report(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  auto look = open_run(arguments, console, service::Archive::Fits::any, code);
  if (!look) return code;
  const std::string rung = look->archive.place().rung;
  const auto verify = arguments.is_verified ? service::Verify::yes : service::Verify::no;
  const auto report = service::read_report(look->archive, look->run, viewer(look->archive.place()),
                                           SystemClock().now().utc, verify);
  if (!report) return console.refuse(report.error(), "look closer:  " + rung + " doctor");
  if (arguments.format == "json" || !console.is_table())
    console.value(service::to_value(report.value()));
  else
    console.out(in_format(arguments.format, console, report.value(), rung));
  return ExitCode::succeeded;
}

}  // namespace rung::cli
