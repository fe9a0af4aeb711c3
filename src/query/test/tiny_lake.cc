#include "query/test/tiny_lake.h"

#include <future>
#include <span>

#include <fmt/format.h>

#include "base/check.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "engine/database.h"
#include "engine/parquet_writer.h"
#include "event/codec.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/new_table.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::query::testing {
namespace {

using event::ColumnType;

constexpr TimestampUs kTime = 1'700'000'000'000'000;
constexpr std::chrono::milliseconds kPatience{10'000};

template <class T>
T must(Result<T> result) {
    ICE_CHECK(result.has_value(), result.error().message);
    return std::move(*result);
}

void must(Result<> result) {
    ICE_CHECK(result.has_value(), result.error().message);
}

std::span<const event::Column> columns_of(bool is_reject) {
    if (is_reject) return event::kRejectedColumns;
    return event::kEventColumns;
}

iceberg::Schema make_schema(bool is_reject) {
    iceberg::Schema schema;
    for (const auto& column : columns_of(is_reject)) {
        iceberg::Field field;
        field.id = column.id;
        field.name = column.name;
        field.is_required = column.is_required;
        field.type = column.type == ColumnType::kTimestamptz ? iceberg::TypeKind::kTimestamptz
                     : column.type == ColumnType::kLong      ? iceberg::TypeKind::kLong
                     : column.type == ColumnType::kInt       ? iceberg::TypeKind::kInt
                     : column.type == ColumnType::kBinary    ? iceberg::TypeKind::kBinary
                                                             : iceberg::TypeKind::kString;
        schema.fields.push_back(std::move(field));
    }
    return schema;
}

engine::WriteType write_type(ColumnType type) {
    switch (type) {
        case ColumnType::kTimestamptz:
            return engine::WriteType::kTimestampTz;
        case ColumnType::kLong:
            return engine::WriteType::kInt64;
        case ColumnType::kInt:
            return engine::WriteType::kInt32;
        case ColumnType::kBinary:
            return engine::WriteType::kBlob;
        default:
            return engine::WriteType::kText;
    }
}

/// Texts of one row, kept where encoded rows and chunks may point.
struct RowTexts {
    explicit RowTexts(std::uint64_t n)
        : number(n),
          message_id(fmt::format("m{}", n)),
          event(fmt::format("e{}", n % 10)),
          user_id(fmt::format("u{}", n % 7)),
          properties(fmt::format(R"({{"n":{}}})", n)) {}

    std::uint64_t number;
    std::string message_id;
    std::string event;
    std::string user_id;
    std::string properties;
};

event::RowView make_row(const RowTexts& texts) {
    event::RowView row;
    row.set_text(event::id::kMessageId, texts.message_id);
    row.set_text(event::id::kType, "track");
    row.set_text(event::id::kEvent, texts.event);
    row.set_text(event::id::kUserId, texts.user_id);
    row.set_text(event::id::kProperties, texts.properties);
    row.set_number(event::id::kTimestamp, kTime + static_cast<TimestampUs>(texts.number));
    row.set_number(event::id::kReceivedAt, kTime);
    return row;
}

event::RejectView make_reject(const RowTexts& texts) {
    event::RejectView reject;
    reject.set_text(event::rejected_id::kStage, "parse");
    reject.set_text(event::rejected_id::kRaw, texts.properties);
    reject.set_number(event::rejected_id::kRawBytes,
                      static_cast<std::int64_t>(texts.properties.size()));
    reject.set_text(event::rejected_id::kMessageId, texts.message_id);
    reject.set_number(event::rejected_id::kReceivedAt, kTime);
    return reject;
}

/// Rows of one data file.
class Rows final : public engine::RowSource {
public:
    Rows(bool is_reject, const std::vector<std::pair<std::uint64_t, std::uint64_t>>& items)
        : is_reject_(is_reject) {
        for (const auto& [offset, number] : items) {
            offsets_.push_back(offset);
            texts_.push_back(std::make_unique<RowTexts>(number));
        }
    }

    Result<std::size_t> fill(engine::ChunkWriter& chunk) override {
        std::size_t row = 0;
        for (; row < engine::kChunkRows && next_ < offsets_.size(); ++row, ++next_) {
            if (is_reject_) {
                set(make_reject(*texts_[next_]), chunk, row);
            } else {
                set(make_row(*texts_[next_]), chunk, row);
            }
        }
        return row;
    }

private:
    template <class Values>
    void set(const Values& values, engine::ChunkWriter& chunk, std::size_t row) {
        const auto columns = columns_of(is_reject_);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto type = columns[i].type;
            if (columns[i].name == "_log_offset") {
                chunk.set_int64(i, row, static_cast<std::int64_t>(offsets_[next_]));
            } else if (columns[i].name == "_log_shard") {
                chunk.set_int32(i, row, 0);
            } else if (values.is_null(columns[i].id)) {
                chunk.set_null(i, row);
            } else if (type == ColumnType::kTimestamptz || type == ColumnType::kLong) {
                chunk.set_int64(i, row, values.number(columns[i].id));
            } else {
                chunk.set_text(i, row, values.text(columns[i].id));
            }
        }
    }

    bool is_reject_;
    std::vector<std::uint64_t> offsets_;
    std::vector<std::unique_ptr<RowTexts>> texts_;
    std::size_t next_ = 0;
};

/// Writes a data file and its manifest, both in the table's folder.
catalog::TableAppend write_files(const std::filesystem::path& folder,
                                 const std::string& name,
                                 engine::RowSource& rows,
                                 const iceberg::Schema& schema,
                                 const std::vector<engine::ParquetColumn>& columns) {
    auto database = must(engine::Database::open({}));
    auto session = must(database.connect());
    std::filesystem::create_directories(folder / "data");
    const auto path = folder / "data" / (name + ".parquet");
    const auto written = must(engine::write_parquet(session, rows, columns, path));
    iceberg::Manifest manifest;
    manifest.schema = schema;
    iceberg::ManifestEntry entry;
    entry.data_file.file_path = io::file_location(path);
    entry.data_file.record_count = written.row_count;
    entry.data_file.file_size_bytes = written.file_bytes;
    manifest.entries.push_back(entry);
    auto encoded = must(iceberg::encode_manifest(manifest));
    const auto manifest_path = folder / "metadata" / (name + "-m0.avro");
    must(io::posix_file_system().write_file_durably(manifest_path, encoded.bytes));
    encoded.file.manifest_path = io::file_location(manifest_path);
    catalog::TableAppend append;
    append.manifest = encoded.file;
    append.added = {1, written.row_count, written.file_bytes, 1};
    return append;
}

std::vector<engine::ParquetColumn> parquet_columns(bool is_reject) {
    std::vector<engine::ParquetColumn> columns;
    for (const auto& column : columns_of(is_reject))
        columns.push_back({std::string(column.name), write_type(column.type), column.id});
    return columns;
}

catalog::TableIdent ident(const std::string& name) {
    return {{"analytics"}, name};
}

}  // namespace

TinyLake::TinyLake() {
    for (const char* name : {"log", "warehouse", "spill"})
        std::filesystem::create_directory(path() / name);
    catalog::sqlite::Options options;
    options.database = path() / "catalog.db";
    options.warehouse = path() / "warehouse";
    catalog_ =
        must(catalog::sqlite::open_catalog(options, io::posix_file_system(), system_clock()));
    must(catalog_->create_namespace({{"analytics"}, {}}));
    for (const bool is_reject : {false, true}) {
        const std::string name = is_reject ? "events__rejected" : "events";
        iceberg::NewTable table;
        table.uuid = make_uuid_v7(kTime);
        table.location = io::file_location(path() / "warehouse" / "analytics" / name);
        table.schema = make_schema(is_reject);
        must(catalog_->create_table(ident(name), must(iceberg::make_table(table, kTime))));
    }
    log_ = must(wal::Log::open(
        {.directory = path() / "log"}, io::posix_file_system(), system_clock(), {}, true));
    must(catalog_->adopt_log(catalog::kEventSink, log_->uuid(), 0));
}

TinyLake::~TinyLake() {
    must(log_->close(deadline_in(kPatience)));
    must(catalog_->close(deadline_in(kPatience)));
}

void TinyLake::append(std::size_t count, std::size_t rejects) {
    wal::Batch batch;
    for (std::size_t i = 0; i < count + rejects; ++i) {
        const RowTexts texts(numbers_ + i);
        std::string bytes;
        if (i < count) {
            event::encode_row(make_row(texts), bytes);
            batch.rows += bytes;
            const auto size = static_cast<std::uint32_t>(bytes.size());
            batch.row_refs.push_back(
                {make_fingerprint(FingerprintKey{}, "s", texts.message_id), size});
        } else {
            event::encode_reject(make_reject(texts), bytes);
            batch.rejects += bytes;
            batch.reject_bytes.push_back(static_cast<std::uint32_t>(bytes.size()));
        }
    }
    std::promise<Result<wal::Appended>> promise;
    log_->append(std::move(batch), deadline_in(kPatience), [&](Result<wal::Appended> appended) {
        promise.set_value(std::move(appended));
    });
    const auto appended = must(promise.get_future().get());
    for (std::size_t i = 0; i < count; ++i)
        items_.push_back({appended.rows[i].offset, numbers_ + i, false});
    for (std::size_t i = 0; i < rejects; ++i)
        items_.push_back({appended.reject_offsets[i], numbers_ + count + i, true});
    numbers_ += count + rejects;
}

catalog::TableAppend TinyLake::write_part(bool is_reject,
                                          std::uint64_t from,
                                          std::uint64_t to,
                                          const std::string& name) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> items;
    for (const auto& item : items_) {
        const bool is_wanted = item.is_reject == is_reject;
        if (is_wanted && item.offset >= from && item.offset < to) {
            items.emplace_back(item.offset, item.number);
        }
    }
    catalog::TableAppend append;
    const std::string table = is_reject ? "events__rejected" : "events";
    if (!items.empty()) {
        Rows rows(is_reject, items);
        append = write_files(path() / "warehouse" / "analytics" / table,
                             name,
                             rows,
                             make_schema(is_reject),
                             parquet_columns(is_reject));
    }
    append.table = ident(table);
    return append;
}

void TinyLake::flush(std::uint64_t to) {
    catalog::AppendIntent intent;
    intent.log_uuid = log_->uuid();
    intent.from = watermark();
    intent.to = to == 0 ? log_->durable_offset() : to;
    intent.commit_id = make_uuid_v7(system_clock().now_us());
    const auto name = intent.commit_id.text();
    intent.appends.push_back(write_part(false, intent.from, intent.to, name));
    auto rejected = write_part(true, intent.from, intent.to, name);
    if (rejected.manifest) intent.appends.push_back(std::move(rejected));
    std::promise<Result<catalog::Committed>> promise;
    catalog_->commit(std::move(intent), [&](Result<catalog::Committed> committed) {
        promise.set_value(std::move(committed));
    });
    must(promise.get_future().get());
}

void TinyLake::make_other_table() {
    iceberg::NewTable table;
    table.uuid = make_uuid_v7(kTime);
    const auto folder = path() / "warehouse" / "analytics" / "other";
    table.location = io::file_location(folder);
    table.schema.fields = {{1, "text", false, iceberg::TypeKind::kString},
                           {2, "n", false, iceberg::TypeKind::kLong},
                           {3, "price", false, iceberg::make_decimal(9, 2)}};
    must(catalog_->create_table(ident("other"), must(iceberg::make_table(table, kTime))));
}

std::uint64_t TinyLake::watermark() const {
    const auto watermark = must(catalog_->watermark(catalog::kEventSink));
    return watermark ? watermark->next(0) : 0;
}

std::string TinyLake::metadata_location(const std::string& table) const {
    return must(catalog_->load_table(ident(table))).metadata_location;
}

Options TinyLake::options() const {
    Options options;
    options.warehouse = path() / "warehouse";
    options.log_directory = path() / "log";
    options.spill_directory = path() / "spill";
    options.memory_limit_bytes = 256u << 20;
    return options;
}

}  // namespace icelight::query::testing
