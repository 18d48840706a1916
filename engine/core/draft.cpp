#include "engine/core/draft.h"

#include "base/ensure.h"

namespace rung::engine {

void Draft::emit_at(const std::string& address, state::Payload payload) {
  if (events_.empty()) events_.reserve(4);  // most decisions are an outcome and the next intent
  events_.push_back({now(), address, std::move(payload)});
  const auto applied = apply_in_place(graph(), state_, events_.back());
  ENSURE(applied.has_value(), applied.has_value() ? "" : applied.error().message().c_str());
}

Decision Draft::finish() && {
  Decision decision{std::move(events_), std::move(effects_), std::move(refusal_),
                    std::move(notice_), more_};
  if (decision.refusal) {
    ENSURE(decision.events.empty(), "a refused command changes nothing");
    decision.effects.clear();
  }
  return decision;
}

}  // namespace rung::engine
