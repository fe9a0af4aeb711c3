#include "catalog/sqlite/changes.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "catalog/file_batch.h"
#include "catalog/metadata_file.h"
#include "catalog/snapshot_plan.h"
#include "iceberg/table_metadata.h"
#include "iceberg/table_metadata_json.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

namespace {

constexpr std::size_t kNameBytesMax = 200;  // a file name holds 255

/// Levels and names become folder names.
Result<> check_name(const std::string& name) {
    const bool is_plain = std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == '/' || c == 0x7f;
    });
    if (is_plain && !name.empty() && name.size() <= kNameBytesMax && name != "." && name != "..") {
        return {};
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("not a name: '{}' (1 to {} bytes, no '/', no control characters)",
                            is_plain ? name.substr(0, kNameBytesMax) : "",
                            kNameBytesMax));
}

/// The pointer is about to name a file in these folders: all of their names must be durable.
Result<> create_folders(io::FileSystem& files,
                        const std::filesystem::path& table,
                        const std::filesystem::path& warehouse) {
    ICE_TRY(files.create_directories(table / "metadata"));
    ICE_TRY(files.create_directories(table / "data"));
    for (auto folder = table; folder != warehouse.parent_path(); folder = folder.parent_path()) {
        ICE_TRY(files.sync_directory(folder));
    }
    return files.sync_directory(warehouse.parent_path());
}

Result<bool> renew_copy(TableTransaction& tables,
                        Connection& connection,
                        const TableIdent& ident,
                        const Clock& clock,
                        const std::pair<std::string, std::string>& property) {
    ICE_ASSIGN(const auto base, tables.load(connection, ident));
    const auto& [key, value] = property;
    const auto found = base->properties.find(key);
    if (found == base->properties.end() || found->second == value) return false;
    iceberg::TableMetadata changed = *base;
    changed.properties[key] = value;
    changed.last_updated_ms = next_timestamp_ms(*base, clock.now_us());
    tables.change(ident, std::move(changed));
    return true;
}

}  // namespace

Result<> create_namespace(Writer& writer, const Namespace& space) {
    if (space.levels.empty()) return fail(ErrorCode::kInvalidArgument, "a namespace without name");
    for (const std::string& level : space.levels) {
        ICE_TRY(check_name(level));
    }
    ICE_TRY(writer.transact([&](Connection& connection) -> Result<bool> {
        auto parent = space.levels;
        parent.pop_back();
        if (!parent.empty()) {
            ICE_TRY(require_namespace(connection, parent));
        }
        ICE_ASSIGN(const bool is_there, has_namespace(connection, space.levels));
        if (is_there) {
            return fail(ErrorCode::kAlreadyExists,
                        fmt::format("namespace {} exists", fmt::join(space.levels, ".")));
        }
        ICE_TRY(insert_namespace(connection, space));
        return true;
    }));
    return {};
}

Result<> drop_namespace(Writer& writer, const std::vector<std::string>& levels) {
    ICE_TRY(writer.transact([&](Connection& connection) -> Result<bool> {
        ICE_TRY(require_namespace(connection, levels));
        const std::string space = encode_space(levels);
        ICE_ASSIGN(const auto tables, load_tables(connection));
        ICE_ASSIGN(const auto spaces, load_namespaces(connection));
        const bool has_tables = std::any_of(tables.begin(), tables.end(), [&](const auto& row) {
            return encode_space(row.ident.space) == space;
        });
        const bool has_spaces = std::any_of(spaces.begin(), spaces.end(), [&](const auto& other) {
            return other.starts_with(encode_space({space, ""}));
        });
        if (has_tables || has_spaces) {
            return fail(ErrorCode::kConflict,
                        fmt::format("namespace {} is not empty", fmt::join(levels, ".")));
        }
        ICE_TRY(remove_namespace(connection, space));
        return true;
    }));
    return {};
}

Result<LoadedTable> create_table(Workshop& shop, Writer& writer, const NewTable& table) {
    ICE_TRY(check_name(table.ident.name));
    ICE_ASSIGN(const auto folder, path_inside(table.metadata.location, table.warehouse));
    const std::string location = make_metadata_location(table.metadata.location, 0);
    ICE_ASSIGN(const auto path, path_of(location));
    FileBatch batch(shop.files);
    const auto outcome = writer.transact([&](Connection& connection) -> Result<bool> {
        ICE_TRY(require_namespace(connection, table.ident.space));
        ICE_ASSIGN(const auto existing, find_table(connection, table.ident));
        if (existing) {
            return fail(ErrorCode::kAlreadyExists,
                        fmt::format("table {} exists", text_of(table.ident)));
        }
        ICE_TRY(create_folders(shop.files, folder, table.warehouse));
        ICE_TRY(batch.write(path, iceberg::encode_table_metadata(table.metadata)));
        ICE_TRY(batch.sync_directories());
        ICE_TRY(
            insert_table(connection, {table.ident, table.metadata.table_uuid.text(), location, 0}));
        return true;
    });
    if (!outcome) {
        if (outcome.error().code != ErrorCode::kCommitStateUnknown) batch.take_back();
        return tl::unexpected(outcome.error());
    }
    LoadedTable created{std::make_shared<const iceberg::TableMetadata>(table.metadata), location};
    shop.tables.publish(table.ident, created);
    return created;
}

Result<> drop_table(Workshop& shop, Writer& writer, const TableIdent& ident) {
    ICE_TRY(writer.transact([&](Connection& connection) -> Result<bool> {
        ICE_ASSIGN(const bool was_there, remove_table(connection, ident));
        if (was_there) return true;
        return fail(ErrorCode::kNotFound, "table " + text_of(ident) + " does not exist");
    }));
    shop.tables.forget(ident);
    return {};
}

Result<> adopt_log(TableTransaction& tables,
                   const Clock& clock,
                   Writer& writer,
                   const Adoption& adoption) {
    const auto outcome = writer.transact([&](Connection& connection) -> Result<bool> {
        ICE_ASSIGN(const auto sinks, load_sinks(connection));
        const auto sink = sinks.find(adoption.sink);
        Watermark current;
        if (sink != sinks.end()) current = sink->second.progress.watermark;
        if (current.next(0) != adoption.next_offset || adoption.log_uuid.is_nil()) {
            return fail(ErrorCode::kConflict,
                        fmt::format("the watermark of sink {} is {}, not {}",
                                    adoption.sink,
                                    current.next(0),
                                    adoption.next_offset));
        }
        if (current.log_uuid == adoption.log_uuid) return false;
        const Watermark adopted{adoption.log_uuid, {{0, adoption.next_offset}}};
        const std::pair property(watermark_key(adoption.sink), encode_watermark(adopted));
        ICE_ASSIGN(const auto rows, load_tables(connection));
        for (const TableRow& row : rows) {
            ICE_TRY(renew_copy(tables, connection, row.ident, clock, property));
        }
        ICE_TRY(tables.store(connection));
        ICE_TRY(store_sink(connection, adoption.sink, adoption.log_uuid));
        ICE_TRY(store_watermark(connection, adoption.sink, 0, adoption.next_offset, Uuid{}.text()));
        return true;
    });
    if (outcome) return {};
    if (outcome.error().code != ErrorCode::kCommitStateUnknown) tables.take_back();
    return tl::unexpected(outcome.error());
}

}  // namespace icelight::catalog::sqlite
