#include "base/log.h"

#include <gtest/gtest.h>

namespace icelight {
namespace {

TEST(Log, WritesOneLogfmtLineWithQuotedValues) {
    ::testing::internal::CaptureStderr();
    log::info(
        "wal", "segment sealed", {{"seq", 17}, {"path", "a b"}, {"note", "say \"hi\"\nthere"}});
    const std::string line = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(line.find("level=info module=wal msg=\"segment sealed\" seq=17 path=\"a b\""),
              std::string::npos)
        << line;
    EXPECT_NE(line.find("note=\"say \\\"hi\\\"\\nthere\""), std::string::npos) << line;
}

TEST(Log, DropsLinesBelowTheLevel) {
    ::testing::internal::CaptureStderr();
    log::debug("wal", "quiet");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace icelight
