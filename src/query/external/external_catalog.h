#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/relay/relay_request.h"

/// Iceberg REST catalogs of others that queries may name: crm.sales.orders.
namespace icelight::query {

inline constexpr std::size_t kExternalCatalogsMax = 16;
inline constexpr std::size_t kExternalNameBytesMax = 63;
inline constexpr std::string_view kFileScheme = "file://";
inline constexpr std::string_view kS3Scheme = "s3://";

/// How to reach an object store for which the catalog hands out no credentials, and where it is.
struct ExternalS3 {
    std::string region;
    std::string key_id;
    std::string secret;
    std::string endpoint;  ///< host or host:port; empty: Amazon's, by region.
    bool is_path_style = false;
    bool has_tls = true;

    bool operator==(const ExternalS3&) const = default;
};

struct ExternalCatalog {
    std::string name;       ///< Lower case; see is_external_name().
    std::string uri;        ///< http or https, without a slash at its end.
    std::string warehouse;  ///< As the catalog calls it; may be empty.
    // One of the two, or neither.
    std::string token;
    std::string client_id;
    std::string client_secret;
    std::string scope;       ///< Of OAuth2; may be empty.
    std::string server_uri;  ///< Of OAuth2; empty: below `uri`.
    /// What may be read: "file:///directory/" or "s3://bucket/prefix/".
    std::vector<std::string> locations;
    ExternalS3 s3;

    bool operator==(const ExternalCatalog&) const = default;
};

/// Whether a catalog may be called so: lower-case letters, digits and '_', a letter first, and none
/// of the names that mean something here already.
bool is_external_name(std::string_view name);

/// Host and port of an http or https URL without user and password; empty: it is none.
std::optional<RelayTarget> find_url_target(std::string_view url);

/// The bucket of an s3:// location.
std::string bucket_of(std::string_view location);

/// All hosts that reading the catalog's tables needs, each once.
std::vector<RelayTarget> hosts_of(const ExternalCatalog& catalog);

/// Of all of them.
std::vector<RelayTarget> hosts_of(const std::vector<ExternalCatalog>& catalogs);

/// `text` with every secret of the catalogs left out.
std::string without_secrets(std::string text, const std::vector<ExternalCatalog>& catalogs);

}  // namespace icelight::query
