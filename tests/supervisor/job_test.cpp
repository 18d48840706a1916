#include "engine/supervisor/job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::engine::supervisor {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Job a_job() {
  Job job;
  job.attempt_id = "store/42/1f.1.1";
  job.label = "copy.1";
  job.folder = "/tmp/attempt";
  job.boot_id = "boot";
  job.pid_namespace = "pid:[1]";
  job.argv = {"sh", "-c", "echo hi"};
  job.environment = {"PATH=/bin", "EMPTY="};
  job.stdin_bytes = std::string("a\0b", 3);
  job.has_stdin = true;
  job.cwd = "/";
  job.files = {{"KEY_FILE", "key.pem", "secret"}};
  job.files_folder = "/dev/shm/x";
  job.cgroup = "/sys/fs/cgroup/x";
  job.deadline_boot_ns = 12345;
  job.grace_ns = 1;
  job.output_cap_bytes = 4096;
  job.leftovers = Leftovers::fail;
  job.secrets = {"secret"};
  return job;
}

std::string refusal(const Job& job) {
  const Result<void> checked = check(job);
  return checked ? "" : checked.error().message();
}

TEST(Job, IsTheSameAfterItsJourney) {
  const Result<Job> read = decode_job(encode(a_job()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value(), a_job());
}

TEST(Job, IsRefusedWhereItIsCutAnywhere) {
  const std::vector<std::uint8_t> whole = encode(a_job());
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    ASSERT_FALSE(decode_job(std::span(whole).first(cut))) << cut;
  }
}

TEST(Job, IsRefusedWithBytesBehindIt) {
  std::vector<std::uint8_t> bytes = encode(a_job());
  bytes.push_back(0);
  EXPECT_FALSE(decode_job(bytes));
}

TEST(Job, IsRefusedWithACountThatItsBytesCannotHold) {
  std::vector<std::uint8_t> bytes = encode(Job{});
  bytes[8 + 9 * 4 + 1 + 3] = 0x7f;  // the highest byte of argv's count
  EXPECT_FALSE(decode_job(bytes));
}

TEST(Job, PassesItsCheckAsItIs) {
  EXPECT_EQ(refusal(a_job()), "");
}

TEST(Job, NeedsAProgram) {
  Job job = a_job();
  job.argv.clear();
  EXPECT_THAT(refusal(job), HasSubstr("must name a program"));
}

TEST(Job, PointsToStdinForANulByte) {
  Job job = a_job();
  job.argv[2] = std::string("a\0b", 3);
  EXPECT_THAT(refusal(job), AllOf(HasSubstr("NUL"), HasSubstr("`stdin:`")));
}

TEST(Job, NamesALongVariableAndNotItsValue) {
  Job job = a_job();
  job.environment.push_back("TOKEN=" + std::string(kArgumentLimit, 's'));
  EXPECT_THAT(refusal(job),
              AllOf(HasSubstr("TOKEN"), HasSubstr("`files:`"), Not(HasSubstr("sss"))));
}

TEST(Job, RefusesAFileNameThatLeavesItsFolder) {
  Job job = a_job();
  job.files[0].name = "../x";
  EXPECT_THAT(refusal(job), HasSubstr("without a slash"));
}

TEST(Job, RefusesMoreThanItMayCarry) {
  Job job = a_job();
  job.stdin_bytes.assign(kJobTextLimit, 'x');
  EXPECT_THAT(refusal(job), HasSubstr("over 32 MiB"));
}

}  // namespace
}  // namespace rung::engine::supervisor
