#include "base/json.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

// `for_each` as people use it: real commands, several at once, a failure among them.
namespace rung::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kTiers = R"(rung: v1
name: nightly
steps:
  - id: tiers
    for_each:
      item: tier
      in: [{name: local, size: 3}, {name: cloud, size: 5}, {name: "off/site", size: 7}]
      key: "{{ tier.name }}"
      max_parallel: 2
      only_if: tier.size > 3
    steps:
      - id: put
        env: {SIZE: "{{ tier.size }}"}
        outputs: {bytes: int}
        undo: none
        in_doubt: retry
        shell: |
          echo "$RUNG_STEP" >> effects.txt
          echo "bytes=$SIZE" >> "$RUNG_OUTPUT_FILE"
          test "$SIZE" != 7 || test -e fixed
  - id: told
    set:
      cloud: "{{ steps.tiers.by_key.cloud.outputs.put.bytes }}"
      counts: "{{ steps.tiers.succeeded }} {{ steps.tiers.failed }} {{ steps.tiers.skipped }}"
outputs: {cloud: "{{ steps.told.cloud }}", counts: "{{ steps.told.counts }}"}
)";

class ForEachTest : public testing::Test {
 protected:
  Sandbox box;
};

TEST_F(ForEachTest, StopsAtTheItemThatFailsAndGoesOnWithItAlone) {
  box.write("nightly.yaml", kTiers);
  const Ended first = box.rung({"run", "nightly.yaml"});
  EXPECT_EQ(first.code, 4) << first.out << first.err;
  EXPECT_THAT(box.rung({"why", "1"}).out, HasSubstr("rung retry 1 tiers/off%2Fsite/put"));

  box.write("fixed", "");
  EXPECT_EQ(box.rung({"retry", "1", "tiers/off%2Fsite/put"}).code, 7);  // nobody drives it yet
  const Ended second = box.rung({"resume", "1", "-o", "json"});
  EXPECT_EQ(second.code, 0) << second.out << second.err;
  const auto run = from_plain_json(second.out);
  ASSERT_TRUE(run) << second.out;
  const Value& outputs = *run.value().member("outputs");
  EXPECT_EQ(to_text(*outputs.member("cloud")), "5");
  EXPECT_EQ(to_text(*outputs.member("counts")), "2 0 1");
  EXPECT_EQ(box.shell("sort effects.txt").out,
            "tiers/cloud/put\ntiers/off%2Fsite/put\ntiers/off%2Fsite/put\n");
}

TEST_F(ForEachTest, ShowsThePlanOfAnItemOnceAndTheItemsOfARunOneByOne) {
  box.write("nightly.yaml", kTiers);
  const std::string plan = box.rung({"plan", "nightly.yaml"}).out;
  EXPECT_THAT(plan, HasSubstr("tiers/*/put"));
  EXPECT_THAT(plan, HasSubstr("2 items at once"));
  EXPECT_THAT(plan, HasSubstr("only where tier.size > 3"));
  box.write("fixed", "");
  EXPECT_EQ(box.rung({"run", "nightly.yaml"}).code, 0);
  const std::string shown = box.rung({"show", "1"}).out;
  EXPECT_THAT(shown, HasSubstr("tiers/cloud/put"));
  EXPECT_THAT(shown, Not(HasSubstr("tiers/*")));
  EXPECT_THAT(box.rung({"graph", "1"}).out, HasSubstr("for_each tier in"));
  EXPECT_THAT(box.rung({"report", "1"}).out, HasSubstr("tiers/cloud/put"));
}

TEST_F(ForEachTest, ShowsOfALongAddressWhatTellsItApart) {
  box.write("long.yaml",
            "rung: v1\nname: long\nsteps:\n"
            "  - id: a_rather_long_name_of_a_loop\n"
            "    for_each: {item: server, in: [web-with-a-long-name-1, web-with-a-long-name-2]}\n"
            "    steps: [{id: drain, set: {done: true}}, {id: join_again, set: {done: true}}]\n");
  EXPECT_EQ(box.rung({"run", "long.yaml"}).code, 0);
  const std::string shown = box.rung({"show", "1"}).out;
  EXPECT_THAT(shown, HasSubstr("web-with-a-long-name-1/drain"));
  EXPECT_THAT(shown, HasSubstr("web-with-a-long-name-2/join_again"));
}

}  // namespace
}  // namespace rung::cli
