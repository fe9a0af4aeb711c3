#include "query/external/external_catalog.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "query/gate/gate.h"

namespace icelight::query {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
/// The engine's own, and ours.
constexpr std::string_view kTakenNames[] = {
    kCatalog, kAliasCatalog, "memory", "system", "temp", "information_schema", "pg_catalog"};

void add_host(const std::string& authority, bool has_tls, std::vector<RelayTarget>& hosts) {
    const auto target = find_target(authority, has_tls ? kHttpsPort : kHttpPort);
    if (target && std::find(hosts.begin(), hosts.end(), *target) == hosts.end()) {
        hosts.push_back(*target);
    }
}

/// Only the host that names the bucket, unless hosts name none: others' buckets are elsewhere.
void add_bucket_hosts(const ExternalS3& s3,
                      const std::string& bucket,
                      std::vector<RelayTarget>& hosts) {
    if (!s3.endpoint.empty()) {
        add_host(s3.is_path_style ? s3.endpoint : bucket + "." + s3.endpoint, s3.has_tls, hosts);
        return;
    }
    const auto regional = fmt::format("s3.{}.amazonaws.com", s3.region);
    add_host(s3.is_path_style ? regional : bucket + "." + regional, s3.has_tls, hosts);
    if (!s3.is_path_style) add_host(bucket + ".s3.amazonaws.com", s3.has_tls, hosts);
}

void replace_all(std::string& text, const std::string& what) {
    constexpr std::string_view kLeftOut = "***";
    if (what.empty()) return;
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + kLeftOut.size())) {
        text.replace(at, what.size(), kLeftOut);
    }
}

}  // namespace

bool is_external_name(std::string_view name) {
    if (name.empty() || name.size() > kExternalNameBytesMax || name[0] < 'a' || name[0] > 'z')
        return false;
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos)
        return false;
    return std::find(std::begin(kTakenNames), std::end(kTakenNames), name) == std::end(kTakenNames);
}

std::optional<RelayTarget> find_url_target(std::string_view url) {
    const bool has_tls = url.starts_with(kHttps);
    if (!has_tls && !url.starts_with(kHttp)) return std::nullopt;
    url.remove_prefix(has_tls ? kHttps.size() : kHttp.size());
    return find_target(url.substr(0, url.find('/')), has_tls ? kHttpsPort : kHttpPort);
}

std::string bucket_of(std::string_view location) {
    location.remove_prefix(std::min(location.size(), kS3Scheme.size()));
    return std::string(location.substr(0, location.find('/')));
}

std::vector<RelayTarget> hosts_of(const ExternalCatalog& catalog) {
    std::vector<RelayTarget> hosts;
    for (const auto& url : {catalog.uri, catalog.server_uri}) {
        const auto target = find_url_target(url);
        if (target) add_host(target->text(), false, hosts);
    }
    for (const auto& location : catalog.locations) {
        if (location.starts_with(kS3Scheme)) {
            add_bucket_hosts(catalog.s3, bucket_of(location), hosts);
        }
    }
    return hosts;
}

std::vector<RelayTarget> hosts_of(const std::vector<ExternalCatalog>& catalogs) {
    std::vector<RelayTarget> all;
    for (const auto& catalog : catalogs) {
        for (auto& host : hosts_of(catalog)) {
            if (std::find(all.begin(), all.end(), host) == all.end()) all.push_back(host);
        }
    }
    return all;
}

std::string without_secrets(std::string text, const std::vector<ExternalCatalog>& catalogs) {
    for (const auto& catalog : catalogs) {
        replace_all(text, catalog.token);
        replace_all(text, catalog.client_secret);
        replace_all(text, catalog.s3.secret);
    }
    return text;
}

}  // namespace icelight::query
