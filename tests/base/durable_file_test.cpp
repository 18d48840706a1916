#include "base/durable_file.h"

#include "base/failpoint.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace rung {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Writes down what it sees, with paths relative to the test's folder.
class Recorder final : public FileObserver {
 public:
  explicit Recorder(std::string root) : root_(std::move(root)) { set_file_observer(this); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() override { set_file_observer(nullptr); }

  void created(const std::string& path) override { add("create " + name(path)); }
  void wrote(const std::string& path, std::uint64_t offset,
             std::span<const std::uint8_t> bytes) override {
    add("write " + name(path) + " " + std::to_string(offset) + " " +
        std::string(bytes.begin(), bytes.end()));
  }
  void synced(const std::string& path) override { add("sync " + name(path)); }
  void renamed(const std::string& from, const std::string& to) override {
    add("rename " + name(from) + " " + name(to));
  }
  void removed(const std::string& path) override { add("remove " + name(path)); }
  void synced_folder(const std::string& path) override { add("sync_folder " + name(path)); }

  std::vector<std::string> seen;

 private:
  void add(std::string line) { seen.push_back(std::move(line)); }
  std::string name(const std::string& path) const {
    if (path == root_) return ".";
    return path.starts_with(root_) ? path.substr(root_.size() + 1) : "(outside)";
  }

  std::string root_;
};

class DurableFileTest : public testing::Test {
 protected:
  DurableFileTest() {
    std::string name = testing::TempDir() + "durable-XXXXXX";
    root_ = mkdtemp(name.data());
  }

  ~DurableFileTest() override {
    fail_at("");
    std::filesystem::remove_all(root_);
  }

  std::string path(const std::string& name) const { return root_ + "/" + name; }

  static void fail_at(const char* rules) {
    setenv("RUNG_FAILPOINT", rules, 1);
    failpoint::configure_from_environment();
  }

  static std::span<const std::uint8_t> bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

  std::string content(const std::string& name) const {
    const Result<std::string> text = read_file(path(name), 1 << 20);
    return text ? text.value() : std::string(name_of(text.error().code()));
  }

  std::string root_;
};

TEST_F(DurableFileTest, ReadsWhatItWroteUpToTheEnd) {
  Result<DurableFile> file = DurableFile::create(path("a"));
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file.value().write_at(2, bytes("hello")).has_value());
  ASSERT_TRUE(file.value().sync().has_value());
  std::array<std::uint8_t, 16> into{};
  const Result<std::size_t> got = file.value().read_at(3, into);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(std::string(into.begin(), into.begin() + static_cast<long>(got.value())), "ello");
}

TEST_F(DurableFileTest, CreatesOnlyWhatIsNotThere) {
  ASSERT_TRUE(DurableFile::create(path("a")).has_value());
  const Result<DurableFile> again = DurableFile::create(path("a"));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code(), ErrorCode::conflict);
  EXPECT_EQ(again.error().message(), "cannot create " + path("a") + ": File exists");
}

TEST_F(DurableFileTest, OpensOnlyWhatIsThere) {
  const Result<DurableFile> file = DurableFile::open(path("a"));
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code(), ErrorCode::not_found);
}

TEST_F(DurableFileTest, LeaksNoDescriptorIntoCommands) {
  const Result<DurableFile> file = DurableFile::create(path("a"));
  ASSERT_TRUE(file.has_value());
  EXPECT_NE(fcntl(file.value().fd(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(DurableFileTest, IsForItsUserAlone) {
  ASSERT_TRUE(DurableFile::create(path("a")).has_value());
  struct stat status {};
  ASSERT_EQ(stat(path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(DurableFileTest, ClosesItsDescriptorOnceThoughMoved) {
  Result<DurableFile> created = DurableFile::create(path("a"));
  ASSERT_TRUE(created.has_value());
  DurableFile first = std::move(created).value();
  const int fd = first.fd();
  {
    DurableFile second;
    second = std::move(first);
    EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(second.fd(), fd);
    EXPECT_EQ(second.path(), path("a"));
  }
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

TEST_F(DurableFileTest, IsLockedByOneAtATime) {
  Result<DurableFile> one = DurableFile::create(path("a"));
  ASSERT_TRUE(one.has_value());
  Result<DurableFile> other = DurableFile::open(path("a"));
  ASSERT_TRUE(other.has_value());
  EXPECT_TRUE(one.value().try_lock().value());
  EXPECT_FALSE(other.value().try_lock().value());
  one = DurableFile();
  EXPECT_TRUE(other.value().try_lock().value());
}

struct Fault {
  const char* rule;
  const char* message;
};

class FaultTest : public DurableFileTest, public testing::WithParamInterface<Fault> {};

TEST_P(FaultTest, LeavesTheOldContentWhole) {
  ASSERT_TRUE(replace_file(path("a"), "old").has_value());
  fail_at(GetParam().rule);
  const Result<void> replaced = replace_file(path("a"), "new");
  ASSERT_FALSE(replaced.has_value());
  EXPECT_EQ(replaced.error().code(), ErrorCode::unavailable);
  EXPECT_THAT(replaced.error().message(), HasSubstr(GetParam().message));
  EXPECT_EQ(content("a"), "old");
  EXPECT_EQ(content("a.new"), "not_found");
}

INSTANTIATE_TEST_SUITE_P(All, FaultTest,
                         testing::Values(Fault{"file.create/a.new=enospc", "cannot create"},
                                         Fault{"file.write/a.new=enospc",
                                               "No space left on device"},
                                         Fault{"file.sync/a.new=eio", "Input/output error"},
                                         Fault{"file.rename/a=eio", "cannot replace"}));

TEST_F(DurableFileTest, ReportsThatAReplacementMayNotSurvive) {
  fail_at("file.sync_folder=eio");
  const Result<void> replaced = replace_file(path("a"), "new");
  ASSERT_FALSE(replaced.has_value());
  EXPECT_THAT(replaced.error().message(), HasSubstr("cannot sync the folder"));
}

TEST_F(DurableFileTest, ReplacesAFileInAnOrderThatSurvivesAPowerCut) {
  const Recorder recorder(root_);
  ASSERT_TRUE(replace_file(path("a"), "new").has_value());
  EXPECT_THAT(recorder.seen, ElementsAre("create a.new", "write a.new 0 new", "sync a.new",
                                         "rename a.new a", "sync_folder ."));
}

TEST_F(DurableFileTest, ReplacesAFileThoughACrashLeftSomethingBeside) {
  ASSERT_TRUE(DurableFile::create(path("a.new")).has_value());
  const Recorder recorder(root_);
  ASSERT_TRUE(replace_file(path("a"), "new").has_value());
  EXPECT_EQ(recorder.seen.front(), "remove a.new");
  EXPECT_EQ(content("a"), "new");
}

TEST_F(DurableFileTest, MakesFoldersDurableFromTheTopDown) {
  const Recorder recorder(root_);
  ASSERT_TRUE(make_durable_folder(path("a//b/")).has_value());
  EXPECT_THAT(recorder.seen,
              ElementsAre("sync_folder (outside)", "create a", "sync_folder a", "sync_folder .",
                          "create a//b", "sync_folder a//b", "sync_folder a/"));
}

TEST_F(DurableFileTest, SyncsAFolderThatAnEarlierStartMayNotHaveSynced) {
  ASSERT_TRUE(make_durable_folder(path("a")).has_value());
  const Recorder recorder(root_);
  ASSERT_TRUE(make_durable_folder(path("a")).has_value());
  EXPECT_THAT(recorder.seen, ElementsAre("sync_folder ."));
}

TEST_F(DurableFileTest, MakesNoFolderWhereAFileIs) {
  ASSERT_TRUE(DurableFile::create(path("a")).has_value());
  const Result<void> made = make_durable_folder(path("a/b"));
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code(), ErrorCode::conflict);
}

TEST_F(DurableFileTest, ReadsAFileUpToTheLimit) {
  ASSERT_TRUE(replace_file(path("a"), "12345").has_value());
  EXPECT_EQ(read_file(path("a"), 5).value(), "12345");
  const Result<std::string> text = read_file(path("a"), 4);
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().code(), ErrorCode::exhausted);
}

TEST_F(DurableFileTest, FaultsAreNamedByTheLastPartOfThePath) {
  fail_at("file.write/other=eio;file.write/a#2=eio");
  Result<DurableFile> file = DurableFile::create(path("a"));
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file.value().write_at(0, bytes("1")).has_value());
  EXPECT_FALSE(file.value().write_at(1, bytes("2")).has_value());
  EXPECT_TRUE(file.value().write_at(1, bytes("3")).has_value());
}

}  // namespace
}  // namespace rung
