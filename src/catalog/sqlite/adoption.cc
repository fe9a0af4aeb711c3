#include "catalog/sqlite/adoption.h"

#include <utility>

#include <fmt/format.h>

#include "catalog/snapshot_plan.h"
#include "iceberg/table_metadata.h"

namespace icelight::catalog::sqlite {

namespace {

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
        ICE_ASSIGN(const auto rows, load_relations(connection, Relation::kTable));
        for (const RelationRow& row : rows) {
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
