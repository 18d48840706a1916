#pragma once

#include "base/log.h"
#include "engine/engine.h"
#include "state/sqlite_store.h"

#include <functional>
#include <memory>
#include <string>

namespace rung::bench {

// A folder of its own under TMPDIR (else the present folder), removed at the end.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The real engine on a real store in `folder`, with the executor and the test actions, on a loop
// of this thread.
class Laboratory {
 public:
  explicit Laboratory(const std::string& folder);
  ~Laboratory();

  void open();
  engine::Engine& engine();
  state::StoreCounts counts() const;
  // Starts `runs` runs of `plan` and drives them to their end.
  void drive(const std::shared_ptr<const runbooks::Plan>& plan, std::int64_t runs);
  // Until `is_done`, a minute at most; ends the program with `what` otherwise.
  void until(const std::function<bool()>& is_done, const char* what);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

// `steps` steps in a row: `test.noop` of class once, or `set`.
enum class Work : std::uint8_t { effects, pure };
std::shared_ptr<const runbooks::Plan> a_plan(Work work, int steps);
// One supervised `true` after the other.
std::shared_ptr<const runbooks::Plan> a_plan_of_commands(int steps);
// One wait of an hour.
std::shared_ptr<const runbooks::Plan> a_waiting_plan();

}  // namespace rung::bench
