#include "engine/supervisor/step_program.h"

#include "base/hash.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

// The bytes of rung-step, put here by the assembler; RUNG_STEP_FILE is set by CMakeLists.txt.
asm(".section .rodata\n"
    ".balign 16\n"
    "rung_step_begin:\n"
    ".incbin \"" RUNG_STEP_FILE
    "\"\n"
    "rung_step_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const std::uint8_t rung_step_begin[];  // NOLINT: named by the assembler
extern const std::uint8_t rung_step_end[];    // NOLINT
}

namespace rung::engine::supervisor {
namespace {

std::span<const std::uint8_t> embedded_bytes() {
  return {rung_step_begin, static_cast<std::size_t>(rung_step_end - rung_step_begin)};
}

// Above the descriptors that rung-step gets under fixed numbers.
constexpr int kLowestFd = 10;

DurableFile executable_memory() {
  constexpr unsigned kExecutable = 0x10U;  // MFD_EXEC, since Linux 6.3
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  DurableFile memory(::memfd_create("rung-step", kFlags | kExecutable));
  if (!memory.is_open() && errno == EINVAL) {
    memory = DurableFile(::memfd_create("rung-step", kFlags));
  }
  if (!memory.is_open()) return {};
  if (!memory.write_at(0, embedded_bytes())) return {};
  ::fcntl(memory.fd(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
  return DurableFile(::fcntl(memory.fd(), F_DUPFD_CLOEXEC, kLowestFd));
}

}  // namespace

Result<StepProgram> StepProgram::embedded(std::string folder) {
  StepProgram program;
  program.folder_ = std::move(folder);
  program.memory_ = executable_memory();
  if (program.memory_.is_open()) {
    program.path_ = "/proc/self/fd/" + std::to_string(program.memory_.fd());
  } else {
    TRY(program.fall_back());
  }
  return program;
}

StepProgram StepProgram::at(std::string path) {
  StepProgram program;
  program.path_ = std::move(path);
  return program;
}

Result<void> StepProgram::fall_back() {
  if (folder_.empty()) {
    return Error(ErrorCode::denied, "cannot execute " + path_ +
                                        ": allow its execution, or install rung-step beside "
                                        "the store on a file system without noexec");
  }
  const auto bytes = embedded_bytes();
  const std::string_view content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // Named by its content: a supervisor of an older `rung` may still run from its own file.
  const std::string path = folder_ + "/rung-step-" + to_hex(sha256({content})).substr(0, 16);
  if (::access(path.c_str(), X_OK) != 0) {
    TRY(replace_file(path, content, 0700));
  }
  memory_ = {};
  path_ = path;
  folder_.clear();
  return success();
}

}  // namespace rung::engine::supervisor
