#include "service/event_value.h"

#include "base/json.h"
#include "state/codec.h"

namespace rung::service {

Value to_value(RunId run, Seq seq, const state::Event& event) {
  Value::Map map{{"run", run.number},
                 {"seq", seq.number},
                 {"at", to_string(event.at)},
                 {"type", state::name_of(event.payload)}};
  if (!event.step.empty()) map.emplace("step", event.step);
  const state::EncodedEvent encoded = state::encode(event);
  if (encoded.payload.empty()) return map;
  if (auto payload = from_journal_json(encoded.payload))
    map.emplace("data", std::move(payload).value());
  return map;
}

}  // namespace rung::service
