#include "cli/audience/stream_audience.h"

#include "cli/audience/line_audience.h"
#include "service/event_value.h"

namespace rung::cli {

void StreamAudience::event(RunId run, Seq seq, const state::Event& event) {
  console_.line(service::to_value(run, seq, event));
}

void StreamAudience::store_changed(const std::string& why) {
  say(store_text(why));
}

}  // namespace rung::cli
