#pragma once

#include "base/durable_file.h"
#include "base/result.h"
#include "engine/supervisor/verdict.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace rung::engine::supervisor {

// What a supervisor leaves behind about one attempt: the file `record` in the attempt's folder.
//
// Four slots of 512 bytes at fixed places, each written once, whole, with its own CRC: claimed,
// released, exited, voided. A slot is one sector, so a power cut keeps or loses it as a whole.
// Every slot carries the format's version, for a supervisor that outlives an upgrade of `rung`.
// Integers are little-endian.

inline constexpr std::size_t kSlotBytes = 512;
inline constexpr std::size_t kRecordBytes = 4 * kSlotBytes;
inline constexpr std::uint8_t kRecordVersion = 1;

enum class SlotKind : std::uint8_t { claimed, released, exited, voided };
using Slot = std::array<std::uint8_t, kSlotBytes>;

// A process beyond doubt, within one boot and one pid namespace: a pid alone may be used again.
struct Process {
  std::int32_t pid = 0;
  std::uint64_t starttime = 0;  // field 22 of /proc/PID/stat, in clock ticks

  friend bool operator==(const Process&, const Process&) = default;
};

struct Claimed {
  Process supervisor;
  std::string boot_id;        // at most 64 bytes, cut beyond
  std::string pid_namespace;  // at most 64 bytes, cut beyond

  friend bool operator==(const Claimed&, const Claimed&) = default;
};

struct Released {
  Process child;

  friend bool operator==(const Released&, const Released&) = default;
};

enum class ExitReason : std::uint8_t {
  ended,         // the command ended by itself; `status` says how
  deadline,      // the supervisor stopped it at its deadline
  cancelled,     // the supervisor stopped it because it was asked to
  exec_failed,   // the program could not be executed; `error` says why
  setup_failed,  // something that the command needs could not be made; `stage` and `error`
  leftovers,     // it ended well but left processes, which `leftovers: fail` forbids
};

// What could not be made before the command, for `setup_failed`.
enum class Stage : std::uint8_t { none, pipes, files, stdin_bytes, fork, folder, exec };

// One of the files `output`, `stdout`, `stderr` as the command's end left it. Later additions, by
// a daemon that lives on, are not part of it.
struct KeptFile {
  std::uint64_t size = 0;     // bytes in the file
  std::uint64_t dropped = 0;  // bytes that the cap cut out between head and tail
  std::uint64_t head = 0;     // bytes before the cut; equal to `size` where nothing was dropped
  std::array<std::uint8_t, 32> sha256{};  // zero where `size` is 0

  friend bool operator==(const KeptFile&, const KeptFile&) = default;
};

struct Exited {
  std::int32_t status = 0;  // as waitpid gives it: the exit code or the signal
  ExitReason reason{};
  Stage stage{};
  std::int32_t error = 0;      // errno, for exec_failed and setup_failed
  std::uint32_t left = 0;      // processes that it left running
  std::uint32_t survived = 0;  // processes that withstood SIGKILL or could not be signalled
  std::int64_t at_utc_ns = 0;
  std::int64_t user_us = 0;
  std::int64_t system_us = 0;
  std::int64_t max_rss_kib = 0;
  KeptFile output, out, err;

  friend bool operator==(const Exited&, const Exited&) = default;
};

struct Record {
  std::optional<Claimed> claimed;
  std::optional<Released> released;
  std::optional<Exited> exited;
  bool voided = false;
  bool damaged = false;  // a slot that is neither empty nor valid in this version

  friend bool operator==(const Record&, const Record&) = default;
};

Slot encode(const Claimed& claimed);
Slot encode(const Released& released);
Slot encode(const Exited& exited);
Slot encode_voided();

// Total: any bytes are a record, perhaps a damaged one. Fewer than kRecordBytes: the rest is empty.
Record decode_record(std::span<const std::uint8_t> bytes);

// `absent` is not its to say. Released and voided together cannot be, hence `damaged`; a valid
// `exited` needs no other slot, because sectors survive a power cut in any combination.
RecordState state_of(const Record& record);

inline constexpr std::uint64_t offset_of(SlotKind kind) {
  return static_cast<std::uint64_t>(kind) * kSlotBytes;
}

// Reads what is there. The file may be of any length; only its first kRecordBytes count.
Result<Record> read_record(const DurableFile& file);
Result<void> write_slot(DurableFile& file, SlotKind kind, const Slot& slot);

std::uint32_t crc32c(std::span<const std::uint8_t> bytes);

}  // namespace rung::engine::supervisor
