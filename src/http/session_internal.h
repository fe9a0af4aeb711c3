#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "http/connection_internal.h"
#include "http/message_parser_internal.h"
#include "http/response.h"

namespace icelight::http {

/// Memory of one request's body, counted against what all bodies together may take.
class BodyClaim {
public:
    explicit BodyClaim(Shared& shared) : shared_(shared) {}

    BodyClaim(const BodyClaim&) = delete;
    BodyClaim& operator=(const BodyClaim&) = delete;

    ~BodyClaim() { shared_.bodies_bytes -= claimed_; }

    /// False: all bodies together would take too much.
    bool raise_to(std::size_t bytes);

private:
    Shared& shared_;
    std::size_t claimed_ = 0;
};

/// One connection's life: requests in, answers out, in order, one at a time.
///
/// Thread safety: its net thread only. Lifetime: owned by its own coroutine.
class Session {
public:
    Session(boost::asio::ip::tcp::socket socket, NetThread& thread, Gate::Pass pass);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    static boost::asio::awaitable<void> run(std::unique_ptr<Session> session);

    Connection& connection() { return connection_; }

    /// No further request: closes now when it waits for one.
    void drain();

    /// Called by the sweep: tells whoever works on the answer that nobody waits for it.
    void check_departure();

private:
    enum class Next : std::uint8_t { kRequest, kClose, kLinger };

    /// How reading a body ended.
    struct BodyRead {
        Connection::Io io = Connection::Io::kOk;
        std::optional<Response> refusal;
        bool is_whole = false;  ///< Its last byte was read: the next request begins behind it.
    };

    boost::asio::awaitable<void> serve();
    /// False: there is no next request.
    boost::asio::awaitable<bool> wait_for_request();
    boost::asio::awaitable<Next> serve_one();
    /// Empty: the peer went away.
    boost::asio::awaitable<std::optional<ParseStep>> read_head(MessageParser* parser);
    /// Answers a request whose head is well formed.
    boost::asio::awaitable<Next> serve_request(MessageParser* parser);
    boost::asio::awaitable<BodyRead> read_body(MessageParser* parser,
                                               std::size_t bytes_max,
                                               BodyClaim* claim);
    boost::asio::awaitable<BodyRead> read_length(std::uint64_t bytes,
                                                 std::size_t bytes_max,
                                                 BodyClaim* claim);
    boost::asio::awaitable<BodyRead> read_chunks(MessageParser* parser,
                                                 std::size_t bytes_max,
                                                 BodyClaim* claim);
    /// Throws the rest of the body away, so that the connection can go on.
    boost::asio::awaitable<BodyRead> skip_length(std::uint64_t bytes);
    boost::asio::awaitable<BodyRead> skip_chunks(MessageParser* parser);
    boost::asio::awaitable<Next> refuse(Response refusal, MessageParser* parser);

    boost::asio::awaitable<Next> answer(Response response, bool keeps_alive);
    boost::asio::awaitable<Connection::Io> send(Response response, bool keeps_alive);
    boost::asio::awaitable<Connection::Io> send_stream(Response response, bool keeps_alive);

    std::optional<Response> check(Match& match);
    std::optional<Response> check_expectation();
    Response render_error(int status, std::string_view message);
    void write_head(const Response& response, bool keeps_alive);

    const Gate::Pass pass_;
    NetThread& thread_;
    const Limits& limits_;
    const Router& router_;
    Connection connection_;
    RequestPtr request_;
    int family_ = 0;        ///< Of the request's route.
    std::string out_;       ///< Head of the answer.
    bool is_idle_ = false;  ///< Between two requests.
    bool is_draining_ = false;
    std::size_t body_bytes_ = 0;  ///< Of the request, as it came.
    std::size_t served_ = 0;
};

}  // namespace icelight::http
