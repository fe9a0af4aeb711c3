#include "lake/tables.h"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "base/ids.h"
#include "catalog/catalog.h"
#include "event/columns.h"
#include "iceberg/new_table.h"
#include "iceberg/values.h"
#include "io/location.h"

namespace icelight::lake {
namespace {

using event::ColumnType;
using iceberg::TransformKind;
using iceberg::TypeKind;

constexpr std::int32_t kSortOrderId = 1;
constexpr const char* kPartitionName = "__ingest_ts_day";

std::span<const event::Column> columns_of(Table table) {
    if (table == Table::kEvents) return event::kEventColumns;
    return event::kRejectedColumns;
}

std::int32_t ingest_ts_id(Table table) {
    return table == Table::kEvents ? event::id::kIngestTs : event::rejected_id::kIngestTs;
}

iceberg::Type type_of(ColumnType type) {
    switch (type) {
        case ColumnType::kTimestamptz:
            return TypeKind::kTimestamptz;
        case ColumnType::kLong:
            return TypeKind::kLong;
        case ColumnType::kInt:
            return TypeKind::kInt;
        case ColumnType::kBinary:
            return TypeKind::kBinary;
        case ColumnType::kString:
        case ColumnType::kJsonText:
            break;
    }
    return TypeKind::kString;
}

/// What other writers should do to the table's files; DuckDB and Spark read these.
std::map<std::string, std::string> table_properties() {
    return {{"write.format.default", "parquet"},
            {"write.parquet.compression-codec", "zstd"},
            {"write.metadata.delete-after-commit.enabled", "false"},
            // Iceberg's vectorized reader for Java cannot read a page of nothing but NULLs in the
            // delta encodings of Parquet format 2; its other reader can.
            {"read.parquet.vectorization.enabled", "false"},
            // Former metadata files count as reachable: the fewer, the sooner they may go.
            {"write.metadata.previous-versions-max", "20"}};
}

Result<> create_one(catalog::Catalog& catalog,
                    const TableNames& names,
                    Table table,
                    const Clock& clock) {
    const catalog::TableIdent ident = ident_of(names, table);
    ICE_ASSIGN(const auto existing, catalog.read_point({ident}));
    if (!existing.metadata_locations.empty()) return {};
    iceberg::NewTable fresh;
    fresh.uuid = make_uuid_v7(clock.now_us());
    // Files of a table of that name that was dropped are not this one's.
    ICE_ASSIGN(fresh.location, catalog.place_table({ident, "", false}));
    fresh.schema = make_schema(table);
    fresh.spec = make_partition_spec(table);
    if (auto order = make_sort_order(table)) fresh.other_orders.push_back(*order);
    fresh.properties = table_properties();
    ICE_ASSIGN(iceberg::TableMetadata metadata,
               iceberg::make_table(std::move(fresh), clock.now_us()));
    const auto created = catalog.create_table(ident, std::move(metadata));
    if (!created && created.error().code != ErrorCode::kAlreadyExists) {
        return fail_in(catalog::text_of(ident), created.error());
    }
    return {};
}

/// Of the table's last order by the same fields.
std::optional<std::int32_t> find_order(const iceberg::TableMetadata& metadata,
                                       const std::vector<iceberg::SortField>& fields) {
    const auto& orders = metadata.sort_orders;
    const auto found = std::find_if(orders.rbegin(), orders.rend(), [&fields](const auto& known) {
        return known.fields == fields;
    });
    if (found == orders.rend()) return std::nullopt;
    return found->order_id;
}

}  // namespace

catalog::TableIdent ident_of(const TableNames& names, Table table) {
    return {names.space, table == Table::kEvents ? names.events : names.events + "__rejected"};
}

std::vector<catalog::SinkTable> sink_tables(const TableNames& names) {
    using event::id::kIngestTs;
    using event::id::kLogOffset;
    using event::id::kMessageId;
    using event::id::kReceivedAt;
    using event::id::kTimestamp;
    using event::id::kType;
    return {{ident_of(names, Table::kEvents),
             {kMessageId, kType, kTimestamp, kReceivedAt, kIngestTs, kLogOffset},
             kLogOffset},
            {ident_of(names, Table::kRejected),
             {event::rejected_id::kReceivedAt,
              event::rejected_id::kIngestTs,
              event::rejected_id::kLogOffset},
             event::rejected_id::kLogOffset}};
}

iceberg::Schema make_schema(Table table) {
    iceberg::Schema schema;
    for (const event::Column& column : columns_of(table)) {
        iceberg::Field field;
        field.id = column.id;
        field.name = column.name;
        field.is_required = column.is_required;
        field.type = type_of(column.type);
        field.doc = column.doc;
        schema.fields.push_back(std::move(field));
    }
    return schema;
}

iceberg::PartitionSpec make_partition_spec(Table table) {
    iceberg::PartitionField field;
    field.source_id = ingest_ts_id(table);
    field.field_id = iceberg::kFirstPartitionFieldId;
    field.name = kPartitionName;
    field.transform.kind = TransformKind::kDay;
    return {0, {field}};
}

std::optional<iceberg::SortOrder> make_sort_order(Table table) {
    if (table != Table::kEvents) return std::nullopt;
    iceberg::SortOrder order;
    order.order_id = kSortOrderId;
    for (const int id : {event::id::kEvent, event::id::kTimestamp}) {
        iceberg::SortField field;
        field.source_id = id;
        field.direction = iceberg::SortDirection::kAscending;
        field.null_order = iceberg::NullOrder::kLast;
        order.fields.push_back(field);
    }
    return order;
}

Result<TableLayout> find_layout(const iceberg::TableMetadata& metadata, Table table) {
    TableLayout layout;
    const iceberg::Schema* schema = metadata.current_schema();
    if (schema == nullptr) return fail(ErrorCode::kUnsupported, "the table has no schema");
    layout.schema = *schema;
    const iceberg::PartitionSpec wanted = make_partition_spec(table);
    bool has_spec = false;
    for (const iceberg::PartitionSpec& spec : metadata.partition_specs) {
        if (!iceberg::is_compatible_spec(spec, wanted)) continue;
        layout.spec = spec;
        has_spec = true;
    }
    if (!has_spec) {
        return fail(ErrorCode::kUnsupported,
                    "the table lacks partition spec day(__ingest_ts): rows cannot be flushed");
    }
    if (const auto order = make_sort_order(table))
        layout.sort_order_id = find_order(metadata, order->fields);
    ICE_ASSIGN(layout.directory, io::parse_location(metadata.location));
    return layout;
}

std::filesystem::path data_path(const std::filesystem::path& directory,
                                std::int32_t day,
                                const std::string& name) {
    const std::string text = iceberg::value_text(TypeKind::kDate, day);
    return directory / "data" / fmt::format("{}={}", kPartitionName, text) / (name + ".parquet");
}

Result<> ensure_tables(catalog::Catalog& catalog, const TableNames& names, const Clock& clock) {
    std::vector<std::string> levels;
    for (const std::string& level : names.space) {
        levels.push_back(level);
        const auto created = catalog.create_namespace({levels, {}});
        if (!created && created.error().code != ErrorCode::kAlreadyExists) {
            return tl::unexpected(created.error());
        }
    }
    ICE_TRY(create_one(catalog, names, Table::kEvents, clock));
    return create_one(catalog, names, Table::kRejected, clock);
}

}  // namespace icelight::lake
