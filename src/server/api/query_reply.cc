#include "server/api/query_reply.h"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "http/body_source.h"
#include "server/api/sql/sql_position.h"

namespace icelight::server {

bool QueryReply::write(std::string_view bytes) {
    if (pipe_) return send(bytes);
    gathered_.append(bytes);
    if (gathered_.size() <= whole_bytes_max()) return true;
    pipe_ = std::make_shared<http::BodyPipe>();
    http::Response response = make_response();
    response.stream = pipe_;
    done_(std::move(response));
    return send(std::exchange(gathered_, {}));
}

std::size_t QueryReply::whole_bytes_max() const {
    const bool is_cut_csv =
        options_.format == query::Format::kCsv && options_.rows_max <= query::kReplyRowsMax;
    return is_cut_csv ? kWholeCsvBytesMax : kWholeBytesMax;
}

bool QueryReply::send(std::string_view bytes) {
    if (!compressor_) return pipe_->write(bytes, options_.deadline);
    const auto packed = compressor_->add(bytes);
    return packed.empty() || pipe_->write(packed, options_.deadline);
}

void QueryReply::finish(Result<query::Reply> outcome) {
    if (pipe_) {
        if (!outcome) return pipe_->finish(tl::unexpected(std::move(outcome).error()));
        // Should the client be gone by now, finish() tells the session.
        if (compressor_) pipe_->write(compressor_->finish(), options_.deadline);
        return pipe_->finish({});
    }
    if (!outcome) {
        auto refusal = http::make_error(outcome.error());
        const auto position = outcome.error().code == ErrorCode::kInvalidArgument
                                  ? find_sql_position(options_.sql, outcome.error().message)
                                  : std::nullopt;
        if (position) {
            refusal.body.insert(
                refusal.body.size() - 1,
                fmt::format(
                    R"(,"position":{{"line":{},"column":{}}})", position->line, position->column));
        }
        add_id(refusal);
        done_(std::move(refusal));
        return;
    }
    http::Response response = make_response();
    if (options_.format == query::Format::kCsv)
        response.add_header("X-Truncated", outcome->facts.is_truncated ? "true" : "false");
    response.body = outcome->body.empty() ? std::move(gathered_) : std::move(outcome->body);
    if (compressor_) {
        auto packed = compressor_->add(response.body);
        response.body = packed + compressor_->finish();
    }
    done_(std::move(response));
}

http::Response QueryReply::make_response() const {
    http::Response response;
    response.content_type = query::content_type_of(options_.format);
    response.add_header("Cache-Control", "no-store");
    response.add_header("Vary", "Accept-Encoding");
    add_id(response);
    if (compressor_) {
        response.add_header("Content-Encoding",
                            std::string(compression_name(options_.compression)));
    }
    return response;
}

void QueryReply::add_id(http::Response& response) const {
    response.add_header("X-Query-Id", std::to_string(options_.id));
}

}  // namespace icelight::server
