#include "catalog/sqlite/relation_rows.h"

#include <fmt/format.h>

#include "catalog/sqlite/rows.h"

namespace icelight::catalog::sqlite {

namespace {

const char* table_of(Relation relation) {
    return relation == Relation::kTable ? "tables" : "views";
}

Result<Statement> select(Connection& connection, Relation relation, const char* rest) {
    const auto sql = fmt::format("SELECT space, name, {}, metadata_location, version FROM {} {}",
                                 relation == Relation::kTable ? "table_uuid" : "view_uuid",
                                 table_of(relation),
                                 rest);
    return Statement::prepare(connection, sql);
}

RelationRow read_row(const Statement& statement) {
    return {{decode_space(statement.text(0)), statement.text(1)},
            statement.text(2),
            statement.text(3),
            statement.integer(4)};
}

}  // namespace

Result<std::optional<RelationRow>> find_relation(Connection& connection,
                                                 Relation relation,
                                                 const TableIdent& ident) {
    ICE_ASSIGN(auto statement, select(connection, relation, "WHERE space = ? AND name = ?"));
    statement.bind(encode_space(ident.space)).bind(ident.name);
    ICE_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return std::nullopt;
    return read_row(statement);
}

Result<std::vector<RelationRow>> load_relations(Connection& connection, Relation relation) {
    ICE_ASSIGN(auto statement, select(connection, relation, "ORDER BY space, name"));
    std::vector<RelationRow> rows;
    while (true) {
        ICE_ASSIGN(const bool has_row, statement.step());
        if (!has_row) return rows;
        rows.push_back(read_row(statement));
    }
}

Result<std::vector<TableIdent>> list_relations(Connection& connection,
                                               Relation relation,
                                               const std::vector<std::string>& space) {
    ICE_ASSIGN(auto statement, select(connection, relation, "WHERE space = ? ORDER BY name"));
    statement.bind(encode_space(space));
    std::vector<TableIdent> idents;
    while (true) {
        ICE_ASSIGN(const bool has_row, statement.step());
        if (!has_row) return idents;
        idents.push_back(read_row(statement).ident);
    }
}

Result<> insert_relation(Connection& connection, Relation relation, const RelationRow& row) {
    const auto sql = fmt::format("INSERT INTO {} VALUES (?, ?, ?, ?, ?)", table_of(relation));
    ICE_ASSIGN(auto statement, Statement::prepare(connection, sql));
    statement.bind(encode_space(row.ident.space)).bind(row.ident.name).bind(row.uuid);
    return statement.bind(row.metadata_location).bind(row.version).run();
}

Result<> swap_relation(Connection& connection,
                       Relation relation,
                       const RelationRow& row,
                       const std::string& expected_location) {
    const auto sql = fmt::format(
        "UPDATE {} SET metadata_location = ?, version = ? "
        "WHERE space = ? AND name = ? AND metadata_location = ?",
        table_of(relation));
    ICE_ASSIGN(auto statement, Statement::prepare(connection, sql));
    statement.bind(row.metadata_location).bind(row.version);
    statement.bind(encode_space(row.ident.space)).bind(row.ident.name).bind(expected_location);
    ICE_TRY(statement.run());
    if (connection.changes() == 1) return {};
    return fail(ErrorCode::kConflict,
                text_of(row.ident) + " was changed by somebody else; load it again");
}

Result<bool> remove_relation(Connection& connection, Relation relation, const TableIdent& ident) {
    const auto sql = fmt::format("DELETE FROM {} WHERE space = ? AND name = ?", table_of(relation));
    ICE_ASSIGN(auto statement, Statement::prepare(connection, sql));
    ICE_TRY(statement.bind(encode_space(ident.space)).bind(ident.name).run());
    return connection.changes() == 1;
}

}  // namespace icelight::catalog::sqlite
