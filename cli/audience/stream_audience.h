#pragma once

#include "cli/console.h"
#include "service/session.h"

namespace rung::cli {

// For programs: each event of the journal as a line of JSON on standard output.
class StreamAudience final : public service::Audience {
 public:
  explicit StreamAudience(const Console& console) : console_(console) {}

  void joined(const service::Joined&, const service::RunView*) override {}
  void changed(const service::RunView&) override {}
  void event(RunId run, Seq seq, const state::Event& event) override;
  void tick(TimePoint) override {}
  void store_changed(const std::string& why) override;
  void say(const std::string& line) override { console_.err(line + "\n"); }
  service::Wish key(char) override { return {}; }
  service::Wish interrupted(bool) override { return {service::Wish::For::stop}; }

 private:
  const Console& console_;
};

}  // namespace rung::cli
