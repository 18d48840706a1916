#include "engine/supervisor/job.h"
#include "engine/supervisor/record.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace rung::engine::supervisor {
namespace {

using Bytes = std::vector<std::uint8_t>;

void require(bool holds) {
  if (!holds) std::abort();
}

// What was understood once is understood the same way for ever.
void read_record_bytes(const Bytes& bytes) {
  const Record record = decode_record(bytes);
  static_cast<void>(state_of(record));
  Bytes again(kRecordBytes);
  const auto put = [&](SlotKind kind, const Slot& slot) {
    std::ranges::copy(slot, again.begin() + static_cast<std::ptrdiff_t>(offset_of(kind)));
  };
  if (record.claimed) put(SlotKind::claimed, encode(*record.claimed));
  if (record.released) put(SlotKind::released, encode(*record.released));
  if (record.exited) put(SlotKind::exited, encode(*record.exited));
  if (record.voided) put(SlotKind::voided, encode_voided());
  Record expected = record;
  expected.damaged = false;
  require(decode_record(again) == expected);
}

// A fuzzer does not find checksums: with them right the content of the slots is reached.
Bytes with_right_checksums(Bytes bytes) {
  bytes.resize(kRecordBytes);
  for (std::size_t slot = 0; slot < kRecordBytes; slot += kSlotBytes) {
    const auto content = std::span(bytes).subspan(slot, kSlotBytes - 4);
    if (std::ranges::all_of(content, [](std::uint8_t byte) { return byte == 0; })) continue;
    const std::uint32_t crc = crc32c(content);
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[slot + kSlotBytes - 4 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
    }
  }
  return bytes;
}

void read_job_bytes(const Bytes& bytes) {
  const Result<Job> job = decode_job(bytes);
  if (!job) return;
  static_cast<void>(check(job.value()).has_value());
  const Result<Job> again = decode_job(encode(job.value()));
  require(again.has_value() && again.value() == job.value());
}

}  // namespace
}  // namespace rung::engine::supervisor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rung::engine::supervisor;
  const std::vector<std::uint8_t> bytes(data, data + size);
  read_record_bytes(bytes);
  read_record_bytes(with_right_checksums(bytes));
  read_job_bytes(bytes);
  return 0;
}
