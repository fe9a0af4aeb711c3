#include <algorithm>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/letter_case.h"
#include "http/message_parser_internal.h"
#include "http/response.h"

namespace icelight::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

/// A chunk's header line with its extensions; longer ones serve nobody.
constexpr std::size_t kChunkHeaderBytesMax = 16 << 10;

/// A name or an address, and a port (RFC 3986, section 3.2.2). May be empty.
bool is_host(std::string_view host) {
    static constexpr std::string_view kOthers = "-._~%:[]!$&'()*+;=";
    return std::all_of(host.begin(), host.end(), [](char c) {
        const bool is_digit = c >= '0' && c <= '9';
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return is_digit || is_letter || kOthers.find(c) != std::string_view::npos;
    });
}

std::string_view to_std(BeastView view) {
    return {view.data(), view.size()};
}

}  // namespace

/// Beast's parser reads the grammar; the fields go straight into the Request.
class MessageParser::Impl final : public beast_http::basic_parser<true> {
public:
    Impl(const Limits& limits, Request& request) : limits_(limits), request_(request) {
        header_limit(
            static_cast<std::uint32_t>(limits.target_bytes_max + limits.headers_bytes_max));
        body_limit(boost::none);
    }

    ParseStep put_head(std::string_view bytes) {
        eager(false);
        first_ = bytes.data();
        last_ = bytes.data() + bytes.size();
        ParseStep step = put_some(bytes);
        if (step.state == ParseStep::State::kNeedsMore && is_header_done())
            step.state = ParseStep::State::kDone;
        if (step.state == ParseStep::State::kDone && !check_head()) return refusal();
        return step;
    }

    ParseStep put_chunks(std::string_view bytes, std::size_t body_bytes_max) {
        eager(true);
        body_bytes_max_ = body_bytes_max;
        ParseStep step = put_some(bytes);
        const bool is_stuck = step.used_bytes == 0 && bytes.size() > kChunkHeaderBytesMax;
        if (step.state == ParseStep::State::kNeedsMore && is_stuck) {
            refuse(status::kBadRequest, "a chunk header is too long");
            return refusal();
        }
        return step;
    }

private:
    ParseStep put_some(std::string_view bytes) {
        error_code error;
        ParseStep step;
        step.used_bytes = put({bytes.data(), bytes.size()}, error);
        if (refused_status_ != 0) return refusal();
        if (error && error != beast_http::error::need_more) {
            name_error(error);
            return refusal();
        }
        step.state = is_done() ? ParseStep::State::kDone : ParseStep::State::kNeedsMore;
        return step;
    }

    void name_error(error_code error) {
        if (error == beast_http::error::header_limit) {
            if (request_.target().empty()) return refuse(status::kTargetTooLong, "URI too long");
            return refuse(status::kHeadersTooLarge, "the request headers are too large");
        }
        if (error == beast_http::error::bad_version)
            return refuse(status::kBadRequest, "only HTTP/1.0 and HTTP/1.1 are spoken here");
        if (error == beast_http::error::multiple_content_length ||
            error == beast_http::error::bad_content_length)
            return refuse(status::kBadRequest, "malformed or conflicting Content-Length");
        if (error == beast_http::error::bad_transfer_encoding)
            return refuse(status::kBadRequest, "conflicting Transfer-Encoding");
        refuse(status::kBadRequest, "malformed HTTP request");
    }

    /// Keeps the first reason.
    void refuse(int status, std::string_view reason) {
        if (refused_status_ != 0) return;
        refused_status_ = status;
        refused_reason_ = reason;
    }

    ParseStep refusal() const {
        ParseStep step;
        step.state = ParseStep::State::kRefused;
        step.status = refused_status_;
        step.reason = refused_reason_;
        return step;
    }

    bool check_head() {
        const std::size_t hosts = request_.count_headers("Host");
        const std::size_t lengths = request_.count_headers("Content-Length");
        const std::size_t encodings = request_.count_headers("Transfer-Encoding");
        if (hosts > 1 || (hosts == 0 && request_.is_http_11))
            refuse(status::kBadRequest, "exactly one Host header is needed");
        if (!is_host(request_.header("Host")) || !is_host(request_.host()))
            refuse(status::kBadRequest, "malformed Host");
        if (!is_same_host()) refuse(status::kBadRequest, "Host is not the target's");
        if (lengths > 1) refuse(status::kBadRequest, "more than one Content-Length");
        if (lengths > 0 && encodings > 0)
            refuse(status::kBadRequest, "both Content-Length and Transfer-Encoding");
        if (encodings > 0) check_transfer_encoding(encodings);
        if (request_.header("Content-Length").find(',') != std::string_view::npos)
            refuse(status::kBadRequest, "malformed or conflicting Content-Length");
        return refused_status_ == 0;
    }

    /// Whoever stands in front may have decided by one of both.
    bool is_same_host() const {
        const auto header = request_.find_header("Host");
        return !header || equal_ignoring_case(*header, request_.host());
    }

    void check_transfer_encoding(std::size_t count) {
        const bool is_chunked =
            equal_ignoring_case(request_.header("Transfer-Encoding"), "chunked") && count == 1;
        if (!is_chunked || !request_.is_http_11)
            refuse(status::kBadRequest, "the only Transfer-Encoding spoken here is chunked");
    }

    void on_request_impl(beast_http::verb /*method*/,
                         BeastView method,
                         BeastView target,
                         int version,
                         error_code& error) override {
        if (target.size() > limits_.target_bytes_max) {
            refuse(status::kTargetTooLong, "URI too long");
            error = beast_http::error::header_limit;
            return;
        }
        request_.method = http::parse_method(to_std(method));
        request_.is_http_11 = version == 11;
        request_.set_target(to_std(target));
        const bool has_path = !request_.path().empty() && request_.path().front() == '/';
        const bool is_star = request_.method == Method::kOptions && target == "*";
        if (!has_path && !is_star) {
            refuse(status::kBadRequest, "the request target is not a path");
            error = beast_http::error::bad_target;
        }
    }

    void on_field_impl(beast_http::field /*field*/,
                       BeastView name,
                       BeastView value,
                       error_code& error) override {
        if (is_header_done()) return;  // A trailer: nobody here reads them.
        const bool is_folded = !value.empty() && (value.data() < first_ || value.data() >= last_);
        if (is_folded) {
            refuse(status::kBadRequest, "folded headers are not accepted");
            error = beast_http::error::bad_value;
            return;
        }
        if (request_.headers_count() == limits_.headers_count_max ||
            request_.headers_bytes() + name.size() + value.size() > limits_.headers_bytes_max) {
            refuse(status::kHeadersTooLarge, "the request headers are too large");
            error = beast_http::error::header_limit;
            return;
        }
        request_.add_header(to_std(name), to_std(value));
    }

    std::size_t on_chunk_body_impl(std::uint64_t /*remain*/,
                                   BeastView body,
                                   error_code& error) override {
        if (request_.body.size() + body.size() > body_bytes_max_) {
            refuse(status::kTooLarge, "the request body is too large");
            error = beast_http::error::body_limit;
            return 0;
        }
        request_.body.append(body.data(), body.size());
        return body.size();
    }

    std::size_t on_body_impl(BeastView body, error_code& /*error*/) override { return body.size(); }

    void on_chunk_header_impl(std::uint64_t /*size*/,
                              BeastView /*extensions*/,
                              error_code& /*error*/) override {}

    void on_response_impl(int /*code*/,
                          BeastView /*reason*/,
                          int /*version*/,
                          error_code& /*error*/) override {}

    void on_header_impl(error_code& /*error*/) override {}

    void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                           error_code& /*error*/) override {}

    void on_finish_impl(error_code& /*error*/) override {}

    const Limits& limits_;
    Request& request_;
    const char* first_ = nullptr;
    const char* last_ = nullptr;
    std::size_t body_bytes_max_ = 0;
    int refused_status_ = 0;
    std::string_view refused_reason_;
};

MessageParser::MessageParser(const Limits& limits, Request& request)
    : impl_(std::make_unique<Impl>(limits, request)) {}

MessageParser::~MessageParser() = default;

ParseStep MessageParser::parse_head(std::string_view bytes) {
    return impl_->put_head(bytes);
}

ParseStep MessageParser::parse_chunks(std::string_view bytes, std::size_t body_bytes_max) {
    return impl_->put_chunks(bytes, body_bytes_max);
}

Framing MessageParser::framing() const {
    if (impl_->chunked()) return Framing::kChunked;
    return content_length() > 0 ? Framing::kLength : Framing::kNone;
}

std::uint64_t MessageParser::content_length() const {
    return impl_->content_length().value_or(0);
}

bool MessageParser::keeps_alive() const {
    return impl_->keep_alive();
}

}  // namespace icelight::http
