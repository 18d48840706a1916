#include "engine/supervisor/adopt.h"

#include "base/failpoint.h"
#include "engine/supervisor/read_output_file.h"
#include "engine/supervisor/secret_files.h"
#include "engine/supervisor/spawn.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace rung::engine::supervisor {
namespace {

std::string record_path(const std::string& folder) {
  return folder + "/record";
}

bool is_same_boot(const Host& a, const Host& b) {
  return a.machine_id == b.machine_id && a.boot_id == b.boot_id;
}

// The record as it is, and its lock where it was free: then it is ours while this lives.
struct Opened {
  DurableFile file;
  RecordState state = RecordState::absent;
  Record record;
  Lock lock = Lock::free;
};

Result<Opened> open_record(const std::string& folder) {
  Opened opened;
  Result<DurableFile> file = DurableFile::open(record_path(folder));
  if (!file && file.error().code() == ErrorCode::not_found) return opened;
  TRY(opened.file, std::move(file));
  TRY(const bool is_ours, opened.file.try_lock());
  opened.lock = is_ours ? Lock::free : Lock::held;
  TRY(opened.record, read_record(opened.file));
  opened.state = state_of(opened.record);
  return opened;
}

// An end whose outputs are lost is not known well enough to be journaled.
bool has_lost_outputs(const std::string& folder, const Opened& opened) {
  if (opened.state != RecordState::exited) return false;
  const Result<std::string> output = read_output_file(folder, opened.record.exited->output);
  return !output && output.error().code() != ErrorCode::exhausted;
}

// Under the lock. A new file is created first, O_EXCL: conflict where a supervisor was faster.
Result<bool> void_record(const std::string& folder, Opened& opened) {
  if (opened.state == RecordState::absent) {
    TRY(make_durable_folder(folder));
    Result<DurableFile> created = DurableFile::create(record_path(folder));
    if (!created && created.error().code() == ErrorCode::conflict) return false;
    TRY(opened.file, std::move(created));
    TRY(const bool is_ours, opened.file.try_lock());
    if (!is_ours) return false;
    TRY(const Record content, read_record(opened.file));
    if (content != Record{}) return false;
  }
  failpoint::reach("recovery.void", folder.substr(folder.rfind('/') + 1));
  TRY(write_slot(opened.file, SlotKind::voided, encode_voided()));
  opened.record.voided = true;
  return true;
}

std::vector<SeenProcess> living_children(const AttemptTrace& trace, const Record& record) {
  std::vector<SeenProcess> children = remains(trace.cookie);
  const Process child = record.released->child;
  const bool is_listed =
      std::ranges::any_of(children, [&](const SeenProcess& seen) { return seen.id == child; });
  if (is_listed || !is_alive(child)) return children;
  if (std::optional<SeenProcess> seen = look_at_process(child.pid)) children.push_back(*seen);
  return children;
}

}  // namespace

Result<Finding> examine(const AttemptTrace& trace, const Host& now) {
  // A turn is repeated only where a supervisor claimed the record in the middle of it; then it
  // exists for the next turn.
  constexpr int kTurns = 3;
  for (int turn = 0; turn < kTurns; ++turn) {
    TRY(Opened opened, open_record(trace.folder));
    Sight sight;
    sight.record = has_lost_outputs(trace.folder, opened) ? RecordState::damaged : opened.state;
    sight.lock = opened.lock;
    const std::optional<Claimed>& claimed = opened.record.claimed;
    const bool is_this_boot =
        is_same_boot(trace.started_on, now) && (!claimed || claimed->boot_id == now.boot_id);
    sight.boot = is_this_boot ? Boot::same : Boot::other;
    const std::string& space = claimed ? claimed->pid_namespace : trace.started_on.pid_namespace;
    sight.pid_namespace = space == now.pid_namespace ? Namespace::same : Namespace::other;
    Finding finding;
    finding.children = judge(sight).verdict == Verdict::unknown && is_this_boot &&
                               opened.state == RecordState::released &&
                               sight.pid_namespace == Namespace::same
                           ? living_children(trace, opened.record)
                           : std::vector<SeenProcess>{};
    sight.children = finding.children.empty() ? Children::gone : Children::alive;
    const Row& row = judge(sight);
    finding.verdict = row.verdict;
    finding.reason = row.reason;
    if (row.verdict == Verdict::voids_first) {
      TRY(const bool is_voided, void_record(trace.folder, opened));
      if (!is_voided) continue;
      finding.verdict = Verdict::not_done;
    }
    const bool may_run = finding.verdict == Verdict::running ||
                         finding.verdict == Verdict::running_beyond ||
                         finding.verdict == Verdict::orphaned;
    if (!may_run) remove_secret_files(trace.folder);
    finding.record = std::move(opened.record);
    return finding;
  }
  return Error(ErrorCode::unavailable,
               "the record in " + trace.folder + " keeps changing: look again");
}

Watch::Watch(std::string folder, const Finding& finding) : folder_(std::move(folder)) {
  if (finding.verdict != Verdict::running || !finding.record.claimed) return;
  const Process& supervisor = finding.record.claimed->supervisor;
  DurableFile pidfd(static_cast<int>(::syscall(SYS_pidfd_open, supervisor.pid, 0U)));
  if (pidfd.is_open() && is_alive(supervisor)) pidfd_ = std::move(pidfd);
}

bool Watch::has_ended() const {
  const Result<Opened> opened = open_record(folder_);
  return opened && opened.value().lock == Lock::free;
}

bool Watch::cancel(Duration grace) const {
  return pidfd_.is_open() && ask_to_end(pidfd_.fd(), grace);
}

std::vector<SeenProcess> remains(std::string_view cookie) {
  return processes_with_environment("RUNG_ATTEMPT_ID=" + std::string(cookie));
}

std::size_t kill_remains(std::string_view cookie) {
  const std::vector<SeenProcess> left = remains(cookie);
  kill_all(left);
  return left.size();
}

}  // namespace rung::engine::supervisor
