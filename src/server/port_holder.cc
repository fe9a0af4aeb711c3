#include "server/port_holder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>

#include "base/unique_fd.h"

namespace icelight::server {
namespace {

constexpr timeval kWaitMax{.tv_sec = 0, .tv_usec = 500'000};
constexpr std::size_t kAnswerBytesMax = 4096;
constexpr std::string_view kQuestion =
    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view kAnswerStart = R"({"name":"icelight","version":")";

UniqueFd connect_to(const ListenAddress& address) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    if (::inet_pton(AF_INET, address.address.c_str(), &v4.sin_addr) != 1) return UniqueFd();
    if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &kWaitMax, sizeof(kWaitMax));
    ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &kWaitMax, sizeof(kWaitMax));
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&v4), sizeof(v4)) != 0)
        return UniqueFd();
    return socket;
}

std::string ask(const UniqueFd& socket) {
    std::string answer;
    if (::send(socket.number(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) < 0)
        return answer;
    std::array<char, kAnswerBytesMax> piece{};
    while (answer.size() < kAnswerBytesMax) {
        const ssize_t bytes = ::recv(socket.number(), piece.data(), piece.size(), 0);
        if (bytes <= 0) break;
        answer.append(piece.data(), static_cast<std::size_t>(bytes));
    }
    return answer;
}

}  // namespace

std::string describe_port_holder(const ListenAddress& address) {
    const UniqueFd socket = connect_to(address);
    if (!socket.is_open()) return "another program has it";
    const std::string answer = ask(socket);
    const std::size_t start = answer.find(kAnswerStart);
    if (start == std::string::npos) return "another program has it";
    const std::size_t version = start + kAnswerStart.size();
    return "an icelight " + answer.substr(version, answer.find('"', version) - version) +
           " answers there";
}

}  // namespace icelight::server
