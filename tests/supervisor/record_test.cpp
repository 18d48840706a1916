#include "engine/supervisor/record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace rung::engine::supervisor {
namespace {

using Bytes = std::vector<std::uint8_t>;

Claimed a_claim() {
  return {{4711, 99}, "0d6b-boot", "pid:[4026531836]"};
}

Exited an_exit() {
  Exited exited;
  exited.status = 7 << 8;
  exited.reason = ExitReason::deadline;
  exited.stage = Stage::exec;
  exited.error = 2;
  exited.left = 3;
  exited.survived = 1;
  exited.at_utc_ns = 1'700'000'000'123'456'789;
  exited.user_us = 12;
  exited.system_us = 34;
  exited.max_rss_kib = 5678;
  exited.output = {1, 0, 1, {1, 2, 3}};
  exited.out = {1U << 20U, 99, 1U << 19U, {4, 5, 6}};
  exited.err = {7, 0, 7, {8, 9}};
  return exited;
}

void put(Bytes& record, SlotKind kind, const Slot& slot) {
  record.resize(std::max<std::size_t>(record.size(), offset_of(kind) + kSlotBytes));
  std::ranges::copy(slot, record.begin() + static_cast<std::ptrdiff_t>(offset_of(kind)));
}

Bytes claimed_record() {
  Bytes bytes;
  put(bytes, SlotKind::claimed, encode(a_claim()));
  return bytes;
}

Bytes released_record() {
  Bytes bytes = claimed_record();
  put(bytes, SlotKind::released, encode(Released{{4712, 100}}));
  return bytes;
}

Bytes exited_record() {
  Bytes bytes = released_record();
  put(bytes, SlotKind::exited, encode(an_exit()));
  return bytes;
}

TEST(Record, KeepsEveryFieldOfEverySlot) {
  const Record record = decode_record(exited_record());
  EXPECT_EQ(record.claimed, a_claim());
  EXPECT_EQ(record.released, (Released{{4712, 100}}));
  EXPECT_EQ(record.exited, an_exit());
  EXPECT_FALSE(record.voided);
  EXPECT_FALSE(record.damaged);
}

TEST(Record, GoesThroughItsStatesInOrder) {
  EXPECT_EQ(state_of(decode_record({})), RecordState::empty);
  EXPECT_EQ(state_of(decode_record(claimed_record())), RecordState::claimed);
  EXPECT_EQ(state_of(decode_record(released_record())), RecordState::released);
  EXPECT_EQ(state_of(decode_record(exited_record())), RecordState::exited);
}

TEST(Record, IsVoidedWhetherItWasClaimedOrNot) {
  Bytes fresh;
  put(fresh, SlotKind::voided, encode_voided());
  Bytes claimed = claimed_record();
  put(claimed, SlotKind::voided, encode_voided());
  EXPECT_EQ(state_of(decode_record(fresh)), RecordState::voided);
  EXPECT_EQ(state_of(decode_record(claimed)), RecordState::voided);
}

TEST(Record, IsDamagedWhereItIsVoidedAndReleased) {
  Bytes bytes = released_record();
  put(bytes, SlotKind::voided, encode_voided());
  EXPECT_EQ(state_of(decode_record(bytes)), RecordState::damaged);
}

TEST(Record, StillKnowsTheEndWhereAPowerCutTookTheOtherSlots) {
  Bytes bytes;
  put(bytes, SlotKind::exited, encode(an_exit()));
  EXPECT_EQ(state_of(decode_record(bytes)), RecordState::exited);
}

TEST(Record, IsDamagedByAnyFlippedBitOfASlot) {
  const Bytes good = claimed_record();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bytes = good;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
    ASSERT_EQ(state_of(decode_record(bytes)), RecordState::damaged) << "bit " << bit;
  }
}

TEST(Record, NeverTakesAHalfWrittenEndForAnEnd) {
  const Bytes good = exited_record();
  for (std::size_t cut = offset_of(SlotKind::exited) + 1; cut < good.size(); ++cut) {
    Bytes bytes = good;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end(), std::uint8_t{0});
    ASSERT_NE(state_of(decode_record(bytes)), RecordState::exited) << "cut at " << cut;
  }
}

TEST(Record, IsDamagedByASlotOfAnotherVersion) {
  Slot slot = encode(a_claim());
  slot[4] = kRecordVersion + 1;
  const std::uint32_t crc = crc32c(std::span(slot).first(kSlotBytes - 4));
  for (std::size_t i = 0; i < 4; ++i) {
    slot[kSlotBytes - 4 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
  }
  EXPECT_EQ(state_of(decode_record(slot)), RecordState::damaged);
}

TEST(Record, CutsNamesThatWouldNotFit) {
  Bytes bytes;
  put(bytes, SlotKind::claimed, encode(Claimed{{1, 2}, std::string(500, 'b'), "n"}));
  EXPECT_EQ(decode_record(bytes).claimed->boot_id, std::string(64, 'b'));
}

TEST(Record, UsesTheChecksumOfTheStandard) {
  const std::string_view digits = "123456789";
  EXPECT_EQ(crc32c({reinterpret_cast<const std::uint8_t*>(digits.data()), digits.size()}),
            0xE3069283U);
}

}  // namespace
}  // namespace rung::engine::supervisor
