#include "server/api/live.h"

#include <charconv>
#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/offload.h"
#include "catalog/catalog.h"
#include "http/body_source.h"
#include "iceberg/table_metadata.h"
#include "lake/flush/flusher.h"
#include "server/api/cors.h"
#include "server/api/ingest_answer.h"
#include "server/auth.h"
#include "server/live/cursor.h"
#include "server/telemetry.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

/// Empty: not a whole number.
std::optional<std::uint64_t> find_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Where to begin: behind the event that the client saw last, else now.
Result<std::uint64_t> parse_start(const http::Request& request, std::uint64_t durable) {
    const auto last = request.find_header("last-event-id");
    if (!last || last->empty()) return durable;
    const auto offset = find_number(*last);
    if (!offset || *offset >= durable) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("Last-Event-ID is not an offset below {}; leave it out to "
                                "begin with what comes next",
                                durable));
    }
    return *offset + 1;
}

std::optional<http::Response> check(const Auth& auth, const http::Request& request) {
    auto allowed = auth.check_query(request);
    if (!allowed) return http::make_error(allowed.error());
    if (is_foreign_origin(request)) {
        return http::make_error(http::status::kForbidden,
                                "pages of another origin may not read events");
    }
    return std::nullopt;
}

struct StartWait {
    live::Watch* watch;
    live::Seen known;

    void operator()(Completion<live::Watch::Why> done) { watch->wait(known, std::move(done)); }
};

}  // namespace

/// One reader. Its session asks for a piece when the one before has left: what a slow reader has
/// not asked for stays in the log.
class Live::Stream final : public http::BodySource {
public:
    Stream(Live& live, live::Filter filter, live::Cursor::Start start)
        : live_(live),
          cursor_(std::make_shared<live::Cursor>(
              live.options_.log_directory,
              live.options_.files,
              std::move(filter),
              start,
              [&live](std::uint64_t above) { return live.find_commits(above); })) {
        live::append_open(start.next_offset, start.committed, first_);
    }

    ~Stream() override { telemetry::live_readers(--live_.readers_); }

    awaitable<Result<std::string>> read() override {
        using Why = live::Watch::Why;
        if (!first_.empty()) co_return std::exchange(first_, {});
        while (!live_.watch_.is_closing()) {
            const live::Seen seen = live_.watch_.seen();
            std::function<Result<live::Cursor::Piece>()> work =
                std::bind_front(&live::Cursor::read, cursor_, seen);
            auto piece = co_await offload<live::Cursor::Piece>(live_.pool_, std::move(work));
            if (!piece) co_return tl::unexpected(std::move(piece).error());
            if (!piece->messages.empty()) co_return std::move(piece->messages);
            if (piece->is_behind) continue;
            StartWait start{&live_.watch_, seen};
            auto why = co_await await_completion<Why>(start);
            if (!why || *why != Why::kQuiet) continue;
            std::string quiet;
            live::append_quiet(cursor_->next_offset(), quiet);
            co_return quiet;
        }
        co_return std::string();
    }

    void abandon() override {}

private:
    Live& live_;
    const std::shared_ptr<live::Cursor> cursor_;  ///< The pool may hold it longer.
    std::string first_;
};

Live::Live(LiveOptions options)
    : options_(std::move(options)),
      watch_(options_.log, [this] { return options_.flusher.lag().watermark; }),
      pool_("live-read", 1, kReadersMax) {}

void Live::add_routes(http::Router& router) {
    router.add({.method = http::Method::kGet,
                .pattern = "/api/live",
                .handler = [this](http::RequestPtr request) { return answer(std::move(request)); },
                .check =
                    [this](http::Request& request) {
                        return check(options_.auth, request);
                    }});
}

void Live::close() {
    watch_.close();
}

awaitable<http::Response> Live::answer(http::RequestPtr request) {
    auto filter = live::parse_filter(request->query());
    if (!filter) co_return http::make_error(filter.error());
    const live::Seen seen = watch_.seen();
    const auto start = parse_start(*request, seen.durable);
    if (!start) co_return http::make_error(start.error());
    if (watch_.is_closing())
        co_return make_refused({ErrorCode::kShuttingDown, "the server is stopping"});
    if (readers_.fetch_add(1) >= kReadersMax) {
        --readers_;
        co_return make_refused(
            {ErrorCode::kOverloaded,
             fmt::format("{} readers are following already; end one of them", kReadersMax)});
    }
    telemetry::live_readers(readers_);
    http::Response response;
    response.content_type = "text/event-stream";
    response.add_header("Cache-Control", "no-store");
    response.stream = std::make_shared<Stream>(
        *this,
        std::move(*filter),
        live::Cursor::Start{.next_offset = *start, .committed = seen.committed});
    co_return response;
}

Result<live::Commits> Live::find_commits(std::uint64_t above) {
    ICE_ASSIGN(const auto table, options_.catalog.load_table(options_.events));
    live::Commits commits;
    for (const auto& snapshot : table.metadata->snapshots) {
        const auto from = snapshot.summary.find("icelight.from");
        const auto to = snapshot.summary.find("icelight.to");
        if (from == snapshot.summary.end() || to == snapshot.summary.end()) continue;
        const auto begin = find_number(from->second);
        const auto end = find_number(to->second);
        if (begin && end && *end > above)
            commits[*end] = {snapshot.snapshot_id, {.from = *begin, .to = *end}};
    }
    return commits;
}

}  // namespace icelight::server
