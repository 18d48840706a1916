#pragma once

#include "service/report/critical_path.h"

#include <array>
#include <string_view>

namespace rung::service {

// To what a run's time went. The first six are the phases of the language.
enum class Part : std::uint8_t {
  detect,
  wait,
  fence,
  promote,
  repoint,
  verify,
  people,  // an answer, a look at a step in doubt, a paused run
  engine,  // none drove the run, or one was beginning to
  other    // steps without a phase
};
inline constexpr std::size_t kParts = 9;
std::string_view name_of(Part part);

// A piece of the critical path that went to one part.
struct PartPiece {
  Part part = Part::other;
  std::string step;  // address; "" where none ran
  TimePoint from;
  TimePoint to;
};

// When, beside what the steps themselves say, the run waited for people or had no engine.
struct Interruption {
  Part part = Part::people;
  TimePoint from;
  TimePoint to;
};

// The path cut where its time goes to another part: what the run's whole time consists of. A step's
// time goes to its phase, but for what it waited for people. `phases` is by address.
std::vector<PartPiece> parts_of(const CriticalPath& path,
                                const std::map<std::string, std::string, std::less<>>& phases,
                                std::vector<Interruption> interruptions);

// How much went to each; their sum is the run's duration.
std::array<Duration, kParts> sums_of(const std::vector<PartPiece>& pieces);

}  // namespace rung::service
