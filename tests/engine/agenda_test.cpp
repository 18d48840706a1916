#include "engine/core/agenda.h"

#include <gmock/gmock.h>

namespace rung::engine {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr TimePoint kNoon{std::chrono::hours(12)};

std::set<NodeIndex> due(const Agenda& agenda, Instant now) {
  std::set<NodeIndex> steps;
  agenda.collect(now, steps);
  return steps;
}

TEST(Agenda, KnowsTheEarliestOfEachClock) {
  Agenda agenda;
  agenda.add(NodeIndex{1}, {kNoon + 2h, Duration(7h)});
  agenda.add(NodeIndex{2}, {kNoon + 1h, Duration(9h)});
  agenda.add(NodeIndex{3}, {kNoon + 3h, Duration{}});
  const NextDue next = agenda.next();
  EXPECT_EQ(next.by_boot->boot, Duration(7h));
  EXPECT_EQ(next.by_utc->utc, kNoon + 3h);
}

// Its UTC time was recorded after the clock had been stepped forward.
TEST(Agenda, HandsOutWhatIsDueByBootTimeThoughItsUtcTimeIsFar) {
  Agenda agenda;
  agenda.add(NodeIndex{1}, {kNoon, Duration(9h)});
  agenda.add(NodeIndex{2}, {kNoon + 5h, Duration(7h)});
  EXPECT_THAT(due(agenda, {kNoon - 1h, Duration(8h)}), ElementsAre(NodeIndex{2}));
  EXPECT_TRUE(agenda.next().is_due({kNoon - 1h, Duration(8h)}));
}

TEST(Agenda, FollowsTheCalendarForATimeOfDay) {
  Agenda agenda;
  agenda.add(NodeIndex{1}, {kNoon, Duration{}});
  EXPECT_THAT(due(agenda, {kNoon - 1ns, Duration(99h)}), ElementsAre());
  EXPECT_THAT(due(agenda, {kNoon, Duration(1h)}), ElementsAre(NodeIndex{1}));
}

TEST(Agenda, ForgetsWhatIsRemoved) {
  Agenda agenda;
  agenda.add(NodeIndex{1}, {kNoon, Duration(1h)});
  agenda.remove(NodeIndex{1}, {kNoon, Duration(1h)});
  EXPECT_TRUE(agenda.next().is_empty());
}

TEST(NextDue, NamesTheEarlierUtcTimeOfTheTwo) {
  const NextDue next{Due{kNoon + 1h, Duration(1h)}, Due{kNoon, Duration{}}};
  EXPECT_EQ(next.utc(), kNoon);
  EXPECT_EQ((NextDue{next.by_boot, std::nullopt}).utc(), kNoon + 1h);
}

}  // namespace
}  // namespace rung::engine
