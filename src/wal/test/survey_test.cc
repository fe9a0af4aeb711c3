#include "wal/survey.h"

#include <gtest/gtest.h>

#include "wal/test/log_harness.h"

namespace icelight::wal {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::append_now;
using testing::batch_of;
using testing::open_log;

class SurveyedLog : public ::testing::Test {
protected:
    void SetUp() override {
        auto log = open_log(files_);
        ASSERT_THAT(log, IsOk());
        uuid_ = (*log)->uuid();
        for (int i = 0; i < 40; ++i) {
            ASSERT_THAT(
                append_now(**log, batch_of({"row " + std::to_string(i) + std::string(300, 'x')})),
                IsOk());
        }
        ASSERT_THAT(append_now(**log, batch_of({}, {"reject"})), IsOk());
        ASSERT_THAT((*log)->close(deadline_in(std::chrono::seconds(30))), IsOk());
    }

    std::vector<std::string> segments() {
        auto names = *files_.list("/log");
        std::erase_if(names, [](const std::string& name) { return !name.ends_with(".wal"); });
        return names;
    }

    io::testing::FaultyFileSystem files_;
    Uuid uuid_;
};

TEST_F(SurveyedLog, SaysWhereItStandsAndChangesNothing) {
    const auto before = files_.contents();
    const auto found = survey("/log", files_);
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(found->log_uuid, uuid_);
    EXPECT_EQ(found->first_offset, 0U);
    EXPECT_EQ(found->next_offset, 41U);
    EXPECT_EQ(found->counters.received, 41U);
    EXPECT_EQ(found->counters.stored, 40U);
    EXPECT_EQ(found->counters.rejected, 1U);
    EXPECT_EQ(files_.contents(), before);
    ASSERT_GE(segments().size(), 3U);
}

TEST_F(SurveyedLog, NamesADamagedSegment) {
    const std::string path = "/log/" + segments()[1];
    const std::string whole = files_.bytes_of(path);
    std::string damaged = whole;
    damaged[700] = static_cast<char>(damaged[700] ^ 1);
    files_.replace(path, damaged);
    const auto found = survey("/log", files_);
    ASSERT_THAT(found, IsError(ErrorCode::kCorruption));
    EXPECT_NE(found.error().message.find(path), std::string::npos);
    files_.replace(path, whole);
    EXPECT_THAT(survey("/log", files_), IsOk());
}

TEST_F(SurveyedLog, TakesATornTailForTheEnd) {
    const std::string path = "/log/" + segments().back();
    std::string bytes = files_.bytes_of(path);
    const auto found = survey("/log", files_);
    ASSERT_THAT(found, IsOk());
    // Half a record that nobody attests.
    const std::size_t end = bytes.find_last_not_of('\0') + 1;
    bytes.replace((end + 7) / 8 * 8, 16, "IREL half record");
    files_.replace(path, bytes);
    const auto torn = survey("/log", files_);
    ASSERT_THAT(torn, IsOk());
    EXPECT_EQ(torn->next_offset, found->next_offset);
}

TEST_F(SurveyedLog, IsNotThere) {
    EXPECT_THAT(survey("/elsewhere", files_), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace icelight::wal
