#pragma once

#include "cli/console.h"
#include "service/session.h"

#include <map>

namespace rung::cli {

// What joining a store means, in one sentence; "" where there is nothing to say.
std::string joined_text(const Style& style, const service::Joined& joined,
                        const service::RunView* run);

// That the store cannot be written, with the reason, or that it is back.
std::string store_text(const std::string& why);

// For logs, pipes and cron: a line for each change, on standard error.
class LineAudience final : public service::Audience {
 public:
  explicit LineAudience(const Console& console) : console_(console) {}

  void joined(const service::Joined& joined, const service::RunView* run) override;
  void changed(const service::RunView& run) override;
  void event(RunId, Seq, const state::Event&) override {}
  void tick(TimePoint) override {}
  void store_changed(const std::string& why) override { say(store_text(why)); }
  void say(const std::string& line) override;
  service::Wish key(char) override { return {}; }
  service::Wish interrupted(bool is_owner) override;

 private:
  const Console& console_;
  std::map<RunId, service::RunView> shown_;
};

}  // namespace rung::cli
