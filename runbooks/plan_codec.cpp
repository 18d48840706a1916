#include "base/json.h"
#include "runbooks/plan.h"
#include "runbooks/plan_fields.h"

#include <utility>

namespace rung::runbooks {

std::string to_json(const Plan& plan) {
  return to_journal_json(Value(fields_of(plan)));
}

Result<Plan> plan_from_json(std::string_view json) {
  TRY(auto value, from_journal_json(json));
  FieldReader reader(value, "plan");
  const auto language = reader.integer("language", 0);
  if (!reader.is_good() || language < 1) {
    return Error{ErrorCode::corrupt, "the stored plan is damaged: it does not name its language"};
  }
  if (language > 1) {
    return Error{ErrorCode::conflict, "the stored plan speaks language " +
                                          std::to_string(language) + ": it needs a newer rung"};
  }
  Plan plan = read_plan(reader);
  if (!reader.is_good())
    return Error{ErrorCode::corrupt, "the stored plan is damaged: " + reader.why()};
  return plan;
}

Sha256 hash_of(const Plan& plan) {
  return sha256({to_json(plan)});
}

}  // namespace rung::runbooks
