#include "app/queries/saved_queries.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "app/queries/query_record.h"
#include "app/source.h"
#include "base/ids.h"

namespace icelight::app {
namespace {

constexpr std::string_view kColumns =
    "id, owner, name, folder, description, sql, is_shared, created_at_us, updated_at_us";

SavedQuery read_query(const Statement& row) {
    SavedQuery query;
    query.id = row.text(0);
    query.owner = row.text(1);
    query.name = row.text(2);
    query.folder = row.text(3);
    query.description = row.text(4);
    query.sql = row.text(5);
    query.is_shared = row.integer(6) != 0;
    query.created_at_us = row.integer(7);
    query.updated_at_us = row.integer(8);
    return query;
}

bool may_see(const SavedQuery& query, const SavedQueryUser& user) {
    return user.is_admin || query.is_shared || query.owner == user.name;
}

Result<> check_query(const SavedQuery& query) {
    auto refuse = [](std::string message) -> Result<> {
        return fail(ErrorCode::kInvalidArgument, std::move(message));
    };
    if (query.name.empty() || query.name.size() > kNameBytesMax)
        return refuse(fmt::format("name: give 1 to {} bytes", kNameBytesMax));
    if (query.sql.empty() || query.sql.size() > kSavedSqlBytesMax)
        return refuse(fmt::format("sql: give 1 to {} bytes", kSavedSqlBytesMax));
    if (query.folder.size() > kFolderBytesMax)
        return refuse(fmt::format("folder: at most {} bytes", kFolderBytesMax));
    if (query.description.size() > kDescriptionBytesMax)
        return refuse(fmt::format("description: at most {} bytes", kDescriptionBytesMax));
    return {};
}

/// @error kNotFound  there is none that the user may see.
Result<SavedQuery> load(Connection& connection, std::string_view id, const SavedQueryUser& user) {
    ICE_ASSIGN(auto select,
               Statement::prepare(
                   connection, fmt::format("SELECT {} FROM saved_queries WHERE id = ?", kColumns)));
    ICE_ASSIGN(const bool has_row, select.bind(id).step());
    if (has_row) {
        auto query = read_query(select);
        if (may_see(query, user)) return query;
    }
    return fail(ErrorCode::kNotFound,
                fmt::format("no saved query '{}'; GET /api/queries/saved lists them", id));
}

/// The query, when the user may change it.
Result<SavedQuery> load_own(Connection& connection,
                            std::string_view id,
                            const SavedQueryUser& user) {
    ICE_ASSIGN(auto query, load(connection, id, user));
    if (user.is_admin || query.owner == user.name) return query;
    return fail(ErrorCode::kForbidden,
                fmt::format("this query is {}'s: save a copy under your own name", query.owner));
}

/// Room for `query` beside the others, and its name not taken.
Result<> check_room(Connection& connection, const SavedQuery& query) {
    ICE_ASSIGN(
        auto select,
        Statement::prepare(connection,
                           "SELECT count(*), count(*) FILTER (WHERE owner = ?1), "
                           "coalesce(sum(length(CAST(sql AS BLOB))) FILTER (WHERE owner = ?1), "
                           "0), count(*) FILTER (WHERE owner = ?1 AND name = ?2) FROM "
                           "saved_queries WHERE id <> ?3"));
    ICE_ASSIGN(const bool has_row, select.bind(query.owner).bind(query.name).bind(query.id).step());
    const auto count_of = [&](int column) {
        return has_row ? static_cast<std::size_t>(select.integer(column)) : 0;
    };
    if (count_of(3) > 0) {
        return fail(ErrorCode::kAlreadyExists,
                    fmt::format("there is a query '{}' already; give another name", query.name));
    }
    if (count_of(0) >= kSavedQueriesMax || count_of(1) >= kSavedQueriesPerOwnerMax) {
        return fail(ErrorCode::kTooLarge,
                    fmt::format("there are {} saved queries of one token or {} in all: delete some",
                                kSavedQueriesPerOwnerMax,
                                kSavedQueriesMax));
    }
    if (count_of(2) + query.sql.size() > kSavedSqlBytesPerOwnerMax) {
        return fail(ErrorCode::kTooLarge,
                    fmt::format("the saved queries of one token take at most {} MiB: delete some",
                                kSavedSqlBytesPerOwnerMax >> 20));
    }
    return {};
}

Result<> store(Connection& connection, const SavedQuery& query) {
    ICE_ASSIGN(auto insert,
               Statement::prepare(connection,
                                  "INSERT OR REPLACE INTO saved_queries VALUES (?, ?, ?, ?, ?, ?, "
                                  "?, ?, ?)"));
    return insert.bind(query.id)
        .bind(query.owner)
        .bind(query.name)
        .bind(query.folder)
        .bind(query.description)
        .bind(query.sql)
        .bind(query.is_shared ? 1 : 0)
        .bind(query.created_at_us)
        .bind(query.updated_at_us)
        .run();
}

}  // namespace

Result<std::vector<SavedQuery>> SavedQueries::list(const SavedQueryUser& user) {
    std::vector<SavedQuery> queries;
    ICE_TRY(database_.inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(auto select,
                   Statement::prepare(connection,
                                      fmt::format("SELECT {} FROM saved_queries WHERE ?1 OR "
                                                  "is_shared OR owner = ?2 ORDER BY folder, name, "
                                                  "owner",
                                                  kColumns)));
        select.bind(user.is_admin ? 1 : 0).bind(user.name);
        while (true) {
            ICE_ASSIGN(const bool has_row, select.step());
            if (!has_row) return {};
            queries.push_back(read_query(select));
            queries.back().sql = cut_text(queries.back().sql, kListedSqlBytesMax);
        }
    }));
    return queries;
}

Result<SavedQuery> SavedQueries::find(std::string_view id, const SavedQueryUser& user) {
    SavedQuery found;
    ICE_TRY(database_.inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(found, load(connection, id, user));
        return {};
    }));
    return found;
}

Result<SavedQuery> SavedQueries::add(SavedQuery query, const SavedQueryUser& user) {
    ICE_TRY(check_query(query));
    query.created_at_us = clock_.now_us();
    query.updated_at_us = query.created_at_us;
    query.id = make_uuid_v7(query.created_at_us).text();
    query.owner = user.name;
    ICE_TRY(database_.transact([&](Connection& connection) -> Result<> {
        ICE_TRY(check_room(connection, query));
        return store(connection, query);
    }));
    return query;
}

Result<SavedQuery> SavedQueries::change(SavedQuery query, const SavedQueryUser& user) {
    ICE_TRY(check_query(query));
    query.updated_at_us = clock_.now_us();
    ICE_TRY(database_.transact([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(const auto before, load_own(connection, query.id, user));
        query.owner = before.owner;
        query.created_at_us = before.created_at_us;
        ICE_TRY(check_room(connection, query));
        return store(connection, query);
    }));
    return query;
}

Result<> SavedQueries::remove(std::string_view id, const SavedQueryUser& user) {
    return database_.transact([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(const auto query, load_own(connection, id, user));
        ICE_ASSIGN(auto remove,
                   Statement::prepare(connection, "DELETE FROM saved_queries WHERE id = ?"));
        return remove.bind(query.id).run();
    });
}

}  // namespace icelight::app
