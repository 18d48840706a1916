#pragma once

#include "engine/engine.h"
#include "service/run_view.h"
#include "service/store_place.h"
#include "state/owner.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::service {

// What somebody at a terminal may ask while a run goes on.
struct Wish {
  enum class For : std::uint8_t {
    nothing,
    stop,    // this engine; what runs under a supervisor goes on
    detach,  // from the terminal; the run goes on
    cancel,  // the run
    pause,   // the run, or go on with a paused one
    note,    // `text`, into the run's record
    redraw
  } what = For::nothing;
  std::string text{};
};

// What a session did about the store, at its beginning and when that changes.
struct Joined {
  enum class As : std::uint8_t { owner, client, observer } as = As::owner;
  std::optional<state::OwnerNote> holder{};  // of a client: who drives
  bool is_takeover = false;  // it waited as a client, and the engine it waited for is gone
  std::optional<Duration> recovered_in{};  // of an owner of a run that existed before
};

// Whoever sits in front of a session and sees it. Called on the session's thread, from its loop.
class Audience {
 public:
  virtual ~Audience() = default;
  virtual void joined(const Joined& joined, const RunView* run) = 0;
  // After each change of a run that it follows; the first call shows it as it is.
  virtual void changed(const RunView& run) = 0;
  virtual void event(RunId run, Seq seq, const state::Event& event) = 0;
  // Some times a second while a run goes on, so that clocks on a screen move.
  virtual void tick(TimePoint now) = 0;
  // The store cannot be written, so nothing new starts: why, and what to do. "": it is back.
  virtual void store_changed(const std::string& why) = 0;
  // A message that is not about a step.
  virtual void say(const std::string& line) = 0;
  virtual Wish key(char key) = 0;
  // Ctrl-C, never SIGTERM. Without a terminal the answer is `stop`.
  virtual Wish interrupted(bool is_owner) = 0;
};

struct SessionRequest {
  StorePlace store;
  enum class Kind : std::uint8_t { start, resume, resume_all, watch } kind = Kind::start;
  std::optional<engine::StartRequest> start;
  RunId run;  // of resume and watch
  engine::By by;
  bool is_exclusive = false;      // refuse where another engine holds the store
  bool stays_for_people = false;  // else it ends when only a person can help
  bool reads_keys = false;        // from standard input
  std::optional<Duration> timeout;
};

struct SessionEnd {
  enum class Why : std::uint8_t {
    over,
    needs_person,
    detached,
    interrupted,
    terminated,
    timed_out,
    refused
  } why = Why::over;
  std::optional<Error> error;  // of `refused`
  bool was_owner = false;      // it was this process that drove
  std::vector<RunView> runs;   // those that it followed, as they are now
};

// From the beginning of `run`, `resume` or `watch` to its end: takes the store and drives, or asks
// the engine that holds it and looks on; when that engine is gone, takes its place (docs/cli.md,
// "Two terminals"). Blocks the calling thread, which becomes the engine thread.
SessionEnd hold_session(const SessionRequest& request, Audience& audience);

}  // namespace rung::service
