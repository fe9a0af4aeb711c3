#include "catalog/sqlite/halt_rows.h"

#include <utility>

#include "catalog/sqlite/rows.h"

namespace icelight::catalog::sqlite {

Result<std::vector<SinkHalt>> load_halts(Connection& connection, SinkId sink) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "SELECT space, name, reason, kept_below, offsets_gone "
                                  "FROM halts WHERE sink = ? ORDER BY space, name"));
    statement.bind(sink);
    std::vector<SinkHalt> halts;
    while (true) {
        ICE_ASSIGN(const bool has_row, statement.step());
        if (!has_row) return halts;
        halts.push_back({{decode_space(statement.text(0)), statement.text(1)},
                         statement.text(2),
                         static_cast<std::uint64_t>(statement.integer(3)),
                         statement.integer(4)});
    }
}

Result<> store_halt(Connection& connection, SinkId sink, const SinkHalt& halt) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "INSERT INTO halts VALUES (?, ?, ?, ?, ?, ?) "
                                  "ON CONFLICT DO UPDATE SET reason = excluded.reason, "
                                  "kept_below = min(kept_below, excluded.kept_below), "
                                  "offsets_gone = offsets_gone + excluded.offsets_gone"));
    statement.bind(sink).bind(encode_space(halt.table.space)).bind(halt.table.name);
    return statement.bind(halt.reason)
        .bind(static_cast<std::int64_t>(halt.kept_below))
        .bind(halt.offsets_gone)
        .run();
}

Result<> remove_halts(Connection& connection, SinkId sink) {
    ICE_ASSIGN(auto statement, Statement::prepare(connection, "DELETE FROM halts WHERE sink = ?"));
    return statement.bind(sink).run();
}

Result<> add_offsets_gone(Connection& connection, SinkId sink, std::int64_t delta) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection,
                                  "UPDATE sinks SET offsets_gone = max(0, offsets_gone + ?) "
                                  "WHERE sink = ?"));
    return statement.bind(delta).bind(sink).run();
}

}  // namespace icelight::catalog::sqlite
