#include "lake/flush/flush_writer.h"

#include <set>

#include <fmt/format.h>

#include "engine/parquet_writer.h"
#include "io/file_system.h"
#include "lake/flush/log_source.h"
#include "lake/flush/reject_list.h"
#include "wal/reader.h"

namespace icelight::lake {
namespace {

WrittenDataFile describe(const PlannedFile& planned,
                         const std::filesystem::path& path,
                         const engine::WrittenFile& file,
                         ColumnBounds::Encoded bounds) {
    WrittenDataFile out;
    out.table = planned.table;
    out.day = planned.day;
    out.path = path;
    out.row_count = file.row_count;
    out.file_bytes = file.file_bytes;
    for (const engine::ColumnCounts& column : file.columns) {
        out.column_sizes[column.field_id] = column.column_bytes;
        out.value_counts[column.field_id] = column.value_count;
        out.null_value_counts[column.field_id] = column.null_count;
    }
    out.lower_bounds = std::move(bounds.lower);
    out.upper_bounds = std::move(bounds.upper);
    out.split_offsets = file.split_offsets;
    return out;
}

}  // namespace

FlushWriter::FlushWriter(io::FileSystem& files, engine::Session session, RowHook on_row)
    : files_(&files), session_(std::move(session)), on_row_(std::move(on_row)) {}

Result<FlushWriter> FlushWriter::open(io::FileSystem& files, RowHook on_row) {
    engine::DatabaseOptions options;
    options.memory_limit_bytes = kFlushMemoryBytes;
    ICE_ASSIGN(engine::Database database, engine::Database::open(options));
    ICE_ASSIGN(engine::Session session, database.connect());
    return FlushWriter(files, std::move(session), std::move(on_row));
}

FlushWriter::FlushWriter(FlushWriter&&) noexcept = default;
FlushWriter& FlushWriter::operator=(FlushWriter&&) noexcept = default;
FlushWriter::~FlushWriter() = default;

Result<wal::Reader*> FlushWriter::reader_of(const std::filesystem::path& log_directory) {
    if (reader_ == nullptr || reader_directory_ != log_directory) {
        ICE_ASSIGN(wal::Reader reader, wal::Reader::open(log_directory, *files_));
        reader_ = std::make_unique<wal::Reader>(std::move(reader));
        reader_directory_ = log_directory;
    }
    return reader_.get();
}

Result<FlushPlan> FlushWriter::plan(const FlushJob& job) {
    planned_.clear();
    ICE_ASSIGN(wal::Reader * reader, reader_of(job.log_directory));
    FlushIndexBuilder index;
    if (auto loaded = load_log_rows(*reader, job, rows_, index); !loaded) {
        reader_.reset();  // what it remembers may be what is wrong
        return tl::unexpected(loaded.error());
    }
    index_ = std::move(index).finish();
    rejects_ = make_reject_list(rows_, index_);
    for (const auto& [day, keys] : index_.days)
        planned_.push_back({Table::kEvents, day, keys.size()});
    for (const auto& [day, items] : rejects_)
        planned_.push_back({Table::kRejected, day, items.size()});
    if (planned_.size() > kFilesMax) {
        planned_.clear();
        return fail(ErrorCode::kCorruption,
                    fmt::format("log [{}, {}) holds rows of more than {} days",
                                job.from,
                                rows_.next_offset(),
                                kFilesMax));
    }
    return FlushPlan{rows_.next_offset(), rows_.oldest_us(), planned_};
}

Result<std::vector<WrittenDataFile>> FlushWriter::write(
    const std::vector<std::filesystem::path>& paths) {
    const std::vector<PlannedFile> planned = std::move(planned_);
    planned_.clear();
    if (paths.size() != planned.size()) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} files are planned, {} named", planned.size(), paths.size()));
    }
    std::vector<WrittenDataFile> written;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        ICE_TRY(files_->create_directories_durably(paths[i].parent_path()));
        ICE_ASSIGN(WrittenDataFile file, write_one(planned[i], paths[i]));
        written.push_back(std::move(file));
    }
    ICE_TRY(sync(paths));
    return written;
}

Result<WrittenDataFile> FlushWriter::write_one(const PlannedFile& planned,
                                               const std::filesystem::path& path) {
    const auto store = [&](auto& feed,
                           std::span<const event::Column> columns) -> Result<WrittenDataFile> {
        ICE_ASSIGN(const engine::WrittenFile file,
                   engine::write_parquet(session_, feed, parquet_columns(columns), path));
        if (static_cast<std::uint64_t>(file.row_count) != planned.row_count) {
            return fail(ErrorCode::kIo,
                        fmt::format("{}: {} rows written, {} planned",
                                    path.string(),
                                    file.row_count,
                                    planned.row_count));
        }
        return describe(planned, path, file, feed.bounds().encode(columns));
    };
    if (planned.table == Table::kEvents) {
        EventFeed feed(rows_.rows(), index_.days.at(planned.day), on_row_);
        return store(feed, event::kEventColumns);
    }
    RejectFeed feed(rejects_.at(planned.day));
    return store(feed, event::kRejectedColumns);
}

Result<> FlushWriter::sync(const std::vector<std::filesystem::path>& paths) {
    std::set<std::filesystem::path> directories;
    for (const std::filesystem::path& path : paths) {
        ICE_ASSIGN(const auto file, files_->open(path, io::OpenMode::kReadWrite));
        ICE_TRY(file->sync_all());
        directories.insert(path.parent_path());
    }
    for (const std::filesystem::path& directory : directories) {
        ICE_TRY(files_->sync_directory(directory));
    }
    return {};
}

}  // namespace icelight::lake
