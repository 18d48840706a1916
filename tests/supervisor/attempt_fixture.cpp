#include "tests/supervisor/attempt_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

namespace rung::engine::supervisor {
namespace {

StoreId a_store() {
  std::random_device device;
  StoreId store;
  for (std::uint8_t& byte : store.bytes) byte = static_cast<std::uint8_t>(device());
  return store;
}

std::string a_folder() {
  std::string pattern = testing::TempDir() + "rung-supervisor-XXXXXX";
  return ::mkdtemp(pattern.data());
}

}  // namespace

bool comes_true(const std::function<bool()>& condition, std::chrono::seconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    const timespec pause{0, 2'000'000};  // between two looks at the condition
    ::nanosleep(&pause, nullptr);
  }
  return condition();
}

bool is_readable(int fd, std::chrono::milliseconds limit) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, static_cast<int>(limit.count())) == 1;
}

ScopedVariable::ScopedVariable(const char* name, const std::string& value) : name_(name) {
  ::setenv(name, value.c_str(), 1);
}

ScopedVariable::~ScopedVariable() {
  ::unsetenv(name_);
}

OtherEngine::OtherEngine(StepProgram& program, const Job& job, const std::string& failpoint) {
  std::array<int, 2> answer{};
  if (::pipe2(answer.data(), O_CLOEXEC) != 0) std::abort();
  const DurableFile read_end(answer[0]);
  DurableFile write_end(answer[1]);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setenv("RUNG_FAILPOINT", failpoint.c_str(), 1);
    rung::failpoint::configure_from_environment();
    Result<Supervised> supervised = start(program, job);
    const int pid = supervised ? supervised.value().pid() : -1;
    (void)!::write(write_end.fd(), &pid, sizeof pid);
    write_end = {};
    for (;;) ::pause();
  }
  write_end = {};
  (void)!::read(read_end.fd(), &supervisor_, sizeof supervisor_);
}

void OtherEngine::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait_for_death();
}

void OtherEngine::wait_for_death() {
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

AttemptTest::AttemptTest()
    : folder_(a_folder()),
      host_(this_host().value()),
      store_(a_store()),
      program_(StepProgram::embedded(folder_).value()) {}

AttemptTest::~AttemptTest() {
  for (const std::string& cookie : cookies_) {
    EXPECT_TRUE(comes_true([&] { return kill_remains(cookie) == 0; }));
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Job AttemptTest::command(std::vector<std::string> argv) {
  AttemptId id;
  id.run = RunId{42};
  id.address = "copy";
  id.attempt = static_cast<std::int64_t>(cookies_.size()) + 1;
  Job job = job_for(folder_, store_, id, host_);
  job.argv = std::move(argv);
  job.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
  job.cwd = folder_;
  job.grace_ns = 100'000'000;
  cookies_.push_back(job.attempt_id);
  return job;
}

Job AttemptTest::shell(const std::string& script) {
  return command({"bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", script});
}

Supervised AttemptTest::started(const Job& job) {
  Result<Supervised> supervised = start(program_, job);
  EXPECT_TRUE(supervised) << (supervised ? "" : supervised.error().message());
  return std::move(supervised).value();
}

Exited AttemptTest::end_of(Supervised& supervised, const Job& job) {
  EXPECT_TRUE(is_readable(supervised.link()));
  const Result<Ending> ending = read_exit(job.folder);
  EXPECT_TRUE(ending) << (ending ? "" : ending.error().message());
  EXPECT_TRUE(comes_true([&] { return supervised.reap(); }));
  return ending ? ending.value().exited : Exited{};
}

Exited AttemptTest::run(const Job& job) {
  Supervised supervised = started(job);
  return end_of(supervised, job);
}

void AttemptTest::wait_until_released(const Job& job) const {
  ASSERT_TRUE(comes_true([&] {
    const Result<DurableFile> record = DurableFile::open(job.folder + "/record");
    return record && read_record(record.value()).value().released.has_value();
  }));
}

Finding AttemptTest::examined(const Job& job) {
  Result<Finding> finding = examine(trace(job), this_host().value());
  EXPECT_TRUE(finding) << (finding ? "" : finding.error().message());
  return finding ? std::move(finding).value() : Finding{};
}

Finding AttemptTest::awaited(const Job& job) {
  Finding finding;
  EXPECT_TRUE(comes_true([&] {
    finding = examined(job);
    return finding.verdict != Verdict::running && finding.verdict != Verdict::running_beyond;
  }));
  return finding;
}

std::string AttemptTest::file(const Job& job, const std::string& name) const {
  return content(job.folder + '/' + name);
}

std::string AttemptTest::content(const std::string& path) const {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool AttemptTest::exists(const std::string& path) const {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

void AttemptTest::write(const std::string& path, const std::string& text, unsigned mode) const {
  std::ofstream(path, std::ios::binary) << text;
  ::chmod(path.c_str(), mode);
}

}  // namespace rung::engine::supervisor
