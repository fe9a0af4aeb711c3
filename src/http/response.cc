#include "http/response.h"

#include <array>

#include <fmt/format.h>

namespace icelight::http {
namespace {

struct StatusRow {
    int status;
    std::string_view reason;
    std::string_view code;
};

constexpr std::array kStatuses = {
    StatusRow{100, "Continue", "continue"},
    StatusRow{200, "OK", "ok"},
    StatusRow{201, "Created", "created"},
    StatusRow{204, "No Content", "no_content"},
    StatusRow{304, "Not Modified", "not_modified"},
    StatusRow{400, "Bad Request", "invalid_argument"},
    StatusRow{401, "Unauthorized", "unauthenticated"},
    StatusRow{403, "Forbidden", "forbidden"},
    StatusRow{404, "Not Found", "not_found"},
    StatusRow{405, "Method Not Allowed", "method_not_allowed"},
    StatusRow{406, "Not Acceptable", "not_acceptable"},
    StatusRow{408, "Request Timeout", "request_timeout"},
    StatusRow{409, "Conflict", "conflict"},
    StatusRow{413, "Content Too Large", "too_large"},
    StatusRow{414, "URI Too Long", "target_too_long"},
    StatusRow{415, "Unsupported Media Type", "unsupported_media_type"},
    StatusRow{417, "Expectation Failed", "expectation_failed"},
    StatusRow{421, "Misdirected Request", "wrong_host"},
    StatusRow{429, "Too Many Requests", "overloaded"},
    StatusRow{431, "Request Header Fields Too Large", "headers_too_large"},
    StatusRow{500, "Internal Server Error", "internal"},
    StatusRow{501, "Not Implemented", "unsupported"},
    StatusRow{503, "Service Unavailable", "unavailable"},
    StatusRow{504, "Gateway Timeout", "timeout"},
    StatusRow{505, "HTTP Version Not Supported", "version_not_supported"},
};

const StatusRow* find_status(int status) {
    for (const StatusRow& row : kStatuses)
        if (row.status == status) return &row;
    return nullptr;
}

/// Length of the UTF-8 sequence at `at`; 0 when it is not well formed (Unicode table 3-7).
std::size_t utf8_length(std::string_view text, std::size_t at) {
    auto byte = [text](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    auto is_tail = [&byte](std::size_t i) {
        return (byte(i) & 0xC0U) == 0x80U;
    };
    const unsigned first = byte(at);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return is_tail(at + 1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned second = byte(at + 1);
        if (first == 0xE0 && second < 0xA0) return 0;
        if (first == 0xED && second > 0x9F) return 0;
        return is_tail(at + 1) && is_tail(at + 2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned second = byte(at + 1);
        if (first == 0xF0 && second < 0x90) return 0;
        if (first == 0xF4 && second > 0x8F) return 0;
        return is_tail(at + 1) && is_tail(at + 2) && is_tail(at + 3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return 400;
        case ErrorCode::kUnauthenticated:
            return 401;
        case ErrorCode::kForbidden:
            return 403;
        case ErrorCode::kNotFound:
            return 404;
        case ErrorCode::kAlreadyExists:
        case ErrorCode::kConflict:
            return 409;
        case ErrorCode::kTooLarge:
            return 413;
        case ErrorCode::kOverloaded:
            return 429;
        case ErrorCode::kUnavailable:
        case ErrorCode::kShuttingDown:
            return 503;
        case ErrorCode::kTimeout:
            return 504;
        case ErrorCode::kCommitStateUnknown:
        case ErrorCode::kCorruption:
        case ErrorCode::kIo:
            return 500;
        case ErrorCode::kUnsupported:
            return 501;
    }
    return 500;
}

std::string_view reason_of(int status) {
    const StatusRow* row = find_status(status);
    return row == nullptr ? "Unknown" : row->reason;
}

std::string_view code_of(int status) {
    const StatusRow* row = find_status(status);
    return row == nullptr ? "unknown" : row->code;
}

std::string quote_json(std::string_view text) {
    std::string out = "\"";
    out.reserve(text.size() + 2);
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8_length(text, i);
        const char c = text[i];
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            ++i;
            continue;
        }
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out.append(text.substr(i, length));
        }
        i += length;
    }
    out.push_back('"');
    return out;
}

Response make_json(int status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(body);
    return response;
}

Response make_text(int status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

Response make_error(int status, std::string_view message) {
    return make_error(status, code_of(status), message);
}

Response make_error(int status, std::string_view code, std::string_view message) {
    const std::string text = quote_json(message);
    return make_json(status,
                     fmt::format(R"({{"success":false,"error":{},"code":{},"message":{}}})",
                                 text,
                                 quote_json(code),
                                 text));
}

Response make_error(const Error& error) {
    return make_error(status_of(error.code), error_code_name(error.code), error.message);
}

}  // namespace icelight::http
