#pragma once

#include "base/clock.h"
#include "engine/executor/flight.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <set>
#include <utility>

namespace rung::engine {

// When the executor must look at which flight, by CLOCK_BOOTTIME. Wakes on the loop; whoever owns
// it joins or ends the loop first.
class Deadlines {
 public:
  // `passed` is called for each flight whose time has come. It must set or clear that time.
  Deadlines(boost::asio::io_context& loop, const Clock& clock, std::function<void(Flight&)> passed)
      : clock_(clock), passed_(std::move(passed)), timer_(loop) {}

  // Replaces what was set before; empty: never.
  void set(Flight& flight, std::optional<Duration> due);
  void stop() { timer_.cancel(); }

 private:
  void arm();
  void wake();

  const Clock& clock_;
  const std::function<void(Flight&)> passed_;
  std::set<std::pair<Duration, Flight*>> due_;
  std::optional<Duration> armed_for_;
  boost::asio::steady_timer timer_;
};

}  // namespace rung::engine
