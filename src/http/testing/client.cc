#include "http/testing/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/clock.h"

namespace icelight::http::testing {
namespace {

std::string to_lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

/// Status and headers of a whole head, without its empty line.
Answer parse_head(std::string_view head) {
    Answer answer;
    answer.status = std::atoi(std::string(head.substr(9, 3)).c_str());
    std::size_t line = head.find("\r\n");
    while (line != std::string_view::npos) {
        const std::size_t end = head.find("\r\n", line + 2);
        const std::string_view text = head.substr(
            line + 2, end == std::string_view::npos ? std::string_view::npos : end - line - 2);
        const std::size_t colon = text.find(": ");
        if (colon != std::string_view::npos)
            answer.headers[to_lower(std::string(text.substr(0, colon)))] =
                std::string(text.substr(colon + 2));
        line = end;
    }
    return answer;
}

}  // namespace

Client::Client(std::uint16_t port) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connected =
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ICE_CHECK(connected == 0, "the test's server does not listen");
}

Client::~Client() {
    ::close(fd_);
}

bool Client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Client::finish_sending() {
    ::shutdown(fd_, SHUT_WR);
}

bool Client::fill(std::chrono::steady_clock::time_point until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - system_clock().steady());
    pollfd waited{fd_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waited, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 16384> buffer{};
    const ssize_t bytes = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (bytes <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(bytes));
    return true;
}

bool Client::read_chunks(std::string& body, std::chrono::steady_clock::time_point until) {
    while (true) {
        std::size_t line = 0;
        while ((line = unread_.find("\r\n")) == std::string::npos)
            if (!fill(until)) return false;
        const auto bytes = std::strtoul(unread_.c_str(), nullptr, 16);
        while (unread_.size() < line + 2 + bytes + 2)
            if (!fill(until)) return false;
        body += unread_.substr(line + 2, bytes);
        unread_.erase(0, line + 2 + bytes + 2);
        if (bytes == 0) return true;
    }
}

Answer Client::read(bool to_head, std::chrono::milliseconds timeout) {
    const auto until = system_clock().steady() + timeout;
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
        if (!fill(until)) return {};
    Answer answer = parse_head(std::string_view(unread_).substr(0, end));
    unread_.erase(0, end + 4);
    answer.is_whole = true;
    if (to_head || answer.status < 200 || answer.status == 204) return answer;
    if (answer.headers.contains("content-length")) {
        const auto bytes = std::strtoul(answer.headers["content-length"].c_str(), nullptr, 10);
        while (unread_.size() < bytes && answer.is_whole)
            answer.is_whole = fill(until);
        answer.body = unread_.substr(0, bytes);
        unread_.erase(0, bytes);
    } else if (answer.headers["transfer-encoding"] == "chunked") {
        answer.is_whole = read_chunks(answer.body, until);
    } else {
        while (fill(until)) {
        }
        answer.body = std::exchange(unread_, {});
    }
    return answer;
}

Answer Client::call(std::string_view bytes) {
    send(bytes);
    return read();
}

std::string Client::read_until(std::string_view wanted, std::chrono::milliseconds timeout) {
    const auto until = system_clock().steady() + timeout;
    while (unread_.find(wanted) == std::string::npos && fill(until)) {
    }
    return std::exchange(unread_, {});
}

bool Client::is_closed(std::chrono::milliseconds within) {
    const auto until = system_clock().steady() + within;
    if (!unread_.empty() || fill(until)) return false;
    return system_clock().steady() < until;
}

std::string make_request(std::string_view method,
                         std::string_view target,
                         std::string_view body,
                         std::string_view headers) {
    std::string length;
    if (!body.empty() || method == "POST")
        length = fmt::format("Content-Length: {}\r\n", body.size());
    return fmt::format(
        "{} {} HTTP/1.1\r\nHost: localhost\r\n{}{}\r\n{}", method, target, length, headers, body);
}

}  // namespace icelight::http::testing
