#include "catalog/sqlite/startup.h"

#include <fstream>

#include "catalog/test/fixture.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {
namespace {

namespace fs = std::filesystem;

class StartupTest : public CatalogFixture {
protected:
    /// A catalog with W = 20 in two commits, closed.
    void SetUp() override {
        open_with_tables();
        ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
        first_ = make_intent(10, 20);
        ASSERT_THAT(commit(first_), IsOk());
        metadata_ = *io::parse_location(load().metadata_location);
        close();
    }

    /// Copies catalog.db aside; the catalog is closed, so it is one file.
    fs::path backup() {
        const fs::path copy = dir_.path() / "backup.db";
        fs::copy_file(options_.database, copy, fs::copy_options::overwrite_existing);
        return copy;
    }

    void restore(const fs::path& copy) {
        fs::remove(options_.database.string() + "-wal");
        fs::remove(options_.database.string() + "-shm");
        fs::copy_file(copy, options_.database, fs::copy_options::overwrite_existing);
    }

    void advance(std::uint64_t from, int commits) {
        ASSERT_THAT(open(), IsOk());
        for (int i = 0; i < commits; ++i, from += 10) {
            ASSERT_THAT(commit(make_intent(from, from + 10)), IsOk());
        }
        close();
    }

    AppendIntent first_;
    fs::path metadata_;  // of events, current
};

TEST_F(StartupTest, MissingMetadataFileIsCorruptionAndNamed) {
    fs::remove(metadata_);
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(opened, HasMessage(metadata_.string()));
    EXPECT_THAT(opened, HasMessage("backup"));
}

TEST_F(StartupTest, DamagedMetadataFileIsCorruptionAndNamed) {
    fs::resize_file(metadata_, fs::file_size(metadata_) / 2);
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(opened, HasMessage(metadata_.string()));
}

TEST_F(StartupTest, MissingDataFileIsCorruptionAndNamed) {
    const auto file = data_file(kEvents, first_.commit_id);
    fs::remove(file);
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(opened, HasMessage(file.string()));
}

TEST_F(StartupTest, MissingManifestIsCorruptionAndNamed) {
    const auto file = folder(kEvents) / "metadata" / (first_.commit_id.text() + "-m0.avro");
    fs::remove(file);
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(opened, HasMessage(file.string()));
}

TEST_F(StartupTest, FilesBeyondTheBoundAreNotLookedFor) {
    fs::remove(data_file(kEvents, first_.commit_id));
    options_.verified_files_max = 2;  // the list and the manifest before it
    ASSERT_THAT(open(), IsOk());
    const auto verified = catalog_->verify_files(2);
    ASSERT_THAT(verified, IsOk());
    EXPECT_FALSE(verified->is_complete);
    EXPECT_EQ(verified->files, 2U);
    EXPECT_THAT(catalog_->verify_files(100), IsError(ErrorCode::kCorruption));
}

TEST_F(StartupTest, OlderCatalogIsRefusedOnceItIsTwoVersionsBehind) {
    const auto old = backup();
    advance(20, 2);
    restore(old);
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(opened, HasMessage("older backup"));
}

TEST_F(StartupTest, OlderWarehouseIsRefused) {
    const fs::path copy = dir_.path() / "warehouse.copy";
    fs::copy(options_.warehouse, copy, fs::copy_options::recursive);
    advance(20, 1);
    fs::remove_all(options_.warehouse);
    fs::rename(copy, options_.warehouse);
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(opened, HasMessage("is missing"));
}

TEST_F(StartupTest, WatermarkThatDiffersFromTheTablesIsRefused) {
    struct Case {
        const char* label;
        const char* sql;
    };

    for (const Case& row :
         {Case{"behind", "UPDATE watermarks SET next_offset = 10"},
          Case{"ahead", "UPDATE watermarks SET next_offset = 30"},
          Case{"gone", "DELETE FROM watermarks; DELETE FROM sinks"},
          Case{"another log",
               "UPDATE sinks SET log_uuid = '018f4e2a-0000-7000-8000-00000000ffff'"}}) {
        SCOPED_TRACE(row.label);
        const auto good = backup();
        {
            auto connection =
                Connection::open({.path = options_.database}, ConnectionMode::kReadWrite);
            ASSERT_THAT(connection->execute(row.sql), IsOk());
        }
        const auto opened = open();
        EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
        EXPECT_THAT(opened, HasMessage(metadata_.string()));
        restore(good);
    }
    EXPECT_THAT(open(), IsOk());
}

TEST_F(StartupTest, LeftoverOfACrashIsNoReasonToRefuse) {
    const fs::path leftover =
        metadata_.parent_path() / "00003-018f4e2a-0000-7000-8000-000000000001.metadata.json";
    fs::copy_file(metadata_, leftover);
    EXPECT_THAT(open(), IsOk());
}

TEST_F(StartupTest, RefusalsChangeNothing) {
    fs::remove(metadata_);
    const auto read = [&] {
        return *files_->read_file(options_.database, 10 << 20);
    };
    const std::string before = read();
    const auto names = metadata_names("");
    EXPECT_THAT(open(), IsError(ErrorCode::kCorruption));
    EXPECT_EQ(read(), before);
    EXPECT_EQ(metadata_names(""), names);
}

TEST_F(StartupTest, DatabaseThatIsNoneIsRefusedAndKept) {
    const std::string diary = "dear diary, this is no database at all, not even a small one";
    std::ofstream(options_.database, std::ios::trunc) << diary;
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(opened, HasMessage(options_.database.string()));
    EXPECT_EQ(*files_->read_file(options_.database, 1'000), diary);
}

TEST_F(StartupTest, LockedDatabaseIsUnavailable) {
    auto other = Connection::open({.path = options_.database}, ConnectionMode::kReadWrite);
    ASSERT_THAT(other->execute("BEGIN EXCLUSIVE"), IsOk());
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(opened, HasMessage("locked by another process"));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
