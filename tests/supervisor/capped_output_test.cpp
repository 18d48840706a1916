#include "engine/supervisor/capped_output.h"

#include "base/hash.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace rung::engine::supervisor {
namespace {

class CappedOutputTest : public testing::Test {
 protected:
  CappedOutputTest() {
    std::string pattern = testing::TempDir() + "rung-output-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~CappedOutputTest() override { std::filesystem::remove_all(folder_); }

  CappedOutput output(std::uint64_t cap, std::vector<std::string> secrets = {}) {
    secrets_ = SecretWords(secrets);
    return {folder_ + "/out", cap, secrets_};
  }
  std::string content() const {
    const Result<std::string> text = read_file(folder_ + "/out", 1U << 20U);
    return text ? text.value() : "(no file)";
  }

  std::string folder_;
  SecretWords secrets_{{}};
};

TEST_F(CappedOutputTest, MakesNoFileWithoutOutput) {
  EXPECT_EQ(output(10).finish(), KeptFile{});
  EXPECT_EQ(content(), "(no file)");
}

TEST_F(CappedOutputTest, KeepsEverythingUpToItsCap) {
  CappedOutput out = output(10);
  out.add("01234");
  out.add("56789");
  const KeptFile kept = out.finish();
  EXPECT_EQ(content(), "0123456789");
  EXPECT_EQ(kept, (KeptFile{10, 0, 10, sha256({"0123456789"})}));
}

TEST_F(CappedOutputTest, ShowsWhatCameWhileItComes) {
  CappedOutput out = output(10);
  out.add("line\n");
  EXPECT_EQ(content(), "line\n");
}

TEST_F(CappedOutputTest, KeepsHeadAndTailHoweverItIsCut) {
  const std::string all = "abcdefghijklmnopqrstuvwxyz";
  for (std::size_t step = 1; step <= all.size(); ++step) {
    std::filesystem::remove(folder_ + "/out");
    CappedOutput out = output(10);
    for (std::size_t at = 0; at < all.size(); at += step) out.add(all.substr(at, step));
    const KeptFile kept = out.finish();
    ASSERT_EQ(content(), "abcdevwxyz") << "step " << step;
    ASSERT_EQ(kept, (KeptFile{10, 16, 5, sha256({"abcdevwxyz"})})) << "step " << step;
  }
}

TEST_F(CappedOutputTest, CountsTheCapInMaskedBytes) {
  CappedOutput out = output(10, {"secret-secret"});
  out.add("a secret-");
  out.add("secret b");
  EXPECT_EQ(out.finish().dropped, 0U);
  EXPECT_EQ(content(), "a *** b");
}

TEST_F(CappedOutputTest, CountsWhatTheDiskRefuses) {
  CappedOutput out("/no/such/folder/out", 10, secrets_);
  out.add("12345");
  EXPECT_EQ(out.finish().dropped, 5U);
}

TEST_F(CappedOutputTest, HashesAFileAsItIsNow) {
  CappedOutput out = output(100);
  out.add("hello");
  out.finish();
  EXPECT_EQ(keep_file(folder_ + "/out", 100), (KeptFile{5, 0, 5, sha256({"hello"})}));
  EXPECT_EQ(keep_file(folder_ + "/out", 4), (KeptFile{5, 0, 5, {}}));
  EXPECT_EQ(keep_file(folder_ + "/missing", 4), KeptFile{});
}

}  // namespace
}  // namespace rung::engine::supervisor
