#include "base/clock.h"
#include "base/host.h"
#include "engine/supervisor/step_program.h"
#include "service/archive.h"
#include "service/engine_host.h"
#include "service/upkeep.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace rung::service {
namespace {

using Grade = Finding::Grade;

Finding good(std::string what, std::string detail) {
  return {Grade::good, std::move(what), std::move(detail), ""};
}
Finding notable(std::string what, std::string detail, std::string fix) {
  return {Grade::notable, std::move(what), std::move(detail), std::move(fix)};
}
Finding bad(std::string what, std::string detail, std::string fix) {
  return {Grade::bad, std::move(what), std::move(detail), std::move(fix)};
}

std::string folder_of(const StorePlace& place) {
  return place.path.substr(0, place.path.rfind('/'));
}

Finding look_at_writing(const StorePlace& place) {
  if (::access(place.path.c_str(), W_OK) != 0 || ::access(folder_of(place).c_str(), W_OK) != 0) {
    return bad("writing", "this user cannot write " + place.path,
               "run as its owner, or mount its file system read-write");
  }
  return good("writing", "this user can write the store");
}

Finding look_at_space(const StorePlace& place) {
  constexpr std::uint64_t kLittle = 256ull << 20;
  struct statvfs status {};
  if (::statvfs(folder_of(place).c_str(), &status) != 0) {
    return notable("space", "the free space cannot be read", "look at " + folder_of(place));
  }
  const std::uint64_t free = status.f_bavail * status.f_frsize;
  const std::string text = to_string(Bytes{static_cast<std::int64_t>(free)}) + " free";
  if (free < kLittle)
    return notable("space", text,
                   "make room: rung gc, or move the store; with a full disk no step starts");
  return good("space", std::to_string(free >> 20) + " MiB free");
}

Finding look_at_holder(const StorePlace& place) {
  const auto holder = state::OwnerLock::holder(place.path);
  if (!holder)
    return bad("engine", holder.error().message(), "put the store on a local file system");
  if (!holder.value()) return good("engine", "none runs now");
  const state::OwnerNote& note = *holder.value();
  return good("engine", "pid " + std::to_string(note.pid) + " of " + note.who + " on " + note.host +
                            " drives since " +
                            to_string(std::chrono::floor<std::chrono::seconds>(note.since)));
}

Finding look_at_runs(Archive& archive, const std::string& rung) {
  auto open = archive.runs({.unfinished_only = true, .limit = 1000});
  if (!open) return bad("runs", open.error().message(), "look at the store");
  if (open.value().empty()) return good("runs", "none is unfinished");
  const std::string count = std::to_string(open.value().size()) + " unfinished";
  if (archive.holder()) return good("runs", count);
  return notable("runs", count + ", and no engine drives them",
                 rung + " resume --all    (or look: " + rung + " ls)");
}

// A lock that others wait for and nobody will free: the run that holds it is not driven.
Finding look_at_locks(Archive& archive, const std::string& rung) {
  const auto rows = archive.reader().locks();
  if (!rows) return bad("locks", rows.error().message(), "look at the store");
  std::size_t held = 0;
  std::string forgotten;
  RunId holder;
  for (const state::LockRow& row : rows.value()) {
    if (!row.taken_at) continue;
    held += 1;
    const bool is_wanted =
        std::any_of(rows.value().begin(), rows.value().end(), [&](const state::LockRow& other) {
          return !other.taken_at && other.name == row.name && !(other.is_shared && row.is_shared);
        });
    const auto claim = archive.reader().last_claim(row.run);
    const bool is_driven = claim && archive.is_driven(claim.value());
    if (!is_wanted || is_driven || !forgotten.empty()) continue;
    forgotten = row.name;
    holder = row.run;
  }
  const std::string counts =
      std::to_string(held) + " held, " + std::to_string(rows.value().size() - held) + " waited for";
  if (forgotten.empty()) return good("locks", rows.value().empty() ? "none is held" : counts);
  return notable("locks",
                 counts + "; " + forgotten + " is held by run " + std::to_string(holder.number) +
                     ", which no engine drives, and others wait for it",
                 rung + " resume " + std::to_string(holder.number) + "    (or " + rung +
                     " cancel " + std::to_string(holder.number) + ", then resume)");
}

// What nobody lifted holds up the next recovery.
Finding look_at_freezes(Archive& archive, const std::string& rung) {
  const auto freezes = archive.freezes(SystemClock().now().utc);
  if (!freezes) return bad("freezes", freezes.error().message(), "look at the store");
  if (freezes.value().empty()) return good("freezes", "none");
  const state::Freeze& first = freezes.value().front();
  const std::size_t others = freezes.value().size() - 1;
  return notable(
      "freezes",
      state::told(first) + (others == 0 ? "" : ", and " + std::to_string(others) + " more"),
      rung + " unfreeze " + (first.runbook.empty() ? "--all" : first.runbook) +
          " --say \"why\"    (or look: " + rung + " freeze)");
}

Finding look_at_chains(const StorePlace& place, const Host& host) {
  const auto verified = state::verify_chains({.path = place.path, .host = host});
  if (!verified)
    return bad("journals", verified.error().message(),
               "restore the store from a backup, then: rung doctor --restored");
  return good("journals", std::to_string(verified.value().events) + " events of " +
                              std::to_string(verified.value().runs) + " runs are what was written");
}

// Folders of attempts whose run is over; an engine removes those of the runs that it drives.
Finding look_at_leftovers(Archive& archive, const StorePlace& place) {
  std::error_code error;
  std::size_t left = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(place.folder() + "/attempts", error)) {
    const auto run = archive.find(entry.path().filename().string(), Archive::Fits::any);
    const auto summary =
        run ? archive.reader().run(run.value()) : Result<state::RunSummary>(run.error());
    if (!summary || summary.value().finished_at) left += 1;
  }
  if (left == 0) return good("attempts", "no folder was left behind");
  return notable(
      "attempts",
      std::to_string(left) + " runs that are over left folders in " + place.folder() + "/attempts",
      "harmless; rung gc removes those of runs that are gone");
}

Finding look_at_container() {
  char name[32] = "";
  if (std::FILE* file = std::fopen("/proc/1/comm", "re")) {
    if (std::fgets(name, sizeof name, file) == nullptr) name[0] = '\0';
    std::fclose(file);
  }
  const bool is_first = ::getpid() == 1 || std::string_view(name) == "rung\n";
  if (!is_first) return good("process 1", "is not rung");
  return notable("process 1",
                 "rung is process 1 here: when it ends, the container kills every command that "
                 "should outlive it",
                 "start it under an init (docker run --init, tini)");
}

Finding look_at_clock() {
  timex state{};
  const int answer = ::adjtimex(&state);
  const std::string now =
      to_string(std::chrono::floor<std::chrono::seconds>(SystemClock().now().utc));
  if (answer >= 0 && (state.status & STA_UNSYNC) == 0) return good("clock", now + ", synchronised");
  return notable("clock", now + ", and nothing keeps it right",
                 "run chrony or systemd-timesyncd: times in reports rest on it");
}

Finding look_at_supervisor(const StorePlace& place) {
  const auto program = engine::supervisor::StepProgram::embedded(place.folder());
  if (!program)
    return bad("supervisor", program.error().message(),
               "commands cannot run: allow memfd or executables under " + place.folder());
  return good("supervisor", "commands can run and outlive the engine");
}

}  // namespace

std::vector<Finding> examine(const StorePlace& place) {
  std::vector<Finding> findings;
  const auto host = this_host();
  if (!host) {
    findings.push_back(bad("host", host.error().message(), "mount /proc"));
    return findings;
  }
  findings.push_back(good("host", host.value().name + ", machine " +
                                      host.value().machine_id.substr(0, 8) + ", boot " +
                                      host.value().boot_id.substr(0, 8) + ", pid namespace " +
                                      host.value().pid_namespace));
  findings.push_back(look_at_container());
  findings.push_back(look_at_clock());
  auto archive = Archive::open(place);
  if (!archive && archive.error().code() == ErrorCode::not_found) {
    findings.push_back(
        good("store", "there is none at " + place.path + " yet; the first run makes it"));
    return findings;
  }
  if (!archive) {
    findings.push_back(bad("store", archive.error().message(),
                           "name another one with --store, or restore it from a backup"));
    return findings;
  }
  findings.push_back(good("store", place.path));
  findings.push_back(look_at_writing(place));
  findings.push_back(look_at_space(place));
  findings.push_back(look_at_holder(place));
  findings.push_back(look_at_runs(archive.value(), place.rung));
  findings.push_back(look_at_locks(archive.value(), place.rung));
  findings.push_back(look_at_freezes(archive.value(), place.rung));
  findings.push_back(look_at_chains(place, host.value()));
  findings.push_back(look_at_leftovers(archive.value(), place));
  findings.push_back(look_at_supervisor(place));
  return findings;
}

namespace {

Result<state::OwnerLock> own_alone(const StorePlace& place) {
  TRY(auto lock, try_own(place));
  if (lock) return std::move(*lock);
  return Error(ErrorCode::conflict,
               "an engine holds " + place.path +
                   ": stop it first, so that nobody acts on what is being accepted");
}

}  // namespace

Result<void> accept_moved(const StorePlace& place) {
  TRY(const auto lock, own_alone(place));
  TRY(auto host, this_host());
  return state::accept_moved({.path = place.path, .host = std::move(host)});
}

Result<state::Restored> accept_restored(const StorePlace& place, TimePoint now) {
  TRY(const auto lock, own_alone(place));
  TRY(auto host, this_host());
  return state::accept_restored({.path = place.path, .host = std::move(host)}, now);
}

}  // namespace rung::service
