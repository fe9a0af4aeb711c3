#include "server/external/catalog_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "server/config.h"
#include "server/cubes/nearest_name.h"

namespace icelight::server {
namespace {

namespace fs = std::filesystem;
using query::ExternalCatalog;
using query::ExternalS3;

constexpr std::uintmax_t kFileBytesMax = 256u << 10;
constexpr std::uintmax_t kSecretBytesMax = 16u << 10;
constexpr std::size_t kTextBytesMax = 2'048;
constexpr std::size_t kLocationsMax = 64;
constexpr std::string_view kCaFile = "ca-file";
/// Of Debian and Alpine, of Fedora, of openSUSE.
constexpr const char* kSystemCaFiles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                          "/etc/pki/tls/certs/ca-bundle.crt",
                                          "/etc/ssl/ca-bundle.pem"};

bool is_printable(std::string_view text) {
    return std::all_of(
        text.begin(), text.end(), [](unsigned char c) { return c >= ' ' && c != 0x7f; });
}

/// A regular file of at most so many bytes.
Result<std::string> read_small_file(const fs::path& path, std::uintmax_t bytes_max) {
    std::error_code error;
    const bool is_file = fs::is_regular_file(path, error);
    if (!is_file || fs::file_size(path, error) > bytes_max) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} is no file of at most {} bytes", path.string(), bytes_max));
    }
    const std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        return fail(ErrorCode::kInvalidArgument, fmt::format("{} cannot be read", path.string()));
    }
    return text.str();
}

/// One table of the file: every key is asked for, what nobody asked for is refused.
class Section {
public:
    Section(const toml::table& table, std::string place)
        : table_(table), place_(std::move(place)) {}

    Result<> read_text(const char* key, std::string& value) {
        const auto* const node = find(key);
        if (node == nullptr) return {};
        const auto text = node->value_exact<std::string>();
        if (!text || text->empty() || text->size() > kTextBytesMax || !is_printable(*text)) {
            return refuse(key, fmt::format("must be a text of 1 to {} bytes", kTextBytesMax));
        }
        value = *text;
        return {};
    }

    Result<> read_switch(const char* key, bool& value) {
        const auto* const node = find(key);
        if (node == nullptr) return {};
        const auto is_on = node->value_exact<bool>();
        if (!is_on) return refuse(key, "must be true or false");
        value = *is_on;
        return {};
    }

    /// What stands in the file that the key names, without white space at its end.
    Result<> read_secret(const char* key, std::string& secret) {
        std::string path;
        ICE_TRY(read_text(key, path));
        if (path.empty()) return {};
        auto text = read_small_file(path, kSecretBytesMax);
        if (!text) return refuse(key, text.error().message);
        const auto end = text->find_last_not_of(" \t\r\n");
        text->resize(end == std::string::npos ? 0 : end + 1);
        if (text->empty() || !is_printable(*text)) {
            return refuse(key, path + " must hold the secret alone, on one line");
        }
        secret = std::move(*text);
        return {};
    }

    Result<> read_texts(const char* key, std::vector<std::string>& values) {
        const auto* const node = find(key);
        const auto* const array = node == nullptr ? nullptr : node->as_array();
        if (node != nullptr && (array == nullptr || array->size() > kLocationsMax)) {
            return refuse(key, fmt::format("must be a list of at most {} texts", kLocationsMax));
        }
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            const auto text = array->get(i)->value_exact<std::string>();
            if (!text || text->size() > kTextBytesMax || !is_printable(*text)) {
                return refuse(key,
                              fmt::format("must hold texts of at most {} bytes", kTextBytesMax));
            }
            values.push_back(*text);
        }
        return {};
    }

    /// The table below the key; null when it is absent.
    Result<const toml::table*> read_table(const char* key) {
        const auto* const node = find(key);
        if (node == nullptr) return nullptr;
        const auto* const table = node->as_table();
        if (table == nullptr) return refuse(key, "must be a table");
        return table;
    }

    Result<> refuse_others() const {
        for (const auto& [key, value] : table_) {
            const std::string name(key.str());
            if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
            return refuse(name, "is not known here" + suggest_name(name, known_));
        }
        return {};
    }

    tl::unexpected<Error> refuse(std::string_view key, std::string_view why) const {
        return fail(ErrorCode::kInvalidArgument, fmt::format("{}{}: {}", place_, key, why));
    }

private:
    const toml::node* find(const char* key) {
        known_.emplace_back(key);
        return table_.get(key);
    }

    const toml::table& table_;
    const std::string place_;  ///< "FILE: crm."
    std::vector<std::string> known_;
};

bool is_within(const fs::path& inner, const fs::path& outer) {
    const auto [end, ignored] =
        std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
    return end == outer.end();
}

/// @return why a location is none; empty when it is fine and ends with a slash.
std::string check_location(std::string& location, const fs::path& data_directory) {
    if (!location.ends_with('/')) location += '/';
    if (location.starts_with(query::kS3Scheme)) {
        const auto bucket = query::bucket_of(location);
        const bool is_bucket =
            bucket.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
        return bucket.empty() || !is_bucket ? "has no bucket" : "";
    }
    if (!location.starts_with(query::kFileScheme)) return "begins with neither file:// nor s3://";
    const fs::path path = location.substr(query::kFileScheme.size());
    std::error_code error;
    if (!path.is_absolute() || path.lexically_normal() != path || !fs::is_directory(path, error)) {
        return "is no directory; write file:// and its absolute path";
    }
    const auto real = fs::canonical(path, error);
    const auto own = fs::weakly_canonical(data_directory, error);
    if (is_within(real, own) || is_within(own, real)) {
        return "shares files with this server's data directory";
    }
    return {};
}

Result<> read_s3(Section& catalog, const std::string& place, ExternalS3& s3) {
    ICE_ASSIGN(const auto* const table, catalog.read_table("s3"));
    if (table == nullptr) return {};
    Section section(*table, place + "s3.");
    ICE_TRY(section.read_text("region", s3.region));
    ICE_TRY(section.read_text("key-id", s3.key_id));
    ICE_TRY(section.read_secret("secret-file", s3.secret));
    ICE_TRY(section.read_text("endpoint", s3.endpoint));
    ICE_TRY(section.read_switch("path-style", s3.is_path_style));
    ICE_TRY(section.read_switch("use-ssl", s3.has_tls));
    ICE_TRY(section.refuse_others());
    if (s3.key_id.empty() != s3.secret.empty()) {
        return section.refuse("key-id", "goes with secret-file");
    }
    if (!s3.endpoint.empty() && !query::find_target(s3.endpoint, 1)) {
        return section.refuse("endpoint", "must be a host, or host:port; https is use-ssl");
    }
    const bool is_region =
        s3.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    return is_region ? Result<>() : section.refuse("region", "is no region, as eu-west-1 is one");
}

Result<> check_urls(const Section& section, ExternalCatalog& catalog) {
    if (catalog.uri.empty()) return section.refuse("uri", "is missing");
    while (catalog.uri.ends_with('/'))
        catalog.uri.pop_back();
    const bool is_plain = catalog.uri.find_first_of("?#") == std::string::npos;
    if (!is_plain || !query::find_url_target(catalog.uri)) {
        return section.refuse("uri", "must be https://host/path or http://host/path");
    }
    if (!catalog.server_uri.empty() && !query::find_url_target(catalog.server_uri)) {
        return section.refuse("server-uri", "must be https://host/path or http://host/path");
    }
    return {};
}

Result<> check_identity(const Section& section, const ExternalCatalog& catalog) {
    if (catalog.client_id.empty() != catalog.client_secret.empty()) {
        return section.refuse("client-id", "goes with client-secret-file");
    }
    if (!catalog.token.empty() && !catalog.client_id.empty()) {
        return section.refuse("token-file", "goes without client-id");
    }
    const bool has_oauth_words = !catalog.scope.empty() || !catalog.server_uri.empty();
    if (has_oauth_words && catalog.client_id.empty()) {
        return section.refuse(catalog.scope.empty() ? "server-uri" : "scope",
                              "goes with client-id and client-secret-file");
    }
    return {};
}

Result<> check_locations(const Section& section,
                         ExternalCatalog& catalog,
                         const fs::path& data_directory) {
    if (catalog.locations.empty()) {
        return section.refuse("locations", "is missing: name what may be read");
    }
    bool has_s3 = false;
    for (auto& location : catalog.locations) {
        const auto why_not = check_location(location, data_directory);
        if (!why_not.empty()) {
            return section.refuse("locations", fmt::format("\"{}\" {}", location, why_not));
        }
        has_s3 |= location.starts_with(query::kS3Scheme);
    }
    const bool is_placed = !catalog.s3.region.empty() || !catalog.s3.endpoint.empty();
    if (has_s3 && !is_placed) {
        return section.refuse("s3", "needs region or endpoint, to know the buckets' hosts");
    }
    return {};
}

Result<ExternalCatalog> read_catalog(const std::string& name,
                                     const toml::table& table,
                                     const std::string& file,
                                     const fs::path& data_directory) {
    const auto place = fmt::format("{}: {}.", file, name);
    ExternalCatalog catalog;
    catalog.name = name;
    Section section(table, place);
    ICE_TRY(section.read_text("uri", catalog.uri));
    ICE_TRY(section.read_text("warehouse", catalog.warehouse));
    ICE_TRY(section.read_secret("token-file", catalog.token));
    ICE_TRY(section.read_text("client-id", catalog.client_id));
    ICE_TRY(section.read_secret("client-secret-file", catalog.client_secret));
    ICE_TRY(section.read_text("scope", catalog.scope));
    ICE_TRY(section.read_text("server-uri", catalog.server_uri));
    ICE_TRY(section.read_texts("locations", catalog.locations));
    ICE_TRY(read_s3(section, place, catalog.s3));
    ICE_TRY(section.refuse_others());
    ICE_TRY(check_urls(section, catalog));
    ICE_TRY(check_identity(section, catalog));
    ICE_TRY(check_locations(section, catalog, data_directory));
    return catalog;
}

Result<> read_ca_file(const toml::node& node, const std::string& file, CatalogFile& out) {
    std::error_code error;
    const auto text = node.value_exact<std::string>();
    if (!text || !fs::path(*text).is_absolute() || !fs::is_regular_file(*text, error)) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("{}: {}: must be the absolute path of a file", file, kCaFile));
    }
    out.ca_file = *text;
    return {};
}

/// Empty where the system has none: https is then refused by the client.
fs::path find_system_ca_file() {
    std::error_code error;
    for (const auto* const path : kSystemCaFiles) {
        if (fs::is_regular_file(path, error)) return path;
    }
    return {};
}

Result<toml::table> parse_file(const fs::path& path) {
    auto text = read_small_file(path, kFileBytesMax);
    if (!text) {
        return fail(ErrorCode::kInvalidArgument,
                    "query.external-catalogs: " + text.error().message);
    }
    try {
        return toml::parse(*text);
    } catch (const toml::parse_error& error) {
        return fail(
            ErrorCode::kInvalidArgument,
            fmt::format(
                "{} line {}: {}", path.string(), error.source().begin.line, error.description()));
    }
}

}  // namespace

Result<CatalogFile> load_catalog_file(const fs::path& path, const fs::path& data_directory) {
    const auto file = path.string();
    ICE_ASSIGN(const auto root, parse_file(path));
    CatalogFile out{.catalogs = {}, .ca_file = find_system_ca_file()};
    for (const auto& [key, node] : root) {
        const std::string name(key.str());
        if (name == kCaFile) {
            ICE_TRY(read_ca_file(node, file, out));
            continue;
        }
        if (!query::is_external_name(name)) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("{}: \"{}\" cannot name a catalog: lower-case letters, digits "
                                    "and _, and none of the engine's or this server's own names",
                                    file,
                                    name));
        }
        const auto* const table = node.as_table();
        if (table == nullptr) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("{}: {} must be a table: [{}]", file, name, name));
        }
        ICE_ASSIGN(auto catalog, read_catalog(name, *table, file, data_directory));
        out.catalogs.push_back(std::move(catalog));
    }
    if (out.catalogs.empty() || out.catalogs.size() > query::kExternalCatalogsMax) {
        return fail(
            ErrorCode::kInvalidArgument,
            fmt::format("{}: must hold 1 to {} catalogs", file, query::kExternalCatalogsMax));
    }
    return out;
}

Result<CatalogFile> load_external_catalogs(const Config& config) {
    const auto& path = config.text("query.external-catalogs");
    if (path.empty()) return CatalogFile{};
    if (config.text("query.extensions").empty()) {
        return fail(
            ErrorCode::kInvalidArgument,
            "query.external-catalogs needs query.extensions, a directory with avro, iceberg "
            "and httpfs; packaging/duckdb_extensions.sh brings one and prints it");
    }
    return load_catalog_file(path, fs::absolute(config.text("server.data")));
}

}  // namespace icelight::server
