#include "service/version.h"
#include "cli/command.h"

namespace rung::cli {

ExitCode version(const Arguments&, const Console& console) {
  if (console.is_table()) {
    console.out("rung " + std::string(service::version()) + "\n");
  } else {
    console.value(Value::Map{{"rung", service::version()}, {"language", 1}});
  }
  return ExitCode::succeeded;
}

}  // namespace rung::cli
