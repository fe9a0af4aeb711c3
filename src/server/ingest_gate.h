#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/source.h"
#include "base/clock.h"
#include "http/response.h"
#include "server/auth.h"
#include "server/client_address.h"
#include "server/rate_limits.h"

namespace icelight::http {
class Request;
}

namespace icelight::server {

struct IngestGateOptions {
    /// Whether a write key is needed; empty: as soon as there is one
    /// (`write_key`, or a source).
    std::optional<bool> is_key_needed;
    std::string write_key;  ///< Of the source "default", beside those of app.db;
                            ///< empty: none.
    ProxyList proxies;
    Rate source_rate;   ///< Events of each source that has no rate of its own.
    Rate address_rate;  ///< Requests of each client address.
};

/// Who may send events, for which source, and how fast. Asked before the body
/// is read.
///
/// A write key is the Bearer token, Basic's user name, X-API-Key, X-Write-Key,
/// `?writeKey=` or the body's `writeKey`; the first that belongs to an enabled
/// source counts. Where none is needed all events are of the source "default".
/// This machine itself (no proxy) has no address limit. Thread safety: all
/// members, from any thread. Lifetime: the clock outlives it.
class IngestGate {
public:
    using SourcePtr = std::shared_ptr<const app::Source>;

    /// Wrong keys an address may try: SDKs repeat a refused request ten times.
    static constexpr Rate kWrongKeyRate{.per_second = 2, .burst = 60};
    static constexpr std::size_t kAddressesMax = 16'384;

    IngestGate(IngestGateOptions options, KeysInForce keys, const Clock& clock);

    /// The answer that refuses the request: 401, 403 (a page of an origin that
    /// the source does not allow) or 429. Empty: go on; the source's id is in
    /// `request.principal`, or nothing when the key must be in the body.
    std::optional<http::Response> refuse(http::Request& request);

    /// The source of a request that refuse() let pass; null: the key must be in
    /// the body.
    SourcePtr source_of(const http::Request& request) const;

    struct Admission {
        SourcePtr source;
        std::optional<http::Response> refusal;  ///< When `source` is null.
    };

    /// The source of a request whose head named no key; `write_key` is what the
    /// body says, "" for nothing.
    Admission admit_body_key(const http::Request& request, std::string_view write_key);

    /// Counts a request's events against its source, beyond the one that refuse()
    /// counted: the source may owe for them.
    void charge(const app::Source& source, std::size_t events);

    /// What is kept of the client's address under the source's policy; "" for
    /// nothing.
    std::string kept_address(const http::Request& request, const app::Source& source) const;

    /// Would events under this key be taken? All are, where none is needed.
    bool takes_key(std::string_view key) const;

    /// Is a key needed now, and is there one that would be taken?
    bool is_key_needed() const;
    bool has_usable_key() const;

private:
    struct Search {
        SourcePtr source;
        bool was_key_given = false;
        bool may_be_in_body = true;
    };

    bool is_needed(const app::KeyTable& keys) const;
    SourcePtr find_by_key(std::string_view key, const app::KeyTable& keys) const;
    SourcePtr find_by_id(std::string_view id, const app::KeyTable& keys) const;
    Search search_head(const http::Request& request, const app::KeyTable& keys) const;
    http::Response refuse_key(bool was_given, const ClientAddress& client);
    std::optional<http::Response> refuse_source(const http::Request& request,
                                                const app::Source& source);
    Rate rate_of(const app::Source& source) const;

    // constant after construction
    const IngestGateOptions options_;
    const KeysInForce keys_;
    const Clock& clock_;
    const SourcePtr default_source_;
    // any thread
    TokenBuckets sources_;
    TokenBuckets addresses_;
    TokenBuckets wrong_keys_;
};

}  // namespace icelight::server
