#include "engine/core/draft.h"

#include "base/ensure.h"

namespace rung::engine {

namespace {

// Most decisions are an outcome and the next intent.
constexpr std::size_t kUsual = 2;

}  // namespace

void Draft::perform(Effect effect) {
  if (effects_.empty()) effects_.reserve(kUsual);
  effects_.push_back(effect);
}

void Draft::emit_at(std::string address, state::Payload&& payload) {
  if (events_.empty()) events_.reserve(kUsual);
  state::Event& event = events_.emplace_back();
  event.at = now();
  event.step = std::move(address);
  event.payload = std::move(payload);
  const auto applied = apply_in_place(graph(), state_, event);
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
