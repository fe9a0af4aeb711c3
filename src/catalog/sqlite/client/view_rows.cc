#include "catalog/sqlite/client/view_rows.h"

namespace icelight::catalog::sqlite {

namespace {

ViewRow read_view(const Statement& statement) {
    ViewRow row;
    row.ident = {decode_space(statement.text(0)), statement.text(1)};
    row.table_uuid = statement.text(2);
    row.metadata_location = statement.text(3);
    row.version = statement.integer(4);
    return row;
}

}  // namespace

Result<std::optional<ViewRow>> find_view(Connection& connection, const TableIdent& ident) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "SELECT space, name, view_uuid, metadata_location, version "
                                  "FROM views WHERE space = ? AND name = ?"));
    statement.bind(encode_space(ident.space)).bind(ident.name);
    ICE_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return std::nullopt;
    return read_view(statement);
}

Result<std::vector<ViewRow>> load_views(Connection& connection,
                                        const std::vector<std::string>& space) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "SELECT space, name, view_uuid, metadata_location, version "
                                  "FROM views WHERE space = ? ORDER BY name"));
    statement.bind(encode_space(space));
    std::vector<ViewRow> rows;
    while (true) {
        ICE_ASSIGN(const bool has_row, statement.step());
        if (!has_row) return rows;
        rows.push_back(read_view(statement));
    }
}

Result<> insert_view(Connection& connection, const ViewRow& row) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "INSERT INTO views VALUES (?, ?, ?, ?, ?)"));
    return statement.bind(encode_space(row.ident.space))
        .bind(row.ident.name)
        .bind(row.table_uuid)
        .bind(row.metadata_location)
        .bind(row.version)
        .run();
}

Result<> store_view(Connection& connection, const ViewRow& row) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "UPDATE views SET metadata_location = ?, version = ? "
                                  "WHERE space = ? AND name = ?"));
    statement.bind(row.metadata_location).bind(row.version);
    return statement.bind(encode_space(row.ident.space)).bind(row.ident.name).run();
}

Result<bool> remove_view(Connection& connection, const TableIdent& ident) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "DELETE FROM views WHERE space = ? AND name = ?"));
    ICE_TRY(statement.bind(encode_space(ident.space)).bind(ident.name).run());
    return connection.changes() == 1;
}

}  // namespace icelight::catalog::sqlite
