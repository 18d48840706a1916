#pragma once

#include "actions/registry.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/secrets.h"
#include "scripting/evaluator.h"
#include "state/reader.h"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace rung::service {

// What it looks with; all of it outlives the sweep.
struct PreparedSweepParts {
  boost::asio::io_context* loop = nullptr;
  const actions::Registry* registry = nullptr;
  scripting::Evaluator* evaluator = nullptr;
  engine::Secrets* secrets = nullptr;
  const Clock* clock = nullptr;
  Log* log = nullptr;
  Duration every = std::chrono::hours(24);
};

// At an engine's start and every day after: looks at the servers on which runs of this store
// prepared transactions whether something of runs that are over was left there, and ends it as it
// was decided; without a decision it is rolled back. That takes an engine that was believed dead,
// or a server that a person believed gone. Names of other stores are never touched, nor those of
// runs that are not over: their engine ends them, nor those of runs that this store does not know
// yet: it was restored.
//
// In the background, a minute at most; a server that does not answer is left to the next look.
class PreparedSweep {
 public:
  explicit PreparedSweep(PreparedSweepParts parts)
      : parts_(parts), limit_(*parts.loop), next_(*parts.loop) {}

  // Opens the store anew for each look; none: it cannot be read now.
  using OpenReader = std::function<std::unique_ptr<state::Reader>()>;
  // The first look reads the store at once; all else is done on the loop.
  void begin(OpenReader open);
  void stop();

 private:
  void look();
  void look_later();

  const PreparedSweepParts parts_;
  OpenReader open_;
  std::unique_ptr<state::Reader> reader_;
  boost::asio::cancellation_signal signal_;
  boost::asio::steady_timer limit_;
  boost::asio::steady_timer next_;
  bool is_over_ = true;
};

}  // namespace rung::service
