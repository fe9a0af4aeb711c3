#include "lake/test/fixture.h"

#include <future>

#include <fmt/format.h>

#include "catalog/sqlite/sqlite_catalog.h"
#include "engine/database.h"
#include "engine/sql_text.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {
namespace {

constexpr std::size_t kAvroFileBytesMax = 16u << 20;

}  // namespace

Deadline soon() {
    return deadline_in(std::chrono::seconds(30));
}

void LakeFixture::SetUp() {
    open();
    auto database = engine::Database::open({});
    ASSERT_THAT(database, IsOk());
    auto session = database->connect();
    ASSERT_THAT(session, IsOk());
    session_.emplace(std::move(*session));
}

void LakeFixture::TearDown() {
    close();
}

void LakeFixture::open() {
    io::FileSystem& files = io::posix_file_system();
    auto catalog = catalog::sqlite::open_catalog(
        {.database = dir_.path() / "catalog.db", .warehouse = dir_.path() / "warehouse"},
        files,
        clock_);
    ASSERT_THAT(catalog, IsOk());
    catalog_ = std::move(*catalog);
    ASSERT_THAT(ensure_tables(*catalog_, {}, clock_), IsOk());
    const auto stored = catalog_->watermark(catalog::kEventSink);
    ASSERT_THAT(stored, IsOk());
    wal::TableWatermark watermark;
    if (*stored) watermark = {(*stored)->log_uuid, (*stored)->next(0)};
    wal::Options options;
    options.directory = dir_.path() / "log";
    options.segment_bytes = 256u << 10;
    options.retained_bytes_max = 0;
    auto log = wal::Log::open(options, files, clock_, watermark, false);
    ASSERT_THAT(log, IsOk());
    log_ = std::move(*log);
    ASSERT_THAT(catalog_->adopt_log(catalog::kEventSink, log_->uuid(), watermark.next_offset),
                IsOk());
}

void LakeFixture::close() {
    if (log_) {
        EXPECT_THAT(log_->close(clock_.steady() + std::chrono::seconds(30)), IsOk());
    }
    log_.reset();
    if (catalog_) {
        EXPECT_THAT(catalog_->close(soon()), IsOk());
    }
    catalog_.reset();
}

std::uint64_t LakeFixture::append(const std::string& body) {
    const FingerprintKey key = log_->fingerprint_key();
    event::RequestFacts facts;
    facts.received_at = clock_.now_us();
    facts.key = &key;
    event::ParsedRequest parsed = parser_.parse(body, facts);
    wal::Batch batch;
    batch.rows = std::move(parsed.rows);
    for (const event::RowRef& row : parsed.row_refs)
        batch.row_refs.push_back({row.fingerprint, row.bytes});
    batch.rejects = std::move(parsed.rejects);
    batch.reject_bytes = std::move(parsed.reject_bytes);
    std::promise<Result<wal::Appended>> answer;
    log_->append(
        std::move(batch),
        clock_.steady() + std::chrono::seconds(30),
        [&answer](Result<wal::Appended> appended) { answer.set_value(std::move(appended)); });
    const auto appended = answer.get_future().get();
    EXPECT_THAT(appended, IsOk());
    return appended ? appended->next_offset : 0;
}

std::uint64_t LakeFixture::append_events(int count, const std::string& prefix) {
    std::string body = R"({"batch":[)";
    for (int i = 0; i < count; ++i) {
        body += fmt::format(
            R"({}{{"type":"track","messageId":"{}{}","userId":"user-{}","event":"Event {}",)"
            R"("timestamp":"2026-11-24T11:{:02}:00.123Z","properties":{{"price":{}.10}}}})",
            i == 0 ? "" : ",",
            prefix,
            i,
            i,
            (i * 7) % 10,
            59 - i % 60,
            i);
    }
    return append(body + "]}");
}

FlushJob LakeFixture::job(std::uint64_t from, std::uint64_t to) const {
    FlushJob out;
    out.log_directory = dir_.path() / "log";
    out.from = from;
    out.to = to;
    return out;
}

std::uint64_t LakeFixture::watermark() {
    const auto stored = catalog_->watermark(catalog::kEventSink);
    EXPECT_THAT(stored, IsOk());
    return stored && *stored ? (*stored)->next(0) : 0;
}

std::vector<std::filesystem::path> LakeFixture::live_files(Table table) {
    std::vector<std::filesystem::path> out;
    io::FileSystem& files = io::posix_file_system();
    const auto read = [&files](const std::string& location) {
        return *files.read_file(*io::parse_location(location), kAvroFileBytesMax);
    };
    const auto loaded = catalog_->load_table(ident_of({}, table));
    EXPECT_THAT(loaded, IsOk());
    if (!loaded || loaded->metadata->current_snapshot() == nullptr) return out;
    const auto list =
        iceberg::decode_manifest_list(read(loaded->metadata->current_snapshot()->manifest_list));
    EXPECT_THAT(list, IsOk());
    for (const iceberg::ManifestFile& file : *list) {
        const auto manifest = iceberg::decode_manifest(read(file.manifest_path));
        EXPECT_THAT(manifest, IsOk());
        for (const iceberg::ManifestEntry& entry : manifest->entries)
            if (entry.is_live()) out.push_back(*io::parse_location(entry.data_file.file_path));
    }
    return out;
}

std::string LakeFixture::ask(Table table, const std::string& sql) {
    std::string list;
    for (const std::filesystem::path& file : live_files(table))
        list += (list.empty() ? "" : ", ") + engine::quote_literal(file.string());
    if (list.empty()) return "no files";
    const auto viewed = session_->execute("CREATE OR REPLACE TEMP VIEW t AS FROM read_parquet([" +
                                          list + "], hive_partitioning = false)");
    EXPECT_THAT(viewed, IsOk());
    auto result = session_->query_text(sql);
    return result ? *result : "error: " + result.error().message;
}

std::string LakeFixture::ask_file(const std::filesystem::path& file, const std::string& sql) {
    const auto viewed =
        session_->execute("CREATE OR REPLACE TEMP VIEW t AS FROM read_parquet(" +
                          engine::quote_literal(file.string()) + ", hive_partitioning = false)");
    EXPECT_THAT(viewed, IsOk());
    auto result = session_->query_text(sql);
    return result ? *result : "error: " + result.error().message;
}

std::size_t LakeFixture::parquet_files_on_disk() const {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(dir_.path() / "warehouse"))
        if (entry.path().extension() == ".parquet") ++count;
    return count;
}

}  // namespace icelight::lake
