// Commands under a supervisor whose engine lives.
#include "tests/supervisor/attempt_fixture.h"

#include "base/hash.h"
#include "engine/supervisor/secret_files.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <sstream>

namespace rung::engine::supervisor {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SupervisedTest : public AttemptTest {
 protected:
  std::string printed(const Job& job) { return read_stream(job.folder, "stdout", run(job).out); }
};

TEST_F(SupervisedTest, TellsAnExitCode) {
  const Exited exited = run(shell("exit 7"));
  EXPECT_EQ(exited.reason, ExitReason::ended);
  EXPECT_EQ(describe(exited), "exit code 7");
  EXPECT_EQ(attempt_end(exited), AttemptEnd::failed);
}

TEST_F(SupervisedTest, CallsExitCodeZeroDone) {
  EXPECT_EQ(attempt_end(run(command({"true"}))), AttemptEnd::done);
}

TEST_F(SupervisedTest, CannotTellWhatACommandDidThatASignalEnded) {
  const Exited exited = run(shell("kill -KILL $$"));
  EXPECT_EQ(describe(exited), "ended by signal 9 (Killed)");
  EXPECT_EQ(attempt_end(exited), AttemptEnd::unknown);
}

TEST_F(SupervisedTest, KeepsBothStreamsApart) {
  const Job job = shell("echo to out; echo to err >&2");
  const Exited exited = run(job);
  EXPECT_EQ(read_stream(job.folder, "stdout", exited.out), "to out\n");
  EXPECT_EQ(read_stream(job.folder, "stderr", exited.err), "to err\n");
}

TEST_F(SupervisedTest, GivesOutputsBackWhole) {
  const Job job = shell("echo a=1 >> \"$RUNG_OUTPUT_FILE\"; echo b=2 >> \"$RUNG_OUTPUT_FILE\"");
  run(job);
  EXPECT_EQ(read_exit(job.folder).value().output, "a=1\nb=2\n");
}

TEST_F(SupervisedTest, RefusesAnOutputFileThatIsTooLarge) {
  const Job job = shell("head -c 1048577 /dev/zero > \"$RUNG_OUTPUT_FILE\"");
  Supervised supervised = started(job);
  ASSERT_TRUE(is_readable(supervised.link()));
  const Result<Ending> ending = read_exit(job.folder);
  ASSERT_FALSE(ending);
  EXPECT_EQ(ending.error().code(), ErrorCode::exhausted);
  EXPECT_EQ(examined(job).verdict, Verdict::ended);
}

TEST_F(SupervisedTest, GivesTheCommandItsEnvironmentAndNothingElse) {
  const ScopedVariable ours("RUNG_TEST_LEAK", "leaked");
  Job job = command({"env"});
  job.environment.push_back("ONE=1");
  EXPECT_EQ(printed(job), "RUNG_ATTEMPT_ID=" + job.attempt_id + "\nRUNG_OUTPUT_FILE=" + job.folder +
                              "/output\nPATH=/usr/local/bin:/usr/bin:/bin\nONE=1\n");
}

TEST_F(SupervisedTest, LetsNoJobPretendToBeAnotherAttempt) {
  Job job = command({"env"});
  job.environment.push_back("RUNG_ATTEMPT_ID=other");
  EXPECT_THAT(printed(job), Not(HasSubstr("other")));
}

TEST_F(SupervisedTest, RunsTheCommandInItsFolder) {
  Job job = command({"pwd"});
  job.cwd = "/usr";
  EXPECT_EQ(printed(job), "/usr\n");
}

TEST_F(SupervisedTest, GivesStdinWhole) {
  Job job = command({"sha256sum"});
  job.has_stdin = true;
  job.stdin_bytes = std::string(3'000'000, 'x');
  EXPECT_THAT(printed(job), StartsWith(to_hex(sha256({job.stdin_bytes}))));
}

TEST_F(SupervisedTest, GivesNoStdinByDefault) {
  EXPECT_EQ(printed(command({"cat"})), "");
}

TEST_F(SupervisedTest, LeavesTheCommandThreeDescriptorsOnly) {
  const std::string script =
      "for n in {0..40}; do [ ! -e /proc/$$/fd/$n ] || echo -n \"$n \"; done";
  EXPECT_EQ(printed(command({"bash", "-c", script})), "0 1 2 ");
}

TEST_F(SupervisedTest, GivesTheCommandTheUsualSignals) {
  const std::string status = printed(command({"grep", "^Sig\\(Blk\\|Ign\\)", "/proc/self/status"}));
  EXPECT_EQ(status, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(SupervisedTest, GivesTheCommandAProcessGroupOfItsOwnInAForeignSession) {
  const std::string ids = printed(command({"bash", "-c", "echo $(ps -o pid=,pgid=,sid= -p $$)"}));
  int pid = 0, group = 0, session = 0;
  ASSERT_EQ(std::sscanf(ids.c_str(), "%d %d %d", &pid, &group, &session), 3) << ids;
  EXPECT_EQ(pid, group);
  EXPECT_NE(session, ::getsid(0));
}

TEST_F(SupervisedTest, OffersTheCommandToTheOomKillerBeforeItself) {
  EXPECT_EQ(printed(command({"cat", "/proc/self/oom_score_adj"})), "200\n");
}

// Exec failures are proof that nothing began.

struct NotExecutable {
  std::string name, program, message;
};

class ExecFailure : public SupervisedTest, public testing::WithParamInterface<NotExecutable> {};

TEST_P(ExecFailure, IsNotDone) {
  write(path("plain"), "#!/bin/sh\n", 0600);
  write(path("bad-interpreter"), "#!/nowhere/sh\n", 0700);
  write(path("no-format"), "echo hi\n", 0700);
  const Exited exited = run(command({GetParam().program}));
  EXPECT_EQ(exited.reason, ExitReason::exec_failed);
  EXPECT_EQ(describe(exited), "cannot execute the command: " + GetParam().message);
  EXPECT_EQ(attempt_end(exited), AttemptEnd::not_done);
}

INSTANTIATE_TEST_SUITE_P(
    All, ExecFailure,
    testing::Values(NotExecutable{"Missing", "no-such-program", "No such file or directory"},
                    NotExecutable{"MissingPath", "/no/such", "No such file or directory"},
                    NotExecutable{"NotPermitted", "./plain", "Permission denied"},
                    NotExecutable{"BadInterpreter", "./bad-interpreter",
                                  "No such file or directory"},
                    NotExecutable{"NoFormat", "./no-format", "Exec format error"},
                    NotExecutable{"Folder", "/usr", "Permission denied"}),
    [](const auto& each) { return each.param.name; });

TEST_F(SupervisedTest, IsNotDoneWhereItsFolderIsMissing) {
  Job job = command({"true"});
  job.cwd = "/no/such/folder";
  const Exited exited = run(job);
  EXPECT_EQ(attempt_end(exited), AttemptEnd::not_done);
  EXPECT_EQ(describe(exited), "cannot enter its working directory: No such file or directory");
}

TEST_F(SupervisedTest, RefusesToStartTheSameAttemptTwice) {
  const Job job = command({"true"});
  run(job);
  const Result<Supervised> again = start(program_, job);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::conflict);
}

// Output.

TEST_F(SupervisedTest, KeepsHeadAndTailOfMuchOutput) {
  Job job = shell("echo begin; head -c 3000000 /dev/zero | tr '\\0' .; echo end");
  job.output_cap_bytes = 10'000;
  const Exited exited = run(job);
  EXPECT_EQ(exited.out.size, 10'000U);
  EXPECT_EQ(exited.out.dropped, 3'000'000U + 10 - 10'000);
  const std::string text = read_stream(job.folder, "stdout", exited.out);
  EXPECT_THAT(text, AllOf(StartsWith("begin\n..."), testing::EndsWith("...end\n"),
                          HasSubstr("[rung: 2990010 bytes left out here]")));
}

TEST_F(SupervisedTest, ShowsNoMoreOfAStreamThanIsAskedFor) {
  const Job job = shell("for i in {1..100}; do echo \"line $i é\"; done");
  const Exited exited = run(job);
  const std::string all = read_stream(job.folder, "stdout", exited.out);
  const std::string shown = read_stream(job.folder, "stdout", exited.out, 50);
  EXPECT_EQ(shown, "line 1 é\nline 2 é\nline \n[rung: " + std::to_string(all.size() - 49) +
                       " bytes left out here]\n\nline 99 é\nline 100 é\n");
}

TEST_F(SupervisedTest, MakesNoFilesForACommandThatPrintsNothing) {
  const Job job = command({"true"});
  run(job);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(job.folder)) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, ElementsAre("record"));
}

TEST_F(SupervisedTest, DoesNotWaitLongForADaemonThatKeptThePipe) {
  const Job job = shell("echo before; (sleep 300; echo late) & disown; exit 0");
  const auto begin = std::chrono::steady_clock::now();
  const Exited exited = run(job);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_EQ(attempt_end(exited), AttemptEnd::done);
  EXPECT_EQ(exited.left, 2U);
  EXPECT_EQ(file(job, "stdout"), "before\n");
  EXPECT_THAT(file(job, "leftovers"), HasSubstr(" sleep\n"));
}

// Secrets.

TEST_F(SupervisedTest, MasksSecretsInBothStreams) {
  Job job = shell("printf 'pw=%s' \"${PW:0:4}\"; sleep 0.05; echo \"${PW:4}\"; echo $PW >&2");
  job.environment.push_back("PW=hunter2-and-more");
  job.secrets = {"hunter2-and-more"};
  const Exited exited = run(job);
  EXPECT_EQ(read_stream(job.folder, "stdout", exited.out), "pw=***\n");
  EXPECT_EQ(read_stream(job.folder, "stderr", exited.err), "***\n");
}

TEST_F(SupervisedTest, MasksSecretsInTheOutputFile) {
  Job job = shell(
      "echo \"pw=$PW\" >> $RUNG_OUTPUT_FILE; printf b64= >> $RUNG_OUTPUT_FILE;"
      "printf %s \"$PW\" | base64 >> $RUNG_OUTPUT_FILE");
  job.environment.push_back("PW=hunter2-and-more!");
  job.secrets = {"hunter2-and-more!"};
  run(job);
  EXPECT_EQ(read_exit(job.folder).value().output, "pw=***\nb64=***=\n");
}

TEST_F(SupervisedTest, LeavesNothingOfASecretInAnOutputFileThatIsTooLarge) {
  Job job =
      shell("echo \"pw=$PW\" > $RUNG_OUTPUT_FILE; head -c 1048577 /dev/zero >> $RUNG_OUTPUT_FILE");
  job.environment.push_back("PW=hunter2-and-more");
  job.secrets = {"hunter2-and-more"};
  Supervised supervised = started(job);
  ASSERT_TRUE(is_readable(supervised.link()));
  EXPECT_EQ(read_exit(job.folder).error().code(), ErrorCode::exhausted);
  EXPECT_EQ(content(job.folder + "/output").find("hunter2"), std::string::npos);
}

TEST_F(SupervisedTest, ShowsNoSecretInAnyCommandLineNorInTheAttemptsFolder) {
  Job job =
      shell("read line; cat \"$KEY\"; while [ ! -e " + path("go") + " ]; do sleep 0.01; done");
  job.environment.push_back("TOKEN=zebra-in-env");
  job.has_stdin = true;
  job.stdin_bytes = "zebra-in-stdin\n";
  job.files = {{"KEY", "key", "zebra-in-file"}};
  job.secrets = {"zebra-in-env", "zebra-in-stdin", "zebra-in-file"};
  Supervised supervised = started(job);
  ASSERT_TRUE(comes_true([&] { return file(job, "stdout") == "***"; }));
  std::string seen = content("/proc/" + std::to_string(supervised.pid()) + "/cmdline");
  seen += content("/proc/" + std::to_string(supervised.pid()) + "/environ");
  for (const SeenProcess& child : descendants_of(supervised.pid())) {
    seen += content("/proc/" + std::to_string(child.id.pid) + "/cmdline");
  }
  for (const auto& entry : std::filesystem::directory_iterator(job.folder)) {
    if (entry.is_regular_file()) seen += content(entry.path());
  }
  EXPECT_THAT(seen, AllOf(HasSubstr("rung-step"), Not(HasSubstr("zebra"))));
  write(path("go"), "");
  end_of(supervised, job);
}

TEST_F(SupervisedTest, RemovesSecretFilesWhenTheCommandEnds) {
  Job job = shell("stat -c %a \"$KEY\" \"$(dirname \"$KEY\")\"; stat -f -c %T \"$KEY\"; echo $KEY");
  job.files = {{"KEY", "key.pem", "content"}};
  std::istringstream lines(printed(job));
  std::string file_mode, folder_mode, file_system, key;
  lines >> file_mode >> folder_mode >> file_system >> key;
  EXPECT_EQ(file_mode + ' ' + folder_mode + ' ' + file_system, "600 700 tmpfs");
  EXPECT_THAT(key, testing::EndsWith("/key.pem"));
  EXPECT_FALSE(exists(std::filesystem::path(key).parent_path()));
  EXPECT_FALSE(exists(job.folder + "/files"));
}

// The lock.

TEST_F(SupervisedTest, DoesNotHandItsLockToTheCommand) {
  const Job job = shell("sleep 300 & disown; exit 0");
  run(job);
  EXPECT_TRUE(comes_true([&] {
    Result<DurableFile> record = DurableFile::open(job.folder + "/record");
    return record && record.value().try_lock().value();
  }));
}

TEST_F(SupervisedTest, RunsAHundredAtOnce) {
  std::vector<Job> jobs;
  std::vector<Supervised> all;
  for (int i = 0; i < 100; ++i) {
    jobs.push_back(
        command({"bash", "-c", "echo " + std::to_string(i) + "; exit " + std::to_string(i)}));
    all.push_back(started(jobs.back()));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Exited exited = end_of(all[i], jobs[i]);
    EXPECT_EQ(WEXITSTATUS(exited.status), static_cast<int>(i));
    EXPECT_EQ(read_stream(jobs[i].folder, "stdout", exited.out), std::to_string(i) + '\n');
  }
}

TEST_F(SupervisedTest, RunsFromAFileWhereMemoryMayNotBeExecuted) {
  ASSERT_TRUE(program_.fall_back());
  EXPECT_THAT(program_.path(), StartsWith(folder_ + "/rung-step-"));
  EXPECT_EQ(attempt_end(run(command({"true"}))), AttemptEnd::done);
  EXPECT_FALSE(program_.fall_back());
}

TEST_F(SupervisedTest, LeavesNothingBehindOnceForgotten) {
  const Job job = shell("echo hi; mkdir \"$(dirname $RUNG_OUTPUT_FILE)/more\"");
  run(job);
  ASSERT_TRUE(remove_attempt(job.folder));
  EXPECT_FALSE(exists(job.folder));
  EXPECT_TRUE(remove_attempt(job.folder));
  remove_run_folder(folder_, RunId{42});
  EXPECT_FALSE(exists(folder_ + "/attempts/42"));
}

}  // namespace
}  // namespace rung::engine::supervisor
