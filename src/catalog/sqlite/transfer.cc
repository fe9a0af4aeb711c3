#include "catalog/sqlite/transfer.h"

#include <utility>

#include "catalog/sqlite/connection.h"
#include "catalog/sqlite/rows.h"
#include "catalog/sqlite/schema.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {
namespace {

Result<> move_table(Connection& connection, const TableIdent& ident, const Move& move) {
    ICE_ASSIGN(auto row, find_relation(connection, Relation::kTable, ident));
    if (!row) return fail(ErrorCode::kConflict, text_of(ident) + " is gone");
    row->metadata_location = move.to;
    row->version += 1;
    return swap_relation(connection, Relation::kTable, *row, move.from);
}

}  // namespace

Result<> copy_database(const std::filesystem::path& database, const std::filesystem::path& target) {
    ConnectionOptions options;
    options.path = database;
    {
        ICE_ASSIGN(auto connection, Connection::open(options, ConnectionMode::kReadWrite));
        ICE_ASSIGN(auto statement, Statement::prepare(connection, "VACUUM INTO ?"));
        ICE_TRY(statement.bind(target.string()).run());
    }
    io::FileSystem& files = io::posix_file_system();
    ICE_ASSIGN(const auto file, files.open(target, io::OpenMode::kReadWrite));
    ICE_TRY(file->sync_all());
    return files.sync_directory(target.parent_path());
}

Result<> move_tables(const std::filesystem::path& database,
                     const std::map<TableIdent, Move>& moves) {
    ConnectionOptions options;
    options.path = database;
    ICE_ASSIGN(auto connection, Connection::open(options, ConnectionMode::kReadWrite));
    ICE_TRY(prepare_schema(connection, 0));
    ICE_TRY(set_durability(connection));
    ICE_ASSIGN(auto transaction, Transaction::begin(connection, TransactionKind::kWrite));
    for (const auto& [ident, move] : moves) {
        ICE_TRY(move_table(connection, ident, move));
    }
    ICE_ASSIGN(const auto journals, load_journals(connection));
    for (const Journal& journal : journals) {
        ICE_TRY(remove_journal(connection, journal.commit_id));
    }
    return transaction.commit();
}

}  // namespace icelight::catalog::sqlite
