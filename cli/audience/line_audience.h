#pragma once

#include "cli/console.h"
#include "service/session.h"

#include <map>

namespace rung::cli {

// For logs, pipes and cron: a line for each change, on standard error.
class LineAudience final : public service::Audience {
 public:
  LineAudience(const Console& console, std::string rung)
      : console_(console), rung_(std::move(rung)) {}

  void joined(const service::Joined& joined, const service::RunView* run) override;
  void changed(const service::RunView& run) override;
  void event(RunId, Seq, const state::Event&) override {}
  void tick(TimePoint) override {}
  void say(const std::string& line) override;
  service::Wish key(char) override { return {}; }
  service::Wish interrupted(bool is_owner) override;

 private:
  const Console& console_;
  std::string rung_;
  std::map<RunId, service::RunView> shown_;
};

// What joining a store means, in one sentence; "" where there is nothing to say.
std::string joined_text(const Style& style, const service::Joined& joined,
                        const service::RunView* run);

}  // namespace rung::cli
