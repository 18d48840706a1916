#include "service/store_place.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace rung::service {
namespace {

class FindStore : public testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("RUNG_STORE");
    ::unsetenv("XDG_STATE_HOME");
    ::setenv("HOME", "/srv/ana", 1);
  }
};

TEST_F(FindStore, PrefersWhatWasAskedFor) {
  ::setenv("RUNG_STORE", "/srv/a.db", 1);
  const auto place = find_store("/srv/b.db");
  EXPECT_EQ(place.value().path, "/srv/b.db");
  EXPECT_EQ(place.value().rung, "rung --store /srv/b.db");
}

TEST_F(FindStore, ThenTheEnvironment) {
  ::setenv("RUNG_STORE", "/srv/a.db", 1);
  EXPECT_EQ(find_store("").value().path, "/srv/a.db");
  EXPECT_EQ(find_store("").value().rung, "rung");
}

TEST_F(FindStore, ThenTheStateFolder) {
  ::setenv("XDG_STATE_HOME", "/srv/state", 1);
  EXPECT_EQ(find_store("").value().path, "/srv/state/rung/rung.db");
}

TEST_F(FindStore, ThenTheHome) {
  EXPECT_EQ(find_store("").value().path, "/srv/ana/.local/state/rung/rung.db");
}

TEST_F(FindStore, WithoutAHomeItSaysWhatToDo) {
  ::unsetenv("HOME");
  EXPECT_NE(find_store("").error().message().find("--store"), std::string::npos);
}

}  // namespace
}  // namespace rung::service
