#include "state/chain.h"

#include <charconv>
#include <iterator>

namespace rung::state {

Sha256 chain(const Sha256& previous, const EncodedEvent& event) {
  char header[96];
  char* at = std::begin(header);
  const auto number = [&](std::int64_t value, char separator) {
    at = std::to_chars(at, std::end(header) - 1, value).ptr;  // room for the separator
    *at++ = separator;
  };
  number(event.type, ' ');
  number(event.version, ' ');
  number(event.at.time_since_epoch().count(), ' ');
  number(static_cast<std::int64_t>(event.step.size()), '\n');
  const std::string_view before{reinterpret_cast<const char*>(previous.data()), previous.size()};
  const std::string_view line{header, static_cast<std::size_t>(at - header)};
  return sha256({before, line, event.step, event.payload});
}

namespace {

std::string place(RunId run, std::size_t index, const EncodedEvent& event) {
  std::string text = "run " + std::to_string(run.number) + ", event " + std::to_string(index + 1);
  const std::string_view name = name_of_type(event.type);
  if (!name.empty())
    text += " (" + std::string(name) + (event.step.empty() ? "" : " of ") + event.step + ")";
  return text;
}

Error broken_at(RunId run, std::size_t index, const EncodedEvent& event) {
  return {
      ErrorCode::corrupt,
      place(run, index, event) +
          ": its hash does not follow from the event before it: the journal was changed or "
          "damaged after it was written. The run is read-only; restore the store from a backup, "
          "or start the runbook anew"};
}

}  // namespace

Result<void> verify_chain(RunId run, const std::vector<Recorded>& rows) {
  Sha256 last{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    last = chain(last, rows[i].event);
    if (last != rows[i].hash) return broken_at(run, i, rows[i].event);
  }
  return success();
}

Result<std::vector<Event>> decode_journal(RunId run, const std::vector<Recorded>& rows) {
  TRY(verify_chain(run, rows));
  std::vector<Event> events;
  events.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto event = decode(rows[i].event);
    if (!event) return std::move(event).error().with_context(place(run, i, rows[i].event));
    events.push_back(std::move(event).value());
  }
  return events;
}

}  // namespace rung::state
