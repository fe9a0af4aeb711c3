#include "lake/fsck/file_probe.h"

#include "lake/test/fixture.h"

namespace icelight::lake {
namespace {

using Ranges = std::vector<OffsetRange>;

TEST(OffsetRanges, AreSortedJoinedAndWithoutRepeats) {
    EXPECT_EQ(make_ranges({}), Ranges{});
    EXPECT_EQ(make_ranges({5, 3, 4, 4, 9}), (Ranges{{3, 5}, {9, 9}}));
    EXPECT_EQ(make_ranges({0, 0, 1}), (Ranges{{0, 1}}));
}

TEST(ProbeFrame, ComesBackAndRefusesEveryTruncation) {
    const FileProbe probe{1'000, 900, {{0, 5}, {1'000'000, 1'000'800}}};
    const std::string bytes = encode_probe(probe);
    const auto back = decode_probe(bytes);
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(*back, probe);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        EXPECT_THAT(decode_probe(bytes.substr(0, i)), IsError(ErrorCode::kCorruption)) << i;
    EXPECT_THAT(decode_probe(bytes + "x"), IsError(ErrorCode::kCorruption));
}

class Probing : public LakeFixture {
protected:
    std::filesystem::path write(const std::string& select) {
        auto path = dir_.path() / "some file.parquet";
        EXPECT_THAT(
            session_->execute("COPY (" + select + ") TO '" + path.string() + "' (FORMAT parquet)"),
            IsOk());
        return path;
    }
};

TEST_F(Probing, CountsRowsAndOffsets) {
    const auto path = write(
        "SELECT CASE WHEN i % 10 = 9 THEN NULL ELSE i END AS _log_offset FROM range(5000) t(i)");
    const auto probe = probe_file(*session_, path);
    ASSERT_THAT(probe, IsOk());
    EXPECT_EQ(probe->rows, 5'000U);
    EXPECT_EQ(probe->offsets, 4'500U);
    EXPECT_EQ(probe->ranges.size(), 500U);
    EXPECT_EQ(probe->ranges[1], (OffsetRange{10, 18}));
}

TEST_F(Probing, CountsRowsOfATableWithoutOffsets) {
    const auto probe = probe_file(*session_, write("SELECT 1 AS a FROM range(7)"));
    ASSERT_THAT(probe, IsOk());
    EXPECT_EQ(*probe, (FileProbe{7, 0, {}}));
}

TEST_F(Probing, OutlivesWhatCannotBeRead) {
    ProbeWorker worker;
    EXPECT_FALSE(worker.probe(dir_.path() / "missing.parquet"));
    const auto probe = worker.probe(write("SELECT 1 AS _log_offset"));
    ASSERT_THAT(probe, IsOk());
    EXPECT_EQ(probe->ranges, (Ranges{{1, 1}}));
}

}  // namespace
}  // namespace icelight::lake
