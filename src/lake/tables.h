#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/sink/sink_table.h"
#include "catalog/table_ident.h"
#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"
#include "iceberg/sort_order.h"
#include "iceberg/table_metadata.h"
#include "lake/flush/flush_job.h"

namespace icelight::catalog {
class Catalog;
}

namespace icelight::lake {

/// How the operator calls the event tables: `analytics.events` and `analytics.events__rejected`.
struct TableNames {
    std::vector<std::string> space = {"analytics"};
    std::string events = "events";
};

catalog::TableIdent ident_of(const TableNames& names, Table table);

/// Both tables, and the columns that flushes and readers stand on (architecture, "Sink tables").
std::vector<catalog::SinkTable> sink_tables(const TableNames& names);

/// The Iceberg schema of a table, from event/columns.h.
iceberg::Schema make_schema(Table table);

/// day(__ingest_ts), named __ingest_ts_day.
iceberg::PartitionSpec make_partition_spec(Table table);

/// Sort order 1 of events: event, timestamp, ascending, nulls last. Files carry it; the table's
/// default stays "unsorted", so that engines which cannot sort may insert. Rejects have none.
std::optional<iceberg::SortOrder> make_sort_order(Table table);

/// What a flush needs to know of a table as it is now: others may have changed it.
struct TableLayout {
    iceberg::Schema schema;
    iceberg::PartitionSpec spec;
    std::optional<std::int32_t> sort_order_id;
    std::filesystem::path directory;
};

/// @error kUnsupported  the table no longer knows partition spec day(__ingest_ts), or lies
///                      elsewhere than in files.
Result<TableLayout> find_layout(const iceberg::TableMetadata& metadata, Table table);

/// "data/__ingest_ts_day=2026-11-24/<name>.parquet" under the table's directory.
std::filesystem::path data_path(const std::filesystem::path& directory,
                                std::int32_t day,
                                const std::string& name);

/// Creates the namespace and both tables, empty, unless they exist.
/// @error what the catalog returns.
Result<> ensure_tables(catalog::Catalog& catalog, const TableNames& names, const Clock& clock);

}  // namespace icelight::lake
