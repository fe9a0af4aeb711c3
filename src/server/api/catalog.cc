#include "server/api/catalog.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/offload.h"
#include "catalog/catalog.h"
#include "http/router.h"
#include "http/target.h"
#include "iceberg/table_metadata_json.h"
#include "server/auth.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr char kUnitSeparator = '\x1f';

/// What was asked for, to choose between the spec's two kinds of 404.
enum class Subject : std::uint8_t { kNamespace, kTable };

std::string_view iceberg_type_of(ErrorCode code, Subject subject) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return "BadRequestException";
        case ErrorCode::kUnauthenticated:
            return "NotAuthorizedException";
        case ErrorCode::kForbidden:
            return "ForbiddenException";
        case ErrorCode::kNotFound:
            return subject == Subject::kTable ? "NoSuchTableException" : "NoSuchNamespaceException";
        case ErrorCode::kAlreadyExists:
            return "AlreadyExistsException";
        case ErrorCode::kConflict:
            return "CommitFailedException";
        case ErrorCode::kOverloaded:
        case ErrorCode::kUnavailable:
        case ErrorCode::kShuttingDown:
        case ErrorCode::kTimeout:
            return "ServiceUnavailableException";
        case ErrorCode::kCommitStateUnknown:
            return "CommitStateUnknownException";
        case ErrorCode::kUnsupported:
            return "UnsupportedOperationException";
        default:
            return "InternalServerError";
    }
}

http::Response make_iceberg_failure(const Error& error, Subject subject) {
    return make_iceberg_error(
        http::status_of(error.code), iceberg_type_of(error.code, subject), error.message);
}

std::vector<std::string> split_levels(const std::string& joined) {
    std::vector<std::string> levels(1);
    for (const char c : joined) {
        if (c == kUnitSeparator) {
            levels.emplace_back();
        } else {
            levels.back().push_back(c);
        }
    }
    return levels;
}

std::string levels_json(const std::vector<std::string>& levels) {
    std::string text = "[";
    for (const auto& level : levels) {
        if (text.size() > 1) text += ',';
        text += http::quote_json(level);
    }
    return text + "]";
}

std::string namespace_json(const catalog::Namespace& space) {
    std::string properties;
    for (const auto& [key, value] : space.properties) {
        if (!properties.empty()) properties += ',';
        properties += http::quote_json(key) + ":" + http::quote_json(value);
    }
    return fmt::format(
        R"({{"namespace":{},"properties":{{{}}}}})", levels_json(space.levels), properties);
}

/// An answer, or the error and what it was about.
struct Outcome {
    Result<std::string> json;
    Subject subject;
};

Outcome list_namespaces(catalog::Catalog& catalog, const std::string& parent) {
    auto listed =
        catalog.list_namespaces(parent.empty() ? std::vector<std::string>{} : split_levels(parent));
    if (!listed) return {tl::unexpected(std::move(listed).error()), Subject::kNamespace};
    std::string text = R"({"namespaces":[)";
    for (std::size_t i = 0; i < listed->size(); ++i) {
        if (i > 0) text += ',';
        text += levels_json((*listed)[i].levels);
    }
    return {text + "]}", Subject::kNamespace};
}

Outcome load_namespace(catalog::Catalog& catalog, const std::string& space) {
    auto loaded = catalog.load_namespace(split_levels(space));
    if (!loaded) return {tl::unexpected(std::move(loaded).error()), Subject::kNamespace};
    return {namespace_json(*loaded), Subject::kNamespace};
}

Outcome list_tables(catalog::Catalog& catalog, const std::string& space) {
    auto listed = catalog.list_tables(split_levels(space));
    if (!listed) return {tl::unexpected(std::move(listed).error()), Subject::kNamespace};
    std::string text = R"({"identifiers":[)";
    for (std::size_t i = 0; i < listed->size(); ++i) {
        if (i > 0) text += ',';
        text += fmt::format(R"({{"namespace":{},"name":{}}})",
                            levels_json((*listed)[i].space),
                            http::quote_json((*listed)[i].name));
    }
    return {text + "]}", Subject::kNamespace};
}

Outcome load_table(catalog::Catalog& catalog, const std::string& space, const std::string& name) {
    auto loaded = catalog.load_table({split_levels(space), name});
    if (!loaded) return {tl::unexpected(std::move(loaded).error()), Subject::kTable};
    // `config` stays empty for local tables: DuckDB takes any member for S3 settings.
    return {fmt::format(R"({{"metadata-location":{},"metadata":{},"config":{{}}}})",
                        http::quote_json(loaded->metadata_location),
                        iceberg::encode_table_metadata(*loaded->metadata)),
            Subject::kTable};
}

/// Runs a catalog read on the pool and answers with it.
awaitable<http::Response> answer(CatalogRoutes with, bool is_head, std::function<Outcome()> read) {
    std::function<Result<Outcome>()> work = [read = std::move(read)] {
        return Result<Outcome>(read());
    };
    auto outcome = co_await offload<Outcome>(with.pool, std::move(work));
    if (!outcome) co_return make_iceberg_failure(outcome.error(), Subject::kTable);
    if (!outcome->json) co_return make_iceberg_failure(outcome->json.error(), outcome->subject);
    if (is_head) co_return http::Response{.status = http::status::kNoContent};
    co_return http::make_json(http::status::kOk, std::move(*outcome->json));
}

awaitable<http::Response> answer_config(http::RequestPtr /*request*/) {
    co_return http::make_json(http::status::kOk,
                              R"({"defaults":{},"overrides":{},"endpoints":[)"
                              R"("GET /v1/{prefix}/namespaces",)"
                              R"("GET /v1/{prefix}/namespaces/{namespace}",)"
                              R"("HEAD /v1/{prefix}/namespaces/{namespace}",)"
                              R"("GET /v1/{prefix}/namespaces/{namespace}/tables",)"
                              R"("GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",)"
                              R"("HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}"]})");
}

/// One object per route family: handlers are its members, so that no lambda captures cross a
/// co_await.
class Handlers {
public:
    explicit Handlers(CatalogRoutes with) : with_(with) {}

    awaitable<http::Response> namespaces(http::RequestPtr request) const {
        const auto query = http::parse_query(request->query());
        if (!query) return refuse("bad query string");
        auto parent = http::find_parameter(*query, "parent").value_or("");
        return answer(
            with_, false, [with = with_, parent] { return list_namespaces(with.catalog, parent); });
    }

    awaitable<http::Response> one_namespace(http::RequestPtr request) const {
        const bool is_head = request->method == http::Method::kHead;
        return answer(with_, is_head, [with = with_, space = request->parameter(0)] {
            return load_namespace(with.catalog, space);
        });
    }

    awaitable<http::Response> tables(http::RequestPtr request) const {
        return answer(with_, false, [with = with_, space = request->parameter(0)] {
            return list_tables(with.catalog, space);
        });
    }

    awaitable<http::Response> one_table(http::RequestPtr request) const {
        const bool is_head = request->method == http::Method::kHead;
        return answer(with_,
                      is_head,
                      [with = with_, space = request->parameter(0), name = request->parameter(1)] {
                          return load_table(with.catalog, space, name);
                      });
    }

private:
    static awaitable<http::Response> refuse(std::string message) {
        co_return make_iceberg_error(http::status::kBadRequest, "BadRequestException", message);
    }

    CatalogRoutes with_;
};

}  // namespace

http::Response make_iceberg_error(int status, std::string_view type, std::string_view message) {
    return http::make_json(status,
                           fmt::format(R"({{"error":{{"message":{},"type":"{}","code":{}}}}})",
                                       http::quote_json(message),
                                       type,
                                       status));
}

std::string_view iceberg_type_of(int status) {
    switch (status) {
        case http::status::kNotFound:
            return "NotFoundException";
        case http::status::kUnauthorized:
            return "NotAuthorizedException";
        case http::status::kForbidden:
            return "ForbiddenException";
        case http::status::kMethodNotAllowed:
            return "UnsupportedOperationException";
        case http::status::kUnavailable:
            return "ServiceUnavailableException";
        default:
            return status < http::status::kInternalError ? "BadRequestException"
                                                         : "InternalServerError";
    }
}

void add_catalog_routes(http::Router& router, CatalogRoutes with) {
    const http::Check check =
        [&auth = with.auth](http::Request& request) -> std::optional<http::Response> {
        auto allowed = auth.check_query(request);
        if (allowed) return std::nullopt;
        return make_iceberg_failure(allowed.error(), Subject::kTable);
    };
    auto handlers = std::make_shared<const Handlers>(with);
    auto add = [&](const char* pattern, http::Handler handler) {
        router.add({.method = http::Method::kGet,
                    .pattern = pattern,
                    .handler = std::move(handler),
                    .check = check,
                    .body_bytes_max = 0,
                    .family = kIcebergFamily});
    };
    add("/iceberg/v1/config", answer_config);
    add("/iceberg/v1/namespaces",
        [handlers](http::RequestPtr request) { return handlers->namespaces(std::move(request)); });
    add("/iceberg/v1/namespaces/{namespace}", [handlers](http::RequestPtr request) {
        return handlers->one_namespace(std::move(request));
    });
    add("/iceberg/v1/namespaces/{namespace}/tables",
        [handlers](http::RequestPtr request) { return handlers->tables(std::move(request)); });
    add("/iceberg/v1/namespaces/{namespace}/tables/{table}",
        [handlers](http::RequestPtr request) { return handlers->one_table(std::move(request)); });
}

}  // namespace icelight::server
