#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace icelight::http {

class BodySource;

/// An answer: a body that is there, or one that comes from a stream.
struct Response {
    int status = 200;
    std::string content_type;  ///< Empty: no Content-Type header.
    /// Further headers. Not Content-Length, Transfer-Encoding, Connection, Date or Server.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::shared_ptr<BodySource> stream;  ///< Instead of `body`; sent in chunks.
    bool closes_connection = false;      ///< After this answer.

    void add_header(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
    }
};

/// Refusals of the protocol itself, which are no ErrorCode.
namespace status {
inline constexpr int kContinue = 100;
inline constexpr int kOk = 200;
inline constexpr int kNoContent = 204;
inline constexpr int kBadRequest = 400;
inline constexpr int kUnauthorized = 401;
inline constexpr int kForbidden = 403;
inline constexpr int kNotFound = 404;
inline constexpr int kMethodNotAllowed = 405;
inline constexpr int kRequestTimeout = 408;
inline constexpr int kTooLarge = 413;
inline constexpr int kTargetTooLong = 414;
inline constexpr int kUnsupportedMediaType = 415;
inline constexpr int kExpectationFailed = 417;
inline constexpr int kMisdirected = 421;
inline constexpr int kTooManyRequests = 429;
inline constexpr int kHeadersTooLarge = 431;
inline constexpr int kInternalError = 500;
inline constexpr int kUnavailable = 503;
inline constexpr int kVersionNotSupported = 505;
}  // namespace status

/// The one table from what a caller should do to the status that says so.
int status_of(ErrorCode code);

/// "Not Found"; "Unknown" for a status that is not in the table.
std::string_view reason_of(int status);

/// A word for programs: "not_found", "method_not_allowed".
std::string_view code_of(int status);

/// JSON text of `text` with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string quote_json(std::string_view text);

Response make_json(int status, std::string body);
Response make_text(int status, std::string body);

/// {"success":false,"error":message,"code":code,"message":message}: SDKs look for all four.
Response make_error(int status, std::string_view message);
Response make_error(int status, std::string_view code, std::string_view message);
Response make_error(const Error& error);

}  // namespace icelight::http
