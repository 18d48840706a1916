#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace rung {
namespace {

TEST(Error, PutsContextInFront) {
  const Error error = Error(ErrorCode::corrupt, "the journal ends in the middle of an event")
                          .with_context("while loading run 42");
  EXPECT_EQ(error.code(), ErrorCode::corrupt);
  EXPECT_EQ(error.message(), "while loading run 42: the journal ends in the middle of an event");
}

TEST(ErrorFromErrno, SaysWhatFailedAndWhy) {
  const Error error = error_from_errno("cannot open /x", EACCES);
  EXPECT_EQ(error.code(), ErrorCode::denied);
  EXPECT_EQ(error.message(), "cannot open /x: Permission denied");
}

TEST(ErrorFromErrno, ChoosesTheCodeByWhatTheCallerDoesNext) {
  EXPECT_EQ(error_from_errno("", ENOENT).code(), ErrorCode::not_found);
  EXPECT_EQ(error_from_errno("", EEXIST).code(), ErrorCode::conflict);
  EXPECT_EQ(error_from_errno("", ENOSPC).code(), ErrorCode::unavailable);
  EXPECT_EQ(error_from_errno("", EIO).code(), ErrorCode::unavailable);
}

TEST(ErrorFromErrno, TakesErrnoWhereNoNumberIsGiven) {
  errno = EROFS;
  EXPECT_EQ(error_from_errno("cannot write").code(), ErrorCode::denied);
}

}  // namespace
}  // namespace rung
