#include "lake/fsck/fsck.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "catalog/metadata_file.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "io/location.h"
#include "lake/flush/flusher.h"
#include "lake/fsck/file_probe.h"
#include "lake/test/fixture.h"
#include "lake/upkeep/garbage_list.h"

// The claim: a lake that flushes made is clean, and each thing that can be broken in it is named,
// with the file that is broken.

namespace icelight::lake {
namespace {

namespace fs = std::filesystem;

/// Reads files in this process.
class LocalProber final : public FileProber {
public:
    explicit LocalProber(engine::Session& session) : session_(session) {}

    Result<FileProbe> probe(const fs::path& path) override {
        auto probe = probe_file(session_, path);
        if (probe) change(*probe);
        return probe;
    }

    std::function<void(FileProbe&)> change = [](FileProbe&) {
    };

private:
    engine::Session& session_;
};

class Fsck : public LakeFixture {
protected:
    void SetUp() override {
        LakeFixture::SetUp();
        prober_.emplace(*session_);
        append_events(20, "a");
        append_reject();
        flush();
        append_events(10, "b");
        flush();
        ASSERT_THAT(log_->close(clock_.steady() + std::chrono::seconds(30)), IsOk());
        log_.reset();
        job_.state = *catalog_->state();
        job_.garbage_list = dir_.path() / "garbage";
        job_.log = *wal::survey(dir_.path() / "log", files_);
    }

    void flush() {
        FlusherOptions options;
        options.log_directory = dir_.path() / "log";
        Flusher flusher(options, *log_, *catalog_, files_, clock_);
        flusher.start();
        ASSERT_THAT(flusher.flush_now(soon()), IsOk());
        ASSERT_THAT(flusher.close(soon()), IsOk());
    }

    FsckReport run() { return run_fsck(job_, files_, *prober_); }

    /// The checks that found an error, of the file at `path` if one is given.
    std::vector<std::string> errors(const fs::path& path = {}) {
        std::vector<std::string> checks;
        for (const Finding& finding : run().findings) {
            if (!finding.is_error) continue;
            const auto of = io::parse_location(finding.path);
            if (!path.empty() && (!of || *of != path)) continue;
            checks.push_back(finding.check);
        }
        return checks;
    }

    std::shared_ptr<const iceberg::TableMetadata> table() {
        return *catalog::load_metadata(
            files_, job_.state.metadata_locations.at(ident_of({}, Table::kEvents)));
    }

    fs::path list() { return *io::parse_location(table()->current_snapshot()->manifest_list); }

    std::vector<iceberg::ManifestFile> manifests() {
        return *iceberg::decode_manifest_list(*files_.read_file(list(), 1 << 20));
    }

    fs::path manifest() { return *io::parse_location(manifests().front().manifest_path); }

    void write(const fs::path& path, const std::string& bytes) {
        fs::remove(path);
        ASSERT_THAT(files_.write_file_durably(path, bytes), IsOk());
    }

    /// Writes the current list anew with `change` made to its first manifest.
    void change_list(const std::function<void(iceberg::ManifestFile&)>& change) {
        const auto metadata = table();
        const iceberg::Snapshot& snapshot = *metadata->current_snapshot();
        iceberg::ManifestList list{snapshot.snapshot_id,
                                   snapshot.parent_snapshot_id,
                                   snapshot.sequence_number,
                                   manifests()};
        change(list.manifests.front());
        write(this->list(), *iceberg::encode_manifest_list(list));
    }

    io::FileSystem& files_ = io::posix_file_system();
    std::optional<LocalProber> prober_;
    FsckJob job_;
};

using Checks = std::vector<std::string>;

TEST_F(Fsck, FindsNothingInALakeThatFlushesMade) {
    const FsckReport report = run();
    EXPECT_TRUE(report.is_clean());
    EXPECT_EQ(report.findings.size(), 0U);
    ASSERT_EQ(report.tables.size(), 2U);
    EXPECT_EQ(report.tables[0].name, "analytics.events");
    EXPECT_EQ(report.tables[0].live_rows, 30);
    EXPECT_EQ(report.tables[0].live_files, 2);
    EXPECT_EQ(report.tables[0].snapshots, 2U);
    EXPECT_EQ(report.tables[1].live_rows, 1);
    EXPECT_TRUE(report.offsets.is_checked);
    EXPECT_EQ(report.offsets.watermark, 31U);
    EXPECT_EQ(report.offsets.distinct_offsets, 31U);
    EXPECT_EQ(report.log->next_offset, 31U);
    EXPECT_GE(report.files_checked, 9U);
}

TEST_F(Fsck, FindsTheSameThroughAChildProcess) {
    ProbeWorker worker;
    const FsckReport report = run_fsck(job_, files_, worker);
    EXPECT_TRUE(report.is_clean());
    EXPECT_EQ(report.offsets.distinct_offsets, 31U);
    write(live_files(Table::kEvents)[0], "no Parquet");
    EXPECT_FALSE(run_fsck(job_, files_, worker).is_clean());
}

TEST_F(Fsck, NamesADataFileThatIsGone) {
    const fs::path file = live_files(Table::kEvents)[0];
    fs::remove(file);
    EXPECT_EQ(errors(file), Checks{"file-missing"});
    EXPECT_FALSE(run().offsets.is_checked);
}

TEST_F(Fsck, NamesADataFileOfAnotherSizeOrContent) {
    const auto files = live_files(Table::kEvents);
    const std::string first = *files_.read_file(files[0], 1 << 20);
    const std::string second = *files_.read_file(files[1], 1 << 20);
    write(files[0], second);
    write(files[1], first);
    for (const fs::path& file : files)
        EXPECT_EQ(errors(file), (Checks{"file-size", "row-count"}));
    write(files[0], first.substr(0, first.size() / 2));
    EXPECT_EQ(errors(files[0]), (Checks{"file-size", "data-file"}));
}

TEST_F(Fsck, NamesAManifestThatIsGoneOrDamaged) {
    const fs::path path = manifest();
    const std::string bytes = *files_.read_file(path, 1 << 20);
    fs::remove(path);
    EXPECT_EQ(errors(path), Checks{"file-missing"});
    write(path, bytes.substr(0, bytes.size() - 1));
    EXPECT_EQ(errors(path), (Checks{"file-size", "manifest"}));
    std::string damaged = bytes;
    damaged[0] = 'X';
    write(path, damaged);
    EXPECT_EQ(errors(path), Checks{"manifest"});
    write(path, bytes);
    EXPECT_TRUE(run().is_clean());
}

TEST_F(Fsck, NamesAManifestListThatIsGoneOrDamaged) {
    const fs::path path = list();
    const std::string bytes = *files_.read_file(path, 1 << 20);
    fs::remove(path);
    EXPECT_EQ(errors(path), Checks{"file-missing"});
    write(path, "garbage");
    EXPECT_EQ(errors(path), Checks{"manifest-list"});
}

TEST_F(Fsck, NamesCountsThatDoNotAddUp) {
    change_list([](iceberg::ManifestFile& manifest) { manifest.added_rows_count += 1; });
    EXPECT_EQ(errors(manifest()), Checks{"manifest-counts"});
    change_list([](iceberg::ManifestFile& manifest) { manifest.added_rows_count -= 1; });
    change_list([](iceberg::ManifestFile& manifest) { manifest.added_files_count = 7; });
    EXPECT_EQ(errors(manifest()), Checks{"manifest-counts"});
}

TEST_F(Fsck, NamesASummaryThatIsNotItsManifests) {
    const auto metadata = table();
    const iceberg::Snapshot& snapshot = *metadata->current_snapshot();
    const iceberg::ManifestList less{snapshot.snapshot_id,
                                     snapshot.parent_snapshot_id,
                                     snapshot.sequence_number,
                                     {manifests().front()}};
    write(list(), *iceberg::encode_manifest_list(less));
    EXPECT_EQ(errors(list()), (Checks{"summary", "summary", "summary"}));
    const auto all = errors();
    EXPECT_NE(std::find(all.begin(), all.end(), "table-identity"), all.end());
}

TEST_F(Fsck, NamesAMetadataFileThatIsGone) {
    const fs::path path =
        *io::parse_location(job_.state.metadata_locations.at(ident_of({}, Table::kEvents)));
    fs::remove(path);
    EXPECT_EQ(errors(path), Checks{"metadata"});
}

TEST_F(Fsck, NamesOffsetsThatAreLostOrTooMany) {
    auto& watermark = job_.state.watermarks.at(catalog::kEventSink);
    job_.log.reset();
    watermark.next_offset[0] = 32;
    EXPECT_EQ(errors(), Checks{"table-identity"});
    job_.state.offsets_gone[catalog::kEventSink] = 1;
    EXPECT_TRUE(run().is_clean()) << "one offset is known to be gone";
    watermark.next_offset[0] = 30;
    EXPECT_EQ(errors(), (Checks{"offset-above-watermark", "table-identity"}));
}

TEST_F(Fsck, ListsRepeatedOffsetsWithoutFailing) {
    prober_->change = [](FileProbe& probe) {
        if (probe.ranges.empty()) return;
        probe.offsets += 3;
    };
    const FsckReport report = run();
    EXPECT_TRUE(report.is_clean());
    EXPECT_EQ(report.notices, 1U);
    EXPECT_EQ(report.findings.at(0).check, "repeated-offsets");
}

TEST_F(Fsck, NamesALogThatIsNotTheTables) {
    const wal::Survey good = *job_.log;
    job_.log->first_offset = 32;
    job_.log->next_offset = 32;
    EXPECT_EQ(errors(), Checks{"log-contiguity"});
    job_.log = good;
    job_.log->next_offset = 30;
    EXPECT_EQ(errors(), Checks{"log-contiguity"});
    job_.log = good;
    job_.log->counters.received += 1;
    EXPECT_EQ(errors(), Checks{"request-identity"});
    job_.log->log_uuid = make_uuid_v7(clock_.now_us());
    EXPECT_EQ(errors(), Checks{"log-identity"});
}

TEST_F(Fsck, ListsStrayFilesAndFailsForOldOnes) {
    const fs::path stray = *io::parse_location(table()->location) / "data" / "stray.parquet";
    write(stray, "x");
    FsckReport report = run();
    EXPECT_TRUE(report.is_clean());
    EXPECT_EQ(report.stray_files, 1U);
    EXPECT_EQ(report.findings.at(0).check, "stray-file");
    const GarbageList old{{stray.string(), {std::chrono::hours(8), 0}}};
    ASSERT_THAT(store_garbage(files_, job_.garbage_list, old), IsOk());
    EXPECT_EQ(errors(), Checks{"stray-file"});
    job_.state.journals.push_back({make_uuid_v7(clock_.now_us()), {stray.string()}, 0});
    report = run();
    EXPECT_TRUE(report.is_clean());
    EXPECT_EQ(report.stray_files, 0U);
}

TEST_F(Fsck, SaysThatATableIsMissing) {
    job_.state.metadata_locations.erase(ident_of({}, Table::kRejected));
    const FsckReport report = run();
    EXPECT_TRUE(report.is_clean());
    EXPECT_FALSE(report.offsets.is_checked);
    EXPECT_EQ(report.findings.at(0).check, "table-missing");
}

}  // namespace
}  // namespace icelight::lake
