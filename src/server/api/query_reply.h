#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/completion.h"
#include "http/response.h"
#include "query/service.h"
#include "server/api/sql/compressor.h"

namespace icelight::http {
class BodyPipe;
}

namespace icelight::server {

/// Turns what a query writes into one HTTP answer: whole when it is small, streamed when it is not;
/// compressed when the client takes it.
///
/// Until kWholeBytesMax have come nothing is answered, so that an error can still have its status.
/// Past it the answer begins and an error breaks it off. Thread safety: write() and finish() from
/// the query's thread. Lifetime: shared by the query and the request.
class QueryReply {
public:
    static constexpr std::size_t kWholeBytesMax = 1 << 20;
    /// Of CSV that is cut by default: what it says of the cut goes into the head.
    static constexpr std::size_t kWholeCsvBytesMax = 8 << 20;

    struct Options {
        query::Format format = query::Format::kJson;
        Compression compression = Compression::kNone;
        Deadline deadline;      ///< Of the query; a client that stops reading is given up then.
        query::QueryId id = 0;  ///< For X-Query-Id.
        std::string sql;        ///< For the place of what is wrong.
        std::uint64_t rows_max = query::kReplyRowsMax;
    };

    explicit QueryReply(const Options& options)
        : options_(options), compressor_(Compressor::make(options.compression)) {}

    /// Who gets the answer; before the query starts.
    void set_done(Completion<http::Response> done) { done_ = std::move(done); }

    /// For query::Request::write.
    bool write(std::string_view bytes);
    /// For query::Done.
    void finish(Result<query::Reply> outcome);

private:
    http::Response make_response() const;
    void add_id(http::Response& response) const;
    bool send(std::string_view bytes);
    std::size_t whole_bytes_max() const;

    // constant after the query started
    const Options options_;
    Completion<http::Response> done_;
    // the query's thread only
    std::unique_ptr<Compressor> compressor_;
    std::string gathered_;
    std::shared_ptr<http::BodyPipe> pipe_;  ///< Once streaming.
};

}  // namespace icelight::server
