#include "cli/command.h"
#include "service/load.h"

namespace rung::cli {

ExitCode schema(const Arguments& arguments, const Console& console) {
  if (!arguments.step.empty() && arguments.step != "runbook" && arguments.step != "project") {
    return console.refuse(
        Error(ErrorCode::invalid, "there is no schema of '" + arguments.step + "'"),
        "write:  rung schema runbook   or   rung schema project");
  }
  const bool is_project = arguments.step == "project";
  console.out(
      service::schema_text(is_project ? service::SchemaOf::project : service::SchemaOf::runbook));
  return ExitCode::succeeded;
}

}  // namespace rung::cli
