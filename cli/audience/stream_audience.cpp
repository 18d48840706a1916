#include "cli/audience/stream_audience.h"

#include "service/event_value.h"

namespace rung::cli {

void StreamAudience::event(RunId run, Seq seq, const state::Event& event) {
  console_.line(service::to_value(run, seq, event));
}

}  // namespace rung::cli
