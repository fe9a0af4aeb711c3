#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite/table_transaction.h"
#include "catalog/sqlite/writer.h"

/// The changes that are no commits of rows. Each is one transaction on the catalog thread; errors
/// as Catalog says, and those of Writer::transact().
namespace icelight::catalog::sqlite {

Result<> create_namespace(Writer& writer, const Namespace& space);
Result<> drop_namespace(Writer& writer, const std::vector<std::string>& levels);

struct NewTable {
    TableIdent ident;
    iceberg::TableMetadata metadata;
    std::filesystem::path warehouse;
};

Result<LoadedTable> create_table(Workshop& shop, Writer& writer, const NewTable& table);
Result<> drop_table(Workshop& shop, Writer& writer, const TableIdent& ident);

struct Adoption {
    SinkId sink = kEventSink;
    Uuid log_uuid;
    std::uint64_t next_offset = 0;
};

/// Also renews the tables' copies of W. They are in `tables` for the caller to publish.
Result<> adopt_log(TableTransaction& tables,
                   const Clock& clock,
                   Writer& writer,
                   const Adoption& adoption);

}  // namespace icelight::catalog::sqlite
