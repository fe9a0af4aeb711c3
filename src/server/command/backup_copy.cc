#include "server/command/backup_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "catalog/catalog.h"
#include "catalog/metadata_file.h"
#include "catalog/reach.h"
#include "catalog/sqlite/offline.h"
#include "catalog/sqlite/transfer.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "wal/directory.h"
#include "wal/scan.h"
#include "wal/survey.h"

namespace icelight::server::command {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = std::size_t{4} << 20;

/// The directories of a data directory that hold files with fixed places.
class Copying {
public:
    Copying(fs::path from, fs::path to) : from_(std::move(from)), to_(std::move(to)) {}

    Result<BackupSummary> run() {
        ICE_ASSIGN(const bool is_there, files_.exists(to_));
        if (is_there) {
            return fail(ErrorCode::kAlreadyExists,
                        to_.string() + " exists; name a directory that does not");
        }
        ICE_TRY(files_.create_directories_durably(to_ / "warehouse"));
        ICE_TRY(files_.create_directories_durably(to_ / "log"));
        ICE_TRY(catalog::sqlite::copy_database(from_ / "catalog.db", to_ / "catalog.db"));
        ICE_ASSIGN(const auto state, catalog::sqlite::load_state_offline(to_ / "catalog.db"));
        const auto sink = state.watermarks.find(catalog::kEventSink);
        if (sink != state.watermarks.end()) summary_.watermark = sink->second.next(0);
        for (const auto& [ident, location] : state.metadata_locations) {
            ICE_TRY(copy_table(location));
        }
        ICE_ASSIGN(const bool has_keys, files_.exists(from_ / "app.db"));
        if (has_keys) {
            ICE_TRY(catalog::sqlite::copy_database(from_ / "app.db", to_ / "app.db"));
        }
        ICE_TRY(copy_log());
        for (const fs::path& directory : directories_) {
            ICE_TRY(files_.sync_directory(directory));
        }
        // What a start looks for goes last: half a copy is no data directory.
        ICE_TRY(files_.write_file_durably(to_ / "LOCK", ""));
        return summary_;
    }

private:
    Result<> copy_table(const std::string& location) {
        ICE_ASSIGN(const auto metadata, catalog::load_metadata(files_, location));
        ICE_ASSIGN(const auto path, catalog::path_of(location));
        ICE_TRY(copy_file(path));
        const auto visit = [this](const fs::path& file) -> Result<bool> {
            ICE_TRY(copy_file(file));
            return true;
        };
        ICE_TRY(catalog::visit_reachable_files(
            files_, *metadata, catalog::ReachScope::kAllSnapshots, visit));
        for (const auto* kind : {&metadata->statistics, &metadata->partition_statistics}) {
            for (const iceberg::StatisticsFile& file : *kind) {
                ICE_ASSIGN(const auto statistics, iceberg::parse_statistics_path(file));
                ICE_ASSIGN(const auto statistics_path, catalog::path_of(statistics));
                ICE_TRY(copy_file(statistics_path));
            }
        }
        return {};
    }

    /// To the same place below to_. Files never change, and come once.
    Result<> copy_file(const fs::path& path) {
        const std::string prefix = from_.string() + "/";
        if (!path.string().starts_with(prefix)) {
            return fail(ErrorCode::kUnsupported,
                        path.string() +
                            " lies outside of the data directory; it has to be "
                            "backed up on its own");
        }
        const fs::path target = to_ / path.string().substr(prefix.size());
        if (!copied_.insert(target.string()).second) return {};
        ICE_ASSIGN(const auto source, files_.open(path, io::OpenMode::kRead));
        ICE_TRY(create_folder(target.parent_path()));
        ICE_ASSIGN(const auto file, files_.open(target, io::OpenMode::kCreateNew));
        std::string piece(kPieceBytes, '\0');
        for (std::uint64_t at = 0;;) {
            ICE_ASSIGN(const std::size_t bytes, source->read_at(at, piece.data(), piece.size()));
            if (bytes == 0) break;
            ICE_TRY(file->write_at(at, std::string_view(piece).substr(0, bytes)));
            at += bytes;
            summary_.bytes += bytes;
        }
        ++summary_.files;
        return file->sync_all();
    }

    Result<> create_folder(const fs::path& folder) {
        if (!directories_.insert(folder).second) return {};
        return files_.create_directories_durably(folder);
    }

    Result<> copy_log() {
        const fs::path log = from_ / "log";
        ICE_TRY(copy_file(log / wal::kKeyName));
        ICE_ASSIGN(const wal::Directory directory, wal::load_directory(log, files_, {}));
        for (const std::uint64_t seq : directory.sidecars) {
            auto copied = copy_file(log / wal::sidecar_name(seq));
            // Gone with its segment meanwhile.
            if (!copied && copied.error().code != ErrorCode::kNotFound) return copied;
        }
        const auto segments = wal::live_segments(directory);
        for (std::size_t i = 0; i < segments.size(); ++i) {
            ICE_TRY(copy_segment(*segments[i], i + 1 == segments.size()));
        }
        ICE_ASSIGN(const wal::Survey copied, wal::survey(to_ / "log", files_));
        summary_.next_offset = copied.next_offset;
        if (copied.first_offset <= summary_.watermark && copied.next_offset >= summary_.watermark)
            return {};
        return fail(ErrorCode::kUnavailable,
                    fmt::format("the log moved on to [{}, {}) while the tables, which hold what is "
                                "below {}, were copied; try again",
                                copied.first_offset,
                                copied.next_offset,
                                summary_.watermark));
    }

    /// Of the last segment, which may be being written, the records that were whole when read.
    Result<> copy_segment(const wal::SegmentFile& segment, bool is_last) {
        std::string bytes(segment.header.segment_bytes, '\0');
        ICE_ASSIGN(const auto source, files_.open(segment.path, io::OpenMode::kRead));
        ICE_TRY(source->read_at(0, bytes.data(), bytes.size()));
        if (is_last) {
            const wal::ScanEnd end =
                wal::scan_records(segment.header,
                                  bytes,
                                  std::nullopt,
                                  [](const wal::RecordHeader&, const wal::RecordView&) {});
            std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(end.bytes), bytes.end(), '\0');
        }
        const fs::path target = to_ / "log" / segment.path.filename();
        ICE_TRY(files_.write_file_durably(target, bytes));
        ++summary_.files;
        summary_.bytes += bytes.size();
        return {};
    }

    io::FileSystem& files_ = io::posix_file_system();
    const fs::path from_;
    const fs::path to_;
    BackupSummary summary_;
    std::set<std::string> copied_;
    std::set<fs::path> directories_;
};

}  // namespace

Result<BackupSummary> copy_directory(const fs::path& from, const fs::path& to) {
    return Copying(from, to).run();
}

Result<fs::path> copy_stopped_directory(const fs::path& from, const fs::path& to) {
    std::error_code error;
    const fs::path target = fs::absolute(to).lexically_normal();
    if (fs::exists(target, error)) {
        return fail(ErrorCode::kAlreadyExists,
                    target.string() + " exists; give --data a directory that does not");
    }
    fs::path unfinished = target;
    unfinished += ".unfinished";
    fs::remove_all(unfinished, error);
    io::FileSystem& files = io::posix_file_system();
    ICE_TRY(files.create_directories_durably(target.parent_path()));
    fs::copy(from, unfinished, fs::copy_options::recursive, error);
    if (error)
        return fail(ErrorCode::kIo, "cannot copy to " + target.string() + ": " + error.message());
    const UniqueFd root(::open(unfinished.c_str(), O_RDONLY | O_CLOEXEC));
    if (!root.is_open() || ::syncfs(root.number()) != 0)
        return fail(ErrorCode::kIo, "cannot sync " + unfinished.string());
    ICE_TRY(files.rename(unfinished, target));
    ICE_TRY(files.sync_directory(target.parent_path()));
    return fs::canonical(target, error);
}

}  // namespace icelight::server::command
