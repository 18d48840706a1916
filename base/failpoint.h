#pragma once

#include <atomic>
#include <string_view>

namespace rung::failpoint {

// A named place around a real system call at which a test can stop the process, make the call
// fail, or delay it. Compiled in always; a place that is off costs one relaxed load.
//
//   RUNG_FAILPOINT=ID=kill|stop|eio|enospc|delay   acts at ID (several: separated by `;`)
//   RUNG_FAILPOINT_ONCE=FILE                       kills and stops happen once in all processes
//                                                  that share FILE, which the first one creates
//   RUNG_FAILPOINT_RECORD=FILE                     appends the ID of each place reached
//
// An ID names the place, not the how-manieth place it is: SITE[/RUN-INDEPENDENT DETAIL][#HIT], such
// as "store.commit#3" or "executor.before_effect/copy.1". HIT counts from 1 and defaults to 1;
// `detail` is the step address and attempt where there is one; in a supervisor that is its scope:
// "step.claim/copy.1", "file.sync/copy.1/record".
enum class Fault : unsigned char { none, eio, enospc };

extern std::atomic<bool> enabled;

Fault reach_slow(std::string_view site, std::string_view detail);

// Where the returned fault is not none the caller pretends that its call failed so.
inline Fault reach(std::string_view site, std::string_view detail = {}) {
  if (!enabled.load(std::memory_order_relaxed)) [[likely]]
    return Fault::none;
  return reach_slow(site, detail);
}

// From here on every detail of this process begins with `scope`: a supervisor's is the attempt it
// serves, since each attempt has a process of its own. Before any thread.
void set_scope(std::string_view scope);

// Reads the environment. Called once by main() of rung and rung-step, before any thread.
void configure_from_environment();

}  // namespace rung::failpoint
