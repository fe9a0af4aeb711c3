#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace icelight::http::testing {

/// An answer as it came over the wire.
struct Answer {
    int status = 0;                              ///< 0: the connection ended before a whole answer.
    std::map<std::string, std::string> headers;  ///< Names in lower case.
    std::string body;
    bool is_whole = false;
};

/// A plain blocking client, for tests: sends exactly the bytes it is given.
class Client {
public:
    explicit Client(std::uint16_t port);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// False: the peer closed.
    bool send(std::string_view bytes);
    void finish_sending();
    /// Reads one answer; `to_head`: it has no body whatever its headers say.
    Answer read(bool to_head = false, std::chrono::milliseconds timeout = std::chrono::seconds(10));
    Answer call(std::string_view bytes);
    /// All that comes, as it comes, until it holds `wanted` or the time is over: for streams.
    std::string read_until(std::string_view wanted,
                           std::chrono::milliseconds timeout = std::chrono::seconds(10));
    /// True when the peer closes within the time, and sends nothing before it does.
    bool is_closed(std::chrono::milliseconds within = std::chrono::seconds(5));

private:
    bool fill(std::chrono::steady_clock::time_point until);
    bool read_chunks(std::string& body, std::chrono::steady_clock::time_point until);

    int fd_ = -1;
    std::string unread_;
};

/// "POST /v1/batch HTTP/1.1" with Host, Content-Length, `headers` ("Name: value\r\n…") and body.
std::string make_request(std::string_view method,
                         std::string_view target,
                         std::string_view body = {},
                         std::string_view headers = {});

}  // namespace icelight::http::testing
