#include "server/api/query_reply.h"

#include <utility>

#include "http/body_source.h"

namespace icelight::server {

bool QueryReply::write(std::string_view bytes) {
    if (pipe_) return pipe_->write(bytes, deadline_);
    gathered_.append(bytes);
    if (gathered_.size() <= kWholeBytesMax) return true;
    pipe_ = std::make_shared<http::BodyPipe>();
    http::Response response = make_response();
    response.stream = pipe_;
    done_(std::move(response));
    return pipe_->write(std::exchange(gathered_, {}), deadline_);
}

void QueryReply::finish(Result<query::Reply> outcome) {
    if (pipe_) {
        if (outcome) {
            pipe_->finish({});
        } else {
            pipe_->finish(tl::unexpected(std::move(outcome).error()));
        }
        return;
    }
    if (!outcome) {
        done_(http::make_error(outcome.error()));
        return;
    }
    http::Response response = make_response();
    response.body = outcome->body.empty() ? std::move(gathered_) : std::move(outcome->body);
    done_(std::move(response));
}

http::Response QueryReply::make_response() const {
    http::Response response;
    response.content_type =
        format_ == query::Format::kCsv ? "text/csv; charset=utf-8" : "application/json";
    response.add_header("Cache-Control", "no-store");
    return response;
}

}  // namespace icelight::server
