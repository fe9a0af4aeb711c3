#include "server/api/ingest.h"

#include <functional>
#include <optional>
#include <utility>

#include "base/completion.h"
#include "base/offload.h"
#include "event/parse.h"
#include "http/limits.h"
#include "http/router.h"
#include "lake/flush/flusher.h"
#include "server/api/event_results.h"
#include "server/api/ingest_answer.h"
#include "server/api/ingest_paths.h"
#include "server/api/lake_token.h"
#include "server/ingest_gate.h"
#include "server/telemetry.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kInlineBytesMax = 64u << 10;  ///< Larger bodies would hold up the net thread.
constexpr std::size_t kPoolItemsMax = 256;
constexpr std::size_t kLargeBytesMin = 1u << 20;
constexpr std::size_t kLargeItemsMax = 64;
constexpr int kLargeNice = 10;
constexpr std::chrono::milliseconds kAppendWaitMax{20'000};
constexpr std::size_t kInlineResultsMax = 1'000;  ///< More are written out on the pool.

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

std::size_t count_duplicates(const wal::Appended& appended) {
    std::size_t count = 0;
    for (const auto& row : appended.rows)
        count += row.is_duplicate ? 1 : 0;
    return count;
}

/// The offset of each reject, of those in `kept`.
std::vector<std::optional<std::uint64_t>> reject_offsets(const std::vector<bool>& kept,
                                                         const wal::Appended& appended) {
    std::vector<std::optional<std::uint64_t>> offsets(kept.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (kept[i]) offsets[i] = appended.reject_offsets[next++];
    return offsets;
}

}  // namespace

struct Ingest::Parsed {
    event::ParsedRequest request;
    std::shared_ptr<const app::Source> source;
    std::optional<http::Response> refusal;  ///< Of the key in the body; then there is no source.
    std::vector<bool> kept;  ///< Of each reject: did the quota let it into the batch?
};

// NOLINTNEXTLINE(readability-function-size): everything a request passes through
Ingest::Ingest(IngestOptions options,
               wal::Log& log,
               const lake::Flusher& flusher,
               IngestGate& gate,
               io::FileSystem& files,
               const Clock& clock)
    : options_(std::move(options)),
      log_(log),
      gate_(gate),
      clock_(clock),
      quota_(clock),
      floors_(
          options_.floors,
          options_.data_directory,
          [&flusher] { return flusher.lag().bytes; },
          files,
          clock),
      pool_("ingest", 1, kPoolItemsMax),
      large_pool_("ingest-large", 1, kLargeItemsMax, kLargeNice) {
    // The series are there before the first event is refused.
    telemetry::refused_events("other", 0);
}

void Ingest::close() {
    pool_.close();
    large_pool_.close();
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
    if (auto refusal = gate_.refuse(request)) {
        telemetry::refused_request(http::code_of(refusal->status));
        return refusal;
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
    Result<Parsed> parsed = fail(ErrorCode::kIo, "not parsed");
    if (request->body.size() <= kInlineBytesMax && encoding_of(*request) == Encoding::kIdentity) {
        parsed = parse(*path, *request);
    } else {
        const bool is_large = request->body.size() >= kLargeBytesMin;
        auto work = make_parse(path, request);
        parsed = co_await offload<Parsed>(is_large ? large_pool_ : pool_, std::move(work));
    }
    if (!parsed) {
        telemetry::refused_request(error_code_name(parsed.error().code));
        auto refused = make_refused(parsed.error());
        answer_in_dialect(*path, refused);
        co_return refused;
    }
    if (auto& refusal = parsed->refusal) {
        telemetry::refused_request(http::code_of(refusal->status));
        co_return std::move(*refusal);
    }
    auto shared_parsed = std::make_shared<Parsed>(std::move(*parsed));
    auto response = co_await store(std::move(shared_parsed), std::move(request));
    answer_in_dialect(*path, response);
    co_return response;
}

std::function<Result<Ingest::Parsed>()> Ingest::make_parse(const IngestPath* path,
                                                           http::RequestPtr request) {
    return [this, path, request = std::move(request)] {
        return parse(*path, *request);
    };
}

Result<Ingest::Parsed> Ingest::parse(const IngestPath& path, http::Request& request) {
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
    Parsed parsed{
        .request = {}, .source = gate_.source_of(request), .refusal = std::nullopt, .kept = {}};
    std::string address = parsed.source ? gate_.kept_address(request, *parsed.source) : "";
    const event::NameSource name_source = [&](std::string_view write_key,
                                              event::RequestFacts& facts) {
        auto admission = gate_.admit_body_key(request, write_key);
        parsed.source = std::move(admission.source);
        parsed.refusal = std::move(admission.refusal);
        if (parsed.source == nullptr) return false;
        address = gate_.kept_address(request, *parsed.source);
        facts.source_id = parsed.source->id;
        facts.remote_ip = address;
        return true;
    };
    // Not of the choice itself: that would be a view of a copy.
    std::string_view source_id;
    if (parsed.source) source_id = parsed.source->id;
    const event::RequestFacts facts{.path = path.kind,
                                    .route_type = path.route_type,
                                    .received_at = request.received_at,
                                    .source_id = source_id,
                                    .content_type = request.header("content-type"),
                                    .sent_at_header = request.header("sentat"),
                                    .remote_ip = address,
                                    .user_agent = request.header("user-agent"),
                                    .key = &key,
                                    .name_source = parsed.source ? nullptr : &name_source};
    parsed.request = parser_of_this_thread().parse(std::move(body), facts);
    if (!damage.empty()) blame_damage(parsed.request, damage);
    if (parsed.source) gate_.charge(*parsed.source, parsed.request.received);
    return parsed;
}

wal::Batch Ingest::make_batch(Parsed& whole) {
    event::ParsedRequest& parsed = whole.request;
    wal::Batch batch;
    batch.rows = std::move(parsed.rows);
    batch.row_refs.reserve(parsed.row_refs.size());
    for (const auto& row : parsed.row_refs)
        batch.row_refs.push_back({row.fingerprint, row.bytes});
    std::size_t at = 0;
    for (const std::uint32_t bytes : parsed.reject_bytes) {
        whole.kept.push_back(quota_.take(whole.source->id, bytes));
        if (whole.kept.back()) {
            batch.rejects.append(parsed.rejects, at, bytes);
            batch.reject_bytes.push_back(bytes);
        } else {
            ++batch.dropped;
        }
        at += bytes;
    }
    return batch;
}

awaitable<http::Response> Ingest::store(std::shared_ptr<Parsed> whole, http::RequestPtr request) {
    const event::ParsedRequest* const parsed = &whole->request;
    for (const auto& error : parsed->errors)
        telemetry::refused_events(error.code, 1);
    const bool has_rows = !parsed->row_refs.empty();
    wal::Batch batch = make_batch(*whole);
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
                        std::chrono::microseconds(clock_.now_us() - request->received_at));
    http::Response answer;
    if (!has_rows) {
        answer = make_all_bad(*parsed);
    } else {
        answer = make_stored({.count = appended->rows.size(),
                              .duplicates = duplicates,
                              .rejected = parsed->errors.size(),
                              .token = make_lake_token(log_.uuid(), appended->next_offset)});
    }
    if (!asks_for_results(request->header("prefer"))) co_return answer;
    Offsets offsets;
    offsets.rejects = reject_offsets(whole->kept, *appended);
    offsets.rows = std::move(appended->rows);
    auto represented = co_await represent(std::move(whole), std::move(offsets), std::move(answer));
    co_return represented;
}

/// `offsets` outlives the work.
std::function<Result<http::Response>()> Ingest::make_results(std::shared_ptr<const Parsed> whole,
                                                             const Offsets* offsets,
                                                             http::Response answer) {
    return [whole = std::move(whole), offsets, answer = std::move(answer)] {
        http::Response copy = answer;
        add_results(whole->request, *offsets, copy);
        return Result<http::Response>(std::move(copy));
    };
}

awaitable<http::Response> Ingest::represent(std::shared_ptr<Parsed> whole,
                                            Offsets offsets,
                                            http::Response answer) {
    if (offsets.rows.size() + whole->request.errors.size() <= kInlineResultsMax) {
        add_results(whole->request, offsets, answer);
        co_return answer;
    }
    auto work = make_results(whole, &offsets, answer);
    auto written = co_await offload<http::Response>(pool_, std::move(work));
    // The events are stored: a full pool costs their results, not the answer.
    co_return written ? std::move(*written) : std::move(answer);
}

}  // namespace icelight::server
