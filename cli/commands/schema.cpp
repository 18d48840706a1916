#include "cli/command.h"
#include "service/load.h"

namespace rung::cli {

ExitCode schema(const Arguments& arguments, const Console& console) {
  const std::string& of = arguments.step;
  if (of.empty() || of == "runbook")
    console.out(service::schema_text(service::SchemaOf::runbook));
  else if (of == "project")
    console.out(service::schema_text(service::SchemaOf::project));
  else if (of == "test")
    console.out(service::schema_text(service::SchemaOf::test));
  else
    return console.refuse(Error(ErrorCode::invalid, "there is no schema of '" + of + "'"),
                          "write:  rung schema runbook, project or test");
  return ExitCode::succeeded;
}

}  // namespace rung::cli
