#include "engine/supervisor/record.h"

#include "engine/supervisor/wire.h"

#include <algorithm>

namespace rung::engine::supervisor {
namespace {

constexpr std::array<std::uint8_t, 4> kMagic{'R', 'S', 'T', 'P'};
constexpr std::size_t kCrcOffset = kSlotBytes - 4;
constexpr std::size_t kNameLimit = 64;

constexpr auto kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}();

WireWriter begin_slot(SlotKind kind) {
  WireWriter out;
  out.raw(kMagic);
  out.u8(kRecordVersion);
  out.u8(static_cast<std::uint8_t>(kind));
  return out;
}

Slot end_slot(const WireWriter& content) {
  Slot slot{};
  std::copy(content.bytes().begin(), content.bytes().end(), slot.begin());
  const std::uint32_t crc = crc32c(std::span(slot).first(kCrcOffset));
  for (std::size_t i = 0; i < 4; ++i) {
    slot[kCrcOffset + i] = static_cast<std::uint8_t>(crc >> (8 * i));
  }
  return slot;
}

void put(WireWriter& out, const Process& process) {
  out.i32(process.pid);
  out.u64(process.starttime);
}

Process get_process(WireReader& in) {
  Process process;
  process.pid = in.i32();
  process.starttime = in.u64();
  return process;
}

void put(WireWriter& out, const KeptFile& file) {
  out.u64(file.size);
  out.u64(file.dropped);
  out.u64(file.head);
  out.raw(file.sha256);
}

KeptFile get_kept_file(WireReader& in) {
  KeptFile file;
  file.size = in.u64();
  file.dropped = in.u64();
  file.head = in.u64();
  in.raw(file.sha256);
  return file;
}

enum class SlotSight : std::uint8_t { empty, valid, damaged };

SlotSight look_at(std::span<const std::uint8_t> slot, SlotKind kind) {
  if (std::ranges::all_of(slot, [](std::uint8_t byte) { return byte == 0; })) {
    return SlotSight::empty;
  }
  if (slot.size() != kSlotBytes) return SlotSight::damaged;
  WireReader crc(slot.subspan(kCrcOffset));
  const bool is_ours = std::ranges::equal(slot.first(kMagic.size()), kMagic) &&
                       slot[4] == kRecordVersion && slot[5] == static_cast<std::uint8_t>(kind) &&
                       crc.u32() == crc32c(slot.first(kCrcOffset));
  return is_ours ? SlotSight::valid : SlotSight::damaged;
}

std::optional<Claimed> decode_claimed(WireReader in) {
  Claimed claimed;
  claimed.supervisor = get_process(in);
  claimed.boot_id = in.text(kNameLimit);
  claimed.pid_namespace = in.text(kNameLimit);
  if (!in.is_good()) return std::nullopt;
  return claimed;
}

std::optional<Exited> decode_exited(WireReader in) {
  Exited exited;
  exited.status = in.i32();
  const std::uint8_t reason = in.u8();
  const std::uint8_t stage = in.u8();
  if (reason > static_cast<std::uint8_t>(ExitReason::leftovers)) return std::nullopt;
  if (stage > static_cast<std::uint8_t>(Stage::exec)) return std::nullopt;
  exited.reason = static_cast<ExitReason>(reason);
  exited.stage = static_cast<Stage>(stage);
  exited.error = in.i32();
  exited.left = in.u32();
  exited.survived = in.u32();
  exited.at_utc_ns = in.i64();
  exited.user_us = in.i64();
  exited.system_us = in.i64();
  exited.max_rss_kib = in.i64();
  for (KeptFile* file : {&exited.output, &exited.out, &exited.err}) *file = get_kept_file(in);
  if (!in.is_good()) return std::nullopt;
  return exited;
}

}  // namespace

std::uint32_t crc32c(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (std::uint8_t byte : bytes) crc = kCrcTable[(crc ^ byte) & 0xFFU] ^ (crc >> 8);
  return ~crc;
}

Slot encode(const Claimed& claimed) {
  WireWriter out = begin_slot(SlotKind::claimed);
  put(out, claimed.supervisor);
  out.text(std::string_view(claimed.boot_id).substr(0, kNameLimit));
  out.text(std::string_view(claimed.pid_namespace).substr(0, kNameLimit));
  return end_slot(out);
}

Slot encode(const Released& released) {
  WireWriter out = begin_slot(SlotKind::released);
  put(out, released.child);
  return end_slot(out);
}

Slot encode(const Exited& exited) {
  WireWriter out = begin_slot(SlotKind::exited);
  out.i32(exited.status);
  out.u8(static_cast<std::uint8_t>(exited.reason));
  out.u8(static_cast<std::uint8_t>(exited.stage));
  out.i32(exited.error);
  out.u32(exited.left);
  out.u32(exited.survived);
  out.i64(exited.at_utc_ns);
  out.i64(exited.user_us);
  out.i64(exited.system_us);
  out.i64(exited.max_rss_kib);
  for (const KeptFile* file : {&exited.output, &exited.out, &exited.err}) put(out, *file);
  return end_slot(out);
}

Slot encode_voided() {
  return end_slot(begin_slot(SlotKind::voided));
}

Record decode_record(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kContentOffset = 6;
  Record record;
  for (SlotKind kind :
       {SlotKind::claimed, SlotKind::released, SlotKind::exited, SlotKind::voided}) {
    const std::size_t begin = std::min<std::size_t>(offset_of(kind), bytes.size());
    const std::size_t size = std::min(kSlotBytes, bytes.size() - begin);
    const auto slot = bytes.subspan(begin, size);
    const SlotSight sight = look_at(slot, kind);
    if (sight == SlotSight::damaged) record.damaged = true;
    if (sight != SlotSight::valid) continue;
    const WireReader in(slot.subspan(kContentOffset, kCrcOffset - kContentOffset));
    bool is_whole = true;
    switch (kind) {
      case SlotKind::claimed:
        record.claimed = decode_claimed(in);
        is_whole = record.claimed.has_value();
        break;
      case SlotKind::released: {
        WireReader content = in;
        record.released = Released{get_process(content)};
        break;
      }
      case SlotKind::exited:
        record.exited = decode_exited(in);
        is_whole = record.exited.has_value();
        break;
      case SlotKind::voided: record.voided = true; break;
    }
    if (!is_whole) record.damaged = true;
  }
  return record;
}

RecordState state_of(const Record& record) {
  if (record.voided && (record.released || record.exited)) return RecordState::damaged;
  if (record.exited) return RecordState::exited;
  if (record.damaged) return RecordState::damaged;
  if (record.voided) return RecordState::voided;
  if (record.released) return RecordState::released;
  if (record.claimed) return RecordState::claimed;
  return RecordState::empty;
}

Result<Record> read_record(const DurableFile& file) {
  std::array<std::uint8_t, kRecordBytes> bytes{};
  TRY(const std::size_t size, file.read_at(0, bytes));
  return decode_record(std::span(bytes).first(size));
}

Result<void> write_slot(DurableFile& file, SlotKind kind, const Slot& slot) {
  return file.write_at(offset_of(kind), slot);
}

}  // namespace rung::engine::supervisor
