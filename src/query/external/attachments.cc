#include "query/external/attachments.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/database.h"
#include "engine/session.h"
#include "engine/sql_text.h"
#include "query/external/equality_deletes.h"

namespace icelight::query {
namespace {

using engine::quote_identifier;
using engine::quote_literal;

/// Of one step of a request; the query's deadline ends what is slower all the same.
constexpr int kHttpTimeoutSeconds = 10;
constexpr int kHttpRetries = 1;

std::string secret_name(const ExternalCatalog& catalog) {
    return quote_identifier("icelight_" + catalog.name);
}

std::vector<std::string> s3_locations(const ExternalCatalog& catalog) {
    std::vector<std::string> found;
    for (const auto& location : catalog.locations) {
        if (location.starts_with(kS3Scheme)) found.push_back(quote_literal(location));
    }
    return found;
}

bool has_identity(const ExternalCatalog& catalog) {
    return !catalog.token.empty() || !catalog.client_id.empty();
}

std::string identity_secret(const ExternalCatalog& catalog) {
    auto sql =
        fmt::format("CREATE OR REPLACE TEMPORARY SECRET {} (TYPE iceberg", secret_name(catalog));
    const auto add = [&sql](const char* word, const std::string& value) {
        if (!value.empty()) sql += fmt::format(", {} {}", word, quote_literal(value));
    };
    add("TOKEN", catalog.token);
    add("CLIENT_ID", catalog.client_id);
    add("CLIENT_SECRET", catalog.client_secret);
    add("OAUTH2_SCOPE", catalog.scope);
    if (!catalog.client_id.empty()) {
        add("OAUTH2_SERVER_URI",
            catalog.server_uri.empty() ? catalog.uri + "/v1/oauth/tokens" : catalog.server_uri);
    }
    return sql + ")";
}

std::string store_secret(const ExternalCatalog& catalog, const std::vector<std::string>& scopes) {
    const auto& s3 = catalog.s3;
    auto sql = fmt::format(
        "CREATE OR REPLACE TEMPORARY SECRET {} (TYPE s3, KEY_ID {}, SECRET {}, URL_STYLE '{}', "
        "USE_SSL {}, SCOPE [{}]",
        quote_identifier("icelight_s3_" + catalog.name),
        quote_literal(s3.key_id),
        quote_literal(s3.secret),
        s3.is_path_style ? "path" : "vhost",
        s3.has_tls,
        fmt::join(scopes, ", "));
    if (!s3.region.empty()) sql += ", REGION " + quote_literal(s3.region);
    if (!s3.endpoint.empty()) sql += ", ENDPOINT " + quote_literal(s3.endpoint);
    return sql + ")";
}

std::string attach_sql(const ExternalCatalog& catalog, bool wants_credentials) {
    auto sql = fmt::format("ATTACH {} AS {} (TYPE iceberg, READ_ONLY, ENDPOINT {}",
                           quote_literal(catalog.warehouse),
                           quote_identifier(catalog.name),
                           quote_literal(catalog.uri));
    sql += has_identity(catalog) ? ", SECRET " + secret_name(catalog)
                                 : std::string(", AUTHORIZATION_TYPE 'none'");
    sql += wants_credentials ? "" : ", ACCESS_DELEGATION_MODE 'none'";
    // An option of OAuth2 only: without it the region comes from the catalog.
    if (wants_credentials && has_identity(catalog) && !catalog.s3.region.empty())
        sql += ", DEFAULT_REGION " + quote_literal(catalog.s3.region);
    return sql + ")";
}

struct Meaning {
    std::string_view mark;  ///< In the engine's message.
    const char* meaning;
};

constexpr Meaning kMeanings[] = {
    {"Unauthorized_401", "it does not take our token or credentials: "},
    {"BadGateway_502", "its host was not reached: "},
    // A tunnel that the relay refused or could not make.
    {"Failure when receiving data from the peer", "its host was not reached: "},
};

/// What the engine's message comes to; nothing when it says so itself.
const char* meaning_of(std::string_view message) {
    for (const auto& [mark, meaning] : kMeanings) {
        if (message.find(mark) != std::string_view::npos) return meaning;
    }
    return "";
}

}  // namespace

std::vector<std::string> Attachments::network_settings(std::uint16_t relay_port,
                                                       const std::string& password,
                                                       const std::string& ca_file) {
    std::vector<std::string> settings = {
        fmt::format("SET GLOBAL http_proxy = '127.0.0.1:{}'", relay_port),
        fmt::format("SET GLOBAL http_proxy_username = {}", quote_literal(std::string(kRelayUser))),
        fmt::format("SET GLOBAL http_proxy_password = {}", quote_literal(password)),
        fmt::format("SET GLOBAL http_timeout = {}", kHttpTimeoutSeconds),
        fmt::format("SET GLOBAL http_retries = {}", kHttpRetries)};
    if (!ca_file.empty()) settings.push_back("SET GLOBAL ca_cert_file = " + quote_literal(ca_file));
    return settings;
}

std::vector<std::string> attach_statements(const ExternalCatalog& catalog) {
    std::vector<std::string> statements;
    if (has_identity(catalog)) statements.push_back(identity_secret(catalog));
    const auto scopes = s3_locations(catalog);
    const bool has_keys = !catalog.s3.key_id.empty();
    if (!scopes.empty() && has_keys) statements.push_back(store_secret(catalog, scopes));
    statements.push_back(attach_sql(catalog, !scopes.empty() && !has_keys));
    return statements;
}

Result<> Attachments::attach(engine::Database& database, const std::vector<std::string>& names) {
    for (const auto& name : names) {
        if (attached_.contains(name)) continue;
        const auto found = std::find_if(
            catalogs_.begin(), catalogs_.end(), [&](const auto& c) { return c.name == name; });
        if (found == catalogs_.end()) {
            return fail(ErrorCode::kInvalidArgument, "there is no catalog " + name);
        }
        ICE_TRY(attach_one(database, *found));
        attached_.insert(name);
    }
    return {};
}

Result<> Attachments::attach_one(engine::Database& database, const ExternalCatalog& catalog) {
    ICE_ASSIGN(auto session, database.connect());
    for (const auto& statement : attach_statements(catalog)) {
        const auto done = session.execute(statement);
        if (done) continue;
        auto error = done.error();
        // Whatever the engine says: it is not the statement's fault.
        if (error.code != ErrorCode::kTimeout) error.code = ErrorCode::kIo;
        return tl::unexpected(explain_external(std::move(error), {catalog.name}, {catalog}));
    }
    return {};
}

Result<> check_equality_deletes(engine::Session& session, const ExternalTable& table) {
    const auto name = fmt::format("{}.{}.{}", table.catalog, table.space, table.name);
    if (table.space.find_first_of(".\"") != std::string::npos ||
        table.name.find_first_of(".\"") != std::string::npos) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("table {} has a name with a dot or a quote", name));
    }
    const auto quoted = quote_literal(fmt::format("{}.{}.{}",
                                                  quote_identifier(table.catalog),
                                                  quote_identifier(table.space),
                                                  quote_identifier(table.name)));
    const auto metadata = session.query_text(
        fmt::format("SELECT metadata::JSON::VARCHAR FROM iceberg_load_table_response({})", quoted));
    if (!metadata) {
        const bool is_absent = metadata.error().code == ErrorCode::kInvalidArgument;
        return is_absent ? Result<>() : tl::unexpected(metadata.error());
    }
    auto presence = find_partitioned_equality_deletes(*metadata);
    if (presence == Presence::kUnknown) {
        ICE_ASSIGN(const auto first,
                   session.query_text(
                       fmt::format("SELECT content FROM iceberg_metadata({}) WHERE content = "
                                   "'EQUALITY_DELETES' LIMIT 1",
                                   quoted)));
        presence = first.empty() ? Presence::kNone : Presence::kSome;
    }
    if (presence == Presence::kNone) return {};
    return fail(ErrorCode::kUnsupported,
                fmt::format("table {} has equality deletes and partitions, of which DuckDB's "
                            "iceberg extension deletes too much; have its files rewritten",
                            name));
}

Error explain_external(Error error,
                       const std::vector<std::string>& names,
                       const std::vector<ExternalCatalog>& all) {
    if (error.code == ErrorCode::kIo) {
        error.code = ErrorCode::kUnavailable;
        const auto line = error.message.substr(0, error.message.find('\n'));
        error.message = fmt::format("{} {}: {}{}",
                                    names.size() == 1 ? "catalog" : "catalogs",
                                    fmt::join(names, ", "),
                                    meaning_of(line),
                                    without_secrets(line, all));
    } else if (error.code == ErrorCode::kForbidden) {
        error.message = fmt::format("{}; of catalog {} only what its locations name is read",
                                    error.message.substr(0, error.message.find('\n')),
                                    fmt::join(names, ", "));
    }
    return error;
}

}  // namespace icelight::query
