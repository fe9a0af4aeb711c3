#include "server/api/ingest.h"

#include <functional>
#include <optional>
#include <utility>

#include "base/completion.h"
#include "base/offload.h"
#include "event/parse.h"
#include "http/limits.h"
#include "http/router.h"
#include "http/target.h"
#include "lake/flusher.h"
#include "server/api/ingest_answer.h"
#include "server/api/ingest_paths.h"
#include "server/api/lake_token.h"
#include "server/auth.h"
#include "server/telemetry.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kInlineBytesMax = 64u << 10;  ///< Larger bodies would hold up the net thread.
constexpr std::size_t kPoolItemsMax = 256;
constexpr std::chrono::milliseconds kAppendWaitMax{20'000};
constexpr char kSourceId[] = "default";

event::Parser& parser_of_this_thread() {
    thread_local event::Parser parser;
    return parser;
}

/// What await_completion() calls.
struct StartAppend {
    wal::Log* log;
    wal::Batch batch;

    void operator()(Completion<wal::Appended> done) {
        log->append(std::move(batch), deadline_in(kAppendWaitMax), std::move(done));
    }
};

/// The body could not be inflated and was then read as what it is not: the answer says the first.
void blame_damage(event::ParsedRequest& parsed, const std::string& why) {
    parsed.request_error = why;
    for (auto& error : parsed.errors)
        error.message = why;
}

Encoding encoding_of(const http::Request& request) {
    return find_body_encoding(request.body, request.header("content-encoding"));
}

bool looks_like_json(std::string_view body) {
    const auto first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

/// `?writeKey=`: beacons, pixels and webhooks cannot set a header.
std::string find_query_key(const http::Request& request) {
    if (request.query().empty()) return {};
    const auto query = http::parse_query(request.query());
    return query ? http::find_parameter(*query, "writeKey").value_or("") : std::string();
}

std::size_t count_duplicates(const wal::Appended& appended) {
    std::size_t count = 0;
    for (const auto& row : appended.rows)
        count += row.is_duplicate ? 1 : 0;
    return count;
}

}  // namespace

Ingest::Ingest(IngestOptions options,
               wal::Log& log,
               const lake::Flusher& flusher,
               const Auth& auth,
               io::FileSystem& files,
               const Clock& clock)
    : options_(std::move(options)),
      log_(log),
      auth_(auth),
      clock_(clock),
      quota_(clock),
      floors_(
          options_.floors,
          options_.data_directory,
          [&flusher] { return flusher.lag().bytes; },
          files,
          clock),
      pool_("ingest", 1, kPoolItemsMax) {
    // The series are there before the first event is refused.
    telemetry::refused_events("other", 0);
}

void Ingest::close() {
    pool_.close();
}

void Ingest::add_routes(http::Router& router) {
    for (const auto& path : ingest_paths()) {
        router.add(
            {.method = http::Method::kPost,
             .pattern = path.path,
             .handler = [this, path = &path](
                            http::RequestPtr request) { return post(path, std::move(request)); },
             .check =
                 [this](http::Request& request) {
                     return check(request);
                 }});
    }
}

std::optional<http::Response> Ingest::check(http::Request& request) {
    std::string key(request.header("x-api-key"));
    if (key.empty()) key = find_query_key(request);
    if (auto allowed = auth_.check_ingest({request.header("authorization"), key}); !allowed) {
        telemetry::refused_request(error_code_name(allowed.error().code));
        return http::make_json(http::status::kUnauthorized,
                               R"({"success":false,"error":)" +
                                   http::quote_json(allowed.error().message) +
                                   R"(,"code":"unauthenticated","message":)" +
                                   http::quote_json(allowed.error().message) + "}");
    }
    if (auto refusal = floors_.find_refusal(pool_)) {
        telemetry::refused_request(error_code_name(refusal->code));
        return make_refused(*refusal);
    }
    if (!find_encoding(request.header("content-encoding"))) {
        return http::make_error(
            http::status::kUnsupportedMediaType,
            "Unsupported Content-Encoding; send gzip, deflate, br, zstd or identity");
    }
    return std::nullopt;
}

awaitable<http::Response> Ingest::post(const IngestPath* path, http::RequestPtr request) {
    const TimestampUs received_at = request->received_at;
    Result<event::ParsedRequest> parsed = fail(ErrorCode::kIo, "not parsed");
    if (request->body.size() <= kInlineBytesMax && encoding_of(*request) == Encoding::kIdentity) {
        parsed = parse(*path, *request);
    } else {
        std::function<Result<event::ParsedRequest>()> work = [this, path, request] {
            return parse(*path, *request);
        };
        parsed = co_await offload<event::ParsedRequest>(pool_, std::move(work));
    }
    if (!parsed) {
        telemetry::refused_request(error_code_name(parsed.error().code));
        auto refused = make_refused(parsed.error());
        answer_in_dialect(*path, refused);
        co_return refused;
    }
    auto shared_parsed = std::make_shared<event::ParsedRequest>(std::move(*parsed));
    auto response = co_await store(std::move(shared_parsed), received_at);
    answer_in_dialect(*path, response);
    co_return response;
}

Result<event::ParsedRequest> Ingest::parse(const IngestPath& path, http::Request& request) const {
    const Encoding encoding = encoding_of(request);
    std::string body = std::move(request.body);
    std::string damage;
    if (encoding != Encoding::kIdentity) {
        auto inflated = inflate(body, encoding, options_.inflate, http::kBodySlackBytes);
        if (inflated) {
            body = std::move(*inflated);
        } else if (inflated.error().code == ErrorCode::kInvalidArgument) {
            // A proxy may have inflated it and left the header.
            if (!looks_like_json(body)) damage = std::move(inflated.error().message);
        } else {
            return tl::unexpected(std::move(inflated).error());
        }
    }
    const FingerprintKey key = log_.fingerprint_key();
    const event::RequestFacts facts{.path = path.kind,
                                    .route_type = path.route_type,
                                    .received_at = request.received_at,
                                    .source_id = kSourceId,
                                    .content_type = request.header("content-type"),
                                    .sent_at_header = request.header("sentat"),
                                    .remote_ip = request.remote_address,
                                    .user_agent = request.header("user-agent"),
                                    .key = &key};
    event::ParsedRequest parsed = parser_of_this_thread().parse(std::move(body), facts);
    if (!damage.empty()) blame_damage(parsed, damage);
    return parsed;
}

wal::Batch Ingest::make_batch(event::ParsedRequest& parsed) {
    wal::Batch batch;
    batch.rows = std::move(parsed.rows);
    batch.row_refs.reserve(parsed.row_refs.size());
    for (const auto& row : parsed.row_refs)
        batch.row_refs.push_back({row.fingerprint, row.bytes});
    std::size_t at = 0;
    for (const std::uint32_t bytes : parsed.reject_bytes) {
        if (quota_.take(kSourceId, bytes)) {
            batch.rejects.append(parsed.rejects, at, bytes);
            batch.reject_bytes.push_back(bytes);
        } else {
            ++batch.dropped;
        }
        at += bytes;
    }
    return batch;
}

awaitable<http::Response> Ingest::store(std::shared_ptr<event::ParsedRequest> parsed,
                                        TimestampUs received_at) {
    for (const auto& error : parsed->errors)
        telemetry::refused_events(error.code, 1);
    const bool has_rows = !parsed->row_refs.empty();
    wal::Batch batch = make_batch(*parsed);
    if (batch.row_refs.empty() && batch.reject_bytes.empty() && batch.dropped == 0)
        co_return make_all_bad(*parsed);

    StartAppend start{&log_, std::move(batch)};
    auto appended = co_await await_completion<wal::Appended>(std::move(start));
    if (!appended) {
        telemetry::refused_request(error_code_name(appended.error().code));
        co_return make_refused(appended.error());
    }
    const std::size_t duplicates = count_duplicates(*appended);
    telemetry::accepted(appended->rows.size() - duplicates,
                        duplicates,
                        std::chrono::microseconds(clock_.now_us() - received_at));
    if (!has_rows) co_return make_all_bad(*parsed);
    co_return make_stored({.count = appended->rows.size(),
                           .duplicates = duplicates,
                           .rejected = parsed->errors.size(),
                           .token = make_lake_token(log_.uuid(), appended->next_offset)});
}

}  // namespace icelight::server
