#pragma once

#include "cli/console.h"
#include "cli/terminal.h"
#include "service/session.h"

#include <optional>
#include <string>
#include <vector>

namespace rung::cli {

// For a person at a terminal: one picture of the run, redrawn in place, with keys.
class LiveAudience final : public service::Audience {
 public:
  LiveAudience(const Console& console, service::StorePlace store);
  ~LiveAudience() override;
  LiveAudience(const LiveAudience&) = delete;
  LiveAudience& operator=(const LiveAudience&) = delete;

  void joined(const service::Joined& joined, const service::RunView* run) override;
  void changed(const service::RunView& run) override;
  void event(RunId, Seq, const state::Event&) override {}
  void tick(TimePoint now) override;
  void store_changed(const std::string& why) override;
  void say(const std::string& line) override;
  service::Wish key(char key) override;
  service::Wish interrupted(bool is_owner) override;

  // Takes the picture off the screen: what follows is written where it began.
  void erase();

 private:
  enum class Asks : unsigned char { nothing, how_to_end, note };

  void draw();
  void print_above(const std::string& text);
  service::Wish answered(char key);
  service::Wish typed(char key);
  std::string last_line() const;

  const Console& console_;
  service::StorePlace store_;
  RawKeys raw_;
  std::optional<service::RunView> run_;
  std::size_t drawn_ = 0;  // lines of the picture on the screen
  Asks asks_ = Asks::nothing;
  std::string note_;
  bool shows_why_ = false;
  bool shows_logs_ = false;
  bool is_owner_ = false;
};

}  // namespace rung::cli
