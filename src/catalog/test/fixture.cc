#include "catalog/test/fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <utility>

#include "catalog/manifest_lists.h"
#include "catalog/metadata_file.h"
#include "catalog/reach.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/new_table.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {

Deadline soon() {
    return deadline_in(std::chrono::seconds(30));
}

Result<> CatalogFixture::open() {
    catalog_.reset();
    ICE_ASSIGN(catalog_, open_catalog(options_, *files_, clock_));
    return {};
}

void CatalogFixture::open_with_tables() {
    std::filesystem::create_directories(options_.warehouse);
    ASSERT_THAT(open(), IsOk());
    ASSERT_THAT(catalog_->create_namespace({{"analytics"}, {{"owner", "us"}}}), IsOk());
    ASSERT_THAT(catalog_->create_table(kEvents, new_table(kEvents)), IsOk());
    ASSERT_THAT(catalog_->create_table(kRejected, new_table(kRejected)), IsOk());
}

void CatalogFixture::close() {
    ASSERT_THAT(catalog_->close(soon()), IsOk());
    catalog_.reset();
}

Result<Committed> CatalogFixture::commit(AppendIntent intent) {
    auto answer = std::make_shared<std::promise<Result<Committed>>>();
    auto waiting = answer->get_future();
    catalog_->commit(std::move(intent),
                     [answer](Result<Committed> result) { answer->set_value(std::move(result)); });
    return waiting.get();
}

bool CatalogFixture::dies_in_child(const std::function<bool(CommitStep)>& is_last,
                                   const std::function<void()>& work) {
    constexpr int kDied = 9;
    constexpr int kEnded = 2;
    const pid_t child = fork();
    EXPECT_GE(child, 0);
    if (child == 0) {
        std::atomic<bool> is_armed = false;  // opening takes steps of its own
        options_.step_hook = [&](CommitStep step) -> Result<> {
            if (is_armed && is_last(step)) _exit(kDied);
            return {};
        };
        if (!open()) _exit(1);
        is_armed = true;
        work();
        _exit(kEnded);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    EXPECT_TRUE(code == kDied || code == kEnded) << "the child did not open the catalog: " << code;
    return code == kDied;
}

bool CatalogFixture::dies_in_child_at(std::size_t at, const std::function<void()>& work) {
    std::atomic<std::size_t> steps = 0;
    return dies_in_child([&](CommitStep) { return ++steps == at; }, work);
}

void GrowingTable::append(int count) {
    for (int i = 0; i < count; ++i) {
        clock_.advance(std::chrono::seconds(10));
        ASSERT_THAT(commit(make_intent(next_, next_ + 1)), IsOk());
        ++next_;
    }
}

AppendIntent CatalogFixture::make_intent(std::uint64_t from, std::uint64_t to) {
    AppendIntent intent;
    intent.log_uuid = kLog;
    intent.from = from;
    intent.to = to;
    intent.commit_id = make_uuid_v7(clock_.now_us());
    const std::string manifest =
        (folder(kEvents) / "metadata" / (intent.commit_id.text() + "-m0.avro")).string();
    EXPECT_THAT(catalog_->journal_files(intent.commit_id,
                                        {data_file(kEvents, intent.commit_id).string(), manifest}),
                IsOk());
    intent.appends.push_back(
        make_append(kEvents, intent.commit_id, static_cast<std::int64_t>(to - from)));
    return intent;
}

TableAppend CatalogFixture::make_append(const TableIdent& ident,
                                        const Uuid& commit_id,
                                        std::int64_t rows) {
    const auto table = new_table(ident);
    const auto data = data_file(ident, commit_id);
    EXPECT_THAT(files_->write_file_durably(data, "not really Parquet"), IsOk());
    iceberg::ManifestEntry entry;
    entry.data_file.file_path = io::file_location(data);
    entry.data_file.record_count = rows;
    entry.data_file.file_size_bytes = 18;
    const iceberg::Manifest manifest{
        .schema = *table.current_schema(), .spec = *table.default_spec(), .entries = {entry}};
    auto encoded = iceberg::encode_manifest(manifest);
    EXPECT_THAT(encoded, IsOk());
    const auto path = folder(ident) / "metadata" / (commit_id.text() + "-m0.avro");
    EXPECT_THAT(files_->write_file_durably(path, encoded->bytes), IsOk());
    encoded->file.manifest_path = io::file_location(path);
    return {ident, encoded->file, {.files = 1, .records = rows, .bytes = 18, .partitions = 1}};
}

std::filesystem::path CatalogFixture::data_file(const TableIdent& ident,
                                                const Uuid& commit_id) const {
    return folder(ident) / "data" / (commit_id.text() + ".parquet");
}

iceberg::TableMetadata CatalogFixture::new_table(const TableIdent& ident) const {
    iceberg::NewTable table;
    table.uuid = make_uuid_v7(clock_.now_us());
    table.location = io::file_location(folder(ident));
    table.schema.fields = {{1, "message_id", true, iceberg::TypeKind::kString},
                           {21, "_log_offset", false, iceberg::TypeKind::kLong}};
    table.properties = {{"write.format.default", "parquet"}};
    auto metadata = iceberg::make_table(std::move(table), clock_.now_us());
    EXPECT_THAT(metadata, IsOk());
    return std::move(*metadata);
}

LoadedTable CatalogFixture::load(const TableIdent& ident) {
    auto table = catalog_->load_table(ident);
    EXPECT_THAT(table, IsOk());
    return table ? std::move(*table) : LoadedTable{};
}

std::uint64_t CatalogFixture::watermark() {
    const auto watermark = catalog_->watermark(kEventSink);
    EXPECT_THAT(watermark, IsOk());
    return *watermark ? (*watermark)->next(0) : 0;
}

std::int64_t CatalogFixture::rows_of(const TableIdent& ident) {
    const iceberg::Snapshot* snapshot = load(ident).metadata->current_snapshot();
    if (snapshot == nullptr) return 0;
    ManifestLists lists(*files_);
    const auto list = lists.load(snapshot->manifest_list);
    EXPECT_THAT(list, IsOk());
    std::int64_t rows = 0;
    for (const auto& manifest : **list) {
        const auto bytes = files_->read_file(*path_of(manifest.manifest_path), kManifestBytesMax);
        EXPECT_THAT(bytes, IsOk());
        const auto decoded = iceberg::decode_manifest(*bytes);
        EXPECT_THAT(decoded, IsOk());
        for (const auto& entry : decoded->entries)
            rows += entry.data_file.record_count;
    }
    return rows;
}

std::filesystem::path CatalogFixture::folder(const TableIdent& ident) const {
    return options_.warehouse / ident.space.front() / ident.name;
}

std::vector<std::string> CatalogFixture::metadata_names(const std::string& suffix) const {
    auto names = *files_->list(folder(kEvents) / "metadata");
    std::erase_if(names, [&](const std::string& name) { return !name.ends_with(suffix); });
    return names;
}

}  // namespace icelight::catalog::sqlite
