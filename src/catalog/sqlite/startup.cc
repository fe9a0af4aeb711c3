#include "catalog/sqlite/startup.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "catalog/metadata_file.h"
#include "catalog/reach.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

namespace {

/// At start a missing file is no answer to a request: stored state is not what it was.
Result<LoadedTable> load_or_corrupt(TableCache& tables, const RelationRow& row) {
    auto table = tables.load(row.ident, row.metadata_location);
    if (!table && table.error().code == ErrorCode::kNotFound) {
        return fail(ErrorCode::kCorruption, table.error().message);
    }
    if (table && table->metadata->table_uuid.text() != row.uuid) {
        return fail(ErrorCode::kCorruption,
                    fmt::format("{}: metadata file {} is of table {}, catalog.db says {}; restore "
                                "the data directory from one backup",
                                text_of(row.ident),
                                row.metadata_location,
                                table->metadata->table_uuid.text(),
                                row.uuid));
    }
    return table;
}

/// A crash leaves at most one version that never became current. More says that catalog.db is
/// older than the warehouse.
Result<> check_no_newer_metadata(io::FileSystem& files, const RelationRow& row) {
    ICE_ASSIGN(const auto current, path_of(row.metadata_location));
    ICE_ASSIGN(const auto names, files.list(current.parent_path()));
    for (const std::string& name : names) {
        const auto version = find_metadata_version(name);
        if (!version || *version <= row.version + 1) continue;
        const auto path = current.parent_path() / name;
        const auto newer = load_metadata(files, path.string());
        // Of a table dropped earlier that had the same place, or not ours: no statement.
        if (!newer || (*newer)->table_uuid.text() != row.uuid) continue;
        return fail(ErrorCode::kCorruption,
                    fmt::format("{}: catalog.db is at version {}, but {} is newer: catalog.db was "
                                "restored from an older backup; restore the whole data directory "
                                "from one backup",
                                text_of(row.ident),
                                row.version,
                                path.string()));
    }
    return {};
}

/// The highest copy of one sink's W that any table holds.
struct HighestCopy {
    std::optional<Watermark> watermark;
    std::string holder;  ///< The metadata file.
};

tl::unexpected<Error> copies_differ(const HighestCopy& copy, const std::string& expected) {
    return fail(ErrorCode::kCorruption,
                fmt::format("metadata file {} says that the log is carried to {}, catalog.db says "
                            "{}: one of them was restored from another moment; restore the whole "
                            "data directory from one backup",
                            copy.holder,
                            copy.watermark ? encode_watermark(*copy.watermark) : "nothing",
                            expected));
}

/// Shards that the copy lacks count as 0, as everywhere.
bool is_above(const Watermark& copy, const Watermark& truth) {
    return std::any_of(copy.next_offset.begin(), copy.next_offset.end(), [&](const auto& entry) {
        return entry.second > truth.next(entry.first);
    });
}

Result<> check_sink(const std::vector<HighestCopy>& copies,
                    const Watermark* truth,
                    bool is_halted) {
    const std::string expected = truth == nullptr ? "nothing" : encode_watermark(*truth);
    HighestCopy highest{std::nullopt, "(none)"};
    for (const HighestCopy& copy : copies) {
        if (truth == nullptr || copy.watermark->log_uuid != truth->log_uuid ||
            is_above(*copy.watermark, *truth)) {
            return copies_differ(copy, expected);
        }
        if (!highest.watermark || is_above(*copy.watermark, *highest.watermark)) highest = copy;
    }
    // Tables may all be gone, and before the first commit there is no copy.
    if (is_halted || !highest.watermark || !is_above(*truth, *highest.watermark)) return {};
    return copies_differ(highest, expected);
}

}  // namespace

Result<> check_tables(io::FileSystem& files,
                      TableCache& tables,
                      const std::vector<RelationRow>& rows,
                      const std::map<SinkId, SinkRow>& sinks,
                      bool is_halted) {
    std::map<SinkId, std::vector<HighestCopy>> copies;
    for (const auto& [sink, row] : sinks)
        copies[sink];
    copies[kEventSink];
    for (const RelationRow& row : rows) {
        ICE_ASSIGN(const LoadedTable table, load_or_corrupt(tables, row));
        ICE_TRY(check_no_newer_metadata(files, row));
        for (auto& [sink, found] : copies) {
            const auto property = table.metadata->properties.find(watermark_key(sink));
            if (property == table.metadata->properties.end()) continue;
            auto copy = decode_watermark(property->second);
            if (!copy) return fail_in(row.metadata_location, std::move(copy).error());
            found.push_back({std::move(*copy), row.metadata_location});
        }
    }
    for (const auto& [sink, found] : copies) {
        const auto row = sinks.find(sink);
        ICE_TRY(check_sink(
            found, row == sinks.end() ? nullptr : &row->second.progress.watermark, is_halted));
    }
    return {};
}

Result<> check_places(const std::vector<RelationRow>& rows,
                      const std::filesystem::path& warehouse) {
    for (const RelationRow& row : rows) {
        if (path_inside(row.metadata_location, warehouse)) continue;
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} says it is at {}, outside of {}: the data directory was moved "
                                "or copied; run `icelight relocate --data {}` first",
                                text_of(row.ident),
                                row.metadata_location,
                                warehouse.string(),
                                warehouse.parent_path().string()));
    }
    return {};
}

Result<Verified> verify_tables(io::FileSystem& files,
                               TableCache& tables,
                               const std::vector<RelationRow>& rows,
                               std::size_t files_max) {
    Verified verified;
    for (const RelationRow& row : rows) {
        ICE_ASSIGN(const LoadedTable table, load_or_corrupt(tables, row));
        ++verified.tables;
        const auto visit = [&](const std::filesystem::path& path) -> Result<bool> {
            if (verified.files >= files_max) return false;
            ++verified.files;
            ICE_ASSIGN(const bool is_there, files.exists(path));
            if (is_there) return true;
            return fail(ErrorCode::kCorruption,
                        fmt::format("{}: file {} of the current snapshot is missing; restore it, "
                                    "or the data directory, from a backup",
                                    text_of(row.ident),
                                    path.string()));
        };
        ICE_ASSIGN(
            verified.is_complete,
            visit_reachable_files(files, *table.metadata, ReachScope::kCurrentSnapshot, visit));
        if (!verified.is_complete) return verified;
    }
    return verified;
}

}  // namespace icelight::catalog::sqlite
