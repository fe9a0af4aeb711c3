#include "server/api/lake/tables.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/offload.h"
#include "catalog/catalog.h"
#include "http/router.h"
#include "iceberg/table_metadata.h"
#include "iceberg/type.h"
#include "server/auth.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

/// Letters, digits and underscores, not a digit first: what the original takes for a name.
bool is_identifier(std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    for (const char c : name) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && (c < '0' || c > '9')) return false;
    }
    return true;
}

/// Rows of text columns in the envelope of queries.
class TextRows {
public:
    explicit TextRows(std::vector<std::string_view> columns) : columns_(std::move(columns)) {}

    void add(const std::vector<std::string>& values) {
        if (count_++ > 0) rows_ += ',';
        rows_ += '{';
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) rows_ += ',';
            rows_ += fmt::format("\"{}\":{}", columns_[i], http::quote_json(values[i]));
        }
        rows_ += '}';
    }

    std::string envelope(std::int64_t taken_ms) const {
        std::string columns;
        for (const auto column : columns_) {
            if (!columns.empty()) columns += ',';
            columns += fmt::format(R"({{"name":"{}","type":"VARCHAR"}})", column);
        }
        return fmt::format(
            R"({{"success":true,"data":[{}],"meta":{{"columns":[{}],"rowCount":{},"executionTime":{}}}}})",
            rows_,
            columns,
            count_,
            taken_ms);
    }

private:
    std::vector<std::string_view> columns_;
    std::string rows_;
    std::size_t count_ = 0;
};

Result<TextRows> list_tables(catalog::Catalog& catalog, const std::string& space) {
    if (!is_identifier(space))
        return fail(ErrorCode::kInvalidArgument, "Invalid namespace: " + space);
    ICE_ASSIGN(const auto tables, catalog.list_tables({space}));
    TextRows rows({"table_name"});
    for (const auto& table : tables)
        rows.add({table.name});
    return rows;
}

Result<TextRows> list_columns(catalog::Catalog& catalog,
                              const std::string& space,
                              const std::string& name) {
    if (!is_identifier(space))
        return fail(ErrorCode::kInvalidArgument, "Invalid namespace: " + space);
    if (!is_identifier(name))
        return fail(ErrorCode::kInvalidArgument, "Invalid table name: " + name);
    ICE_ASSIGN(const auto table, catalog.load_table({{space}, name}));
    const auto* schema = table.metadata->current_schema();
    if (schema == nullptr)
        return fail(ErrorCode::kCorruption, name + ": the metadata has no current schema");
    TextRows rows({"column_name", "type", "required"});
    for (const auto& field : schema->fields) {
        rows.add(
            {field.name, iceberg::type_text(field.type), field.is_required ? "true" : "false"});
    }
    return rows;
}

awaitable<http::Response> answer(TableRoutes with, std::function<Result<TextRows>()> read) {
    const auto begin = system_clock().steady();
    auto rows = co_await offload<TextRows>(with.pool, std::move(read));
    if (!rows) co_return http::make_error(rows.error());
    const auto taken =
        std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().steady() - begin);
    co_return http::make_json(http::status::kOk, rows->envelope(taken.count()));
}

}  // namespace

void add_table_routes(http::Router& router, TableRoutes with) {
    const http::Check check =
        [&auth = with.auth](http::Request& request) -> std::optional<http::Response> {
        auto allowed = auth.check_query(request);
        if (allowed) return std::nullopt;
        return http::make_error(allowed.error());
    };
    router.add({.method = http::Method::kGet,
                .pattern = "/tables/{namespace}",
                .handler =
                    [with](const http::RequestPtr& request) {
                        return answer(with, [with, space = request->parameter(0)] {
                            return list_tables(with.catalog, space);
                        });
                    },
                .check = check});
    router.add({.method = http::Method::kGet,
                .pattern = "/tables/{namespace}/{table}",
                .handler =
                    [with](const http::RequestPtr& request) {
                        return answer(
                            with,
                            [with, space = request->parameter(0), name = request->parameter(1)] {
                                return list_columns(with.catalog, space, name);
                            });
                    },
                .check = check});
}

}  // namespace icelight::server
