#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/method.h"

namespace icelight::http {

/// One request, its body read whole. Views returned by its members end when it is changed or moved.
class Request {
public:
    Request() = default;

    /// @param target  as on the request line: "/v1/batch?writeKey=k". An absolute form is cut to
    /// its
    ///                path, its authority then counts as the host.
    void set_target(std::string_view target);
    void add_header(std::string_view name, std::string_view value);

    /// The value of the first header of that name (any case), without surrounding blanks.
    std::optional<std::string_view> find_header(std::string_view name) const;
    /// The same, "" when there is none.
    std::string_view header(std::string_view name) const;
    std::size_t count_headers(std::string_view name) const;
    /// The values of all headers of that name, in their order.
    std::vector<std::string_view> all_headers(std::string_view name) const;

    std::size_t headers_count() const { return headers_.size(); }

    std::size_t headers_bytes() const { return head_.size() - target_bytes_; }

    std::string_view target() const { return std::string_view(head_).substr(0, target_bytes_); }

    /// Still percent-encoded, without the query and without a slash at the end: "/v1/batch".
    std::string_view path() const {
        return std::string_view(head_).substr(path_offset_, path_bytes_);
    }

    /// Still percent-encoded, without the '?'.
    std::string_view query() const {
        return std::string_view(head_).substr(query_offset_, query_bytes_);
    }

    /// What the client calls this server: "localhost:8787".
    std::string_view host() const;

    /// Decoded values of the route's `{name}` segments, in their order.
    const std::string& parameter(std::size_t index) const { return parameters[index]; }

    Method method = Method::kOther;
    bool is_http_11 = true;
    std::string body;
    std::vector<std::string> parameters;
    std::string remote_address;   ///< "127.0.0.1", "::1".
    TimestampUs received_at = 0;  ///< When the last byte was read.
    /// Filled by the route's check, read by its handler: the source of a write key, for example.
    std::string principal;
    /// Set by a handler whose work is long: called once, on the net thread, when the client closed
    /// its side (half of it is enough) before the whole answer left. Seen within
    /// Limits::sweep_interval.
    std::function<void()> when_client_leaves;

private:
    struct Header {
        std::uint32_t name_offset;
        std::uint32_t name_bytes;
        std::uint32_t value_offset;
        std::uint32_t value_bytes;
    };

    std::string_view name_of(const Header& header) const;
    std::string_view value_of(const Header& header) const;

    // The target, then names and values, back to back.
    std::string head_;
    std::vector<Header> headers_;
    std::size_t target_bytes_ = 0;
    std::size_t path_offset_ = 0;
    std::size_t path_bytes_ = 0;
    std::size_t query_offset_ = 0;
    std::size_t query_bytes_ = 0;
    std::size_t authority_offset_ = 0;
    std::size_t authority_bytes_ = 0;
};

}  // namespace icelight::http
