#include "server/api/ingest_answer.h"

#include <algorithm>

#include <fmt/format.h>

#include "event/parse.h"
#include "server/api/ingest_paths.h"

namespace icelight::server {
namespace {

constexpr char kRetryAfterSeconds[] = "2";

/// RudderStack's Android SDK sends a batch for ever unless the answer holds these words; then it
/// drops the events without ids.
constexpr std::string_view kNoIds = R"(,"detail":"request neither has anonymousId nor userId")";

bool is_about_ids(const event::EventError& error) {
    return error.code == "missing_field" && error.message.find("anonymousId") != std::string::npos;
}

std::string error_text(const event::EventError& error) {
    return error.path.empty() ? error.message : error.path + ": " + error.message;
}

}  // namespace

http::Response make_stored(const Stored& stored) {
    return http::make_json(
        http::status::kOk,
        fmt::format(R"({{"success":true,"count":{},"rejected":{},"duplicates":{},"token":"{}"}})",
                    stored.count,
                    stored.rejected,
                    stored.duplicates,
                    stored.token));
}

http::Response make_all_bad(const event::ParsedRequest& parsed) {
    const int status = parsed.is_too_large ? http::status::kTooLarge : http::status::kBadRequest;
    const std::string message = !parsed.request_error.empty() || parsed.errors.empty()
                                    ? parsed.request_error
                                    : error_text(parsed.errors.front());
    const std::string code =
        parsed.errors.empty() ? std::string(http::code_of(status)) : parsed.errors.front().code;
    const bool lacks_ids = std::any_of(parsed.errors.begin(), parsed.errors.end(), is_about_ids);
    std::string errors;
    for (std::size_t i = 0; i < std::min(parsed.errors.size(), kErrorsMax); ++i) {
        if (i > 0) errors += ',';
        errors += http::quote_json(error_text(parsed.errors[i]));
    }
    return http::make_json(
        status,
        fmt::format(R"({{"success":false,"errors":[{}],"error":{},"code":{},"message":{}{}}})",
                    errors,
                    http::quote_json(message),
                    http::quote_json(code),
                    http::quote_json(message),
                    lacks_ids ? kNoIds : ""));
}

void answer_in_dialect(const IngestPath& path, http::Response& response) {
    const bool is_short = path.kind == event::Path::kShort;
    if (is_short && response.status == http::status::kTooLarge)
        response.status = http::status::kBadRequest;
}

http::Response make_refused(const Error& error) {
    // A batch that waited too long was not written, which 504 would leave open: 503.
    const bool waited_too_long = error.code == ErrorCode::kTimeout;
    http::Response response = waited_too_long
                                  ? http::make_error(http::status::kUnavailable, error.message)
                                  : http::make_error(error);
    const bool is_worth_retrying = waited_too_long || error.code == ErrorCode::kOverloaded ||
                                   error.code == ErrorCode::kUnavailable ||
                                   error.code == ErrorCode::kShuttingDown;
    if (is_worth_retrying) response.add_header("Retry-After", kRetryAfterSeconds);
    return response;
}

}  // namespace icelight::server
