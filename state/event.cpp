#include "state/event.h"

#include "state/names.h"

namespace rung::state {

std::string_view name_of(RunStatus status) {
  return name_in(kRunStatusNames, status);
}

std::optional<RunStatus> parse_run_status(std::string_view name) {
  return parse_in<RunStatus>(kRunStatusNames, name);
}

}  // namespace rung::state
