#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "http/response.h"

namespace icelight::event {
struct ParsedRequest;
}

namespace icelight::server {

struct IngestPath;

/// What became of one request's events.
struct Stored {
    std::size_t count = 0;       ///< On disk: stored now or before.
    std::size_t duplicates = 0;  ///< Of those: before.
    std::size_t rejected = 0;
    std::string token;
};

/// 200. SDKs look for `success`; a retry gets the same `count`.
http::Response make_stored(const Stored& stored);

/// 400 (413 when the request is too large): no event of it was good. `errors` names at most
/// kErrorsMax of them.
http::Response make_all_bad(const event::ParsedRequest& parsed);

inline constexpr std::size_t kErrorsMax = 100;

/// Changes what the SDKs of that path would take wrongly: to keep them from sending the same again
/// and again, Segment's short paths answer 400 where others answer 413.
void answer_in_dialect(const IngestPath& path, http::Response& response);

/// The error's status; with Retry-After where trying again can help (429, 503, 504).
http::Response make_refused(const Error& error);

}  // namespace icelight::server
