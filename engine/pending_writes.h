#pragma once

#include "engine/core/decide.h"
#include "engine/engine.h"
#include "state/store.h"

#include <deque>
#include <memory>
#include <vector>

namespace rung::engine {

// A decision on its way to the disk, and what waits for it to be there.
struct PendingWrite {
  std::shared_ptr<state::RunWrite> write = std::make_shared<state::RunWrite>();
  bool is_sent = false;  // submitted, not answered
  std::vector<Effect> effects;
  std::vector<OnReply> replies;
  Reply reply;

  // What follows at once, in the same write.
  void add(Decision decision);
};

// The writes of one run, oldest first. They reach the store in this order: behind one that the
// store turned away nothing is sent until all that were sent have been answered.
class PendingWrites {
 public:
  bool is_empty() const { return writes_.empty(); }
  void add(PendingWrite write) { writes_.push_back(std::move(write)); }

  // What is to be submitted now; it counts as sent from here on.
  std::vector<std::shared_ptr<const state::RunWrite>> send();

  enum class Fate : std::uint8_t {
    on_disk,  // the oldest: take it
    fenced,   // another engine owns the store
    refused,  // the oldest does not fit the journal, and never will
    again     // to be sent once more
  };
  // The store's answer to the oldest that was sent.
  Fate answered(state::Committed committed);

  PendingWrite take_oldest();
  std::deque<PendingWrite> take_all() { return std::move(writes_); }

 private:
  std::deque<PendingWrite> writes_;
};

}  // namespace rung::engine
