// Floors that icelight's ingest is measured against, in the same run on the same machine.
//
//   bench_floor http PORT          reads whole requests, answers 200; no parsing, no disk
//   bench_floor log PORT FILE      the same, and answers when the body is on disk (CRC-32C, group
//   commit)
//
// One epoll thread; `log` adds one thread that writes and syncs whatever has gathered. A measuring
// stick: no limits, no errors, one request at a time per connection. Ends on SIGTERM or after ten
// minutes.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"

namespace {

constexpr char kReply[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 89\r\n\r\n"
    "{\"success\":true,\"count\":100,\"rejected\":0,\"duplicates\":0,\"token\":\"01234567:0:"
    "00000000000100\"}";
constexpr std::size_t kSegmentBytes = 64 << 20;

struct Client {
    std::string incoming;
    std::size_t needed = 0;  ///< Bytes of the request at the front; 0 = head not whole.
};

/// Writes and syncs what has gathered since the last sync, then tells the epoll thread who may be
/// answered.
class GroupCommit {
public:
    GroupCommit(const char* path, int wake_fd) : wake_fd_(wake_fd) {
        file_ = ::open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        ICE_CHECK(file_ >= 0, "cannot create the log file");
        const std::string zeros(1 << 20, '\0');
        for (std::size_t at = 0; at < kSegmentBytes; at += zeros.size()) {
            ICE_CHECK(::pwrite(file_, zeros.data(), zeros.size(), static_cast<off_t>(at)) > 0,
                      "cannot write");
        }
        ICE_CHECK(::fsync(file_) == 0, "cannot sync");
        thread_ = std::thread([this] { run(); });
        thread_.detach();
    }

    void add(int client, std::string_view body) {
        {
            const std::lock_guard lock(mutex_);
            icelight::append_fixed<std::uint32_t>(gathering_,
                                                  static_cast<std::uint32_t>(body.size()));
            icelight::append_fixed<std::uint32_t>(gathering_, icelight::crc32c(body));
            gathering_.append(body);
            clients_.push_back(client);
        }
        changed_.notify_one();
    }

    std::vector<int> take_durable() {
        const std::lock_guard lock(mutex_);
        return std::exchange(durable_, {});
    }

private:
    void run() {
        std::string writing;
        std::vector<int> waiting;
        std::size_t at = 0;
        while (true) {
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [this] { return !clients_.empty(); });
                writing.clear();
                writing.swap(gathering_);
                waiting.clear();
                waiting.swap(clients_);
            }
            if (at + writing.size() > kSegmentBytes) at = 0;
            ICE_CHECK(::pwrite(file_, writing.data(), writing.size(), static_cast<off_t>(at)) > 0,
                      "cannot write");
            ICE_CHECK(::fdatasync(file_) == 0, "cannot sync");
            at += writing.size();
            {
                const std::lock_guard lock(mutex_);
                durable_.insert(durable_.end(), waiting.begin(), waiting.end());
            }
            const std::uint64_t one = 1;
            ICE_CHECK(::write(wake_fd_, &one, sizeof(one)) == sizeof(one), "cannot wake");
        }
    }

    const int wake_fd_;
    int file_ = -1;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string gathering_;
    std::vector<int> clients_;
    std::vector<int> durable_;
};

void answer(int client) {
    [[maybe_unused]] auto ignored = ::send(client, kReply, sizeof(kReply) - 1, MSG_NOSIGNAL);
}

std::size_t request_bytes(const std::string& incoming) {
    const auto head_end = incoming.find("\r\n\r\n");
    if (head_end == std::string::npos) return 0;
    const char* length = ::strcasestr(incoming.c_str(), "content-length:");
    return head_end + 4 + (length == nullptr ? 0 : std::strtoul(length + 15, nullptr, 10));
}

/// @return false when the client is gone.
bool receive(int fd, Client& client, GroupCommit* log) {
    static std::string buffer(256 << 10, '\0');
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    client.incoming.append(buffer.data(), static_cast<std::size_t>(got));
    if (client.needed == 0) client.needed = request_bytes(client.incoming);
    if (client.needed == 0 || client.incoming.size() < client.needed) return true;
    if (log != nullptr) {
        const auto head_end = client.incoming.find("\r\n\r\n") + 4;
        log->add(fd, std::string_view(client.incoming).substr(head_end));
    } else {
        answer(fd);
    }
    client.incoming.clear();
    client.needed = 0;
    return true;
}

int listen_on(int port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ICE_CHECK(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0,
              "port taken");
    ICE_CHECK(::listen(listener, 512) == 0, "cannot listen");
    return listener;
}

void serve(int listener, int wake_fd, GroupCommit* log) {
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    auto watch = [epoll](int fd) {
        epoll_event interest{EPOLLIN, {.fd = fd}};
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest);
    };
    watch(listener);
    watch(wake_fd);
    std::unordered_map<int, Client> clients;
    while (true) {
        epoll_event events[128];
        const int ready = ::epoll_wait(epoll, events, 128, -1);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[i].data.fd;
            if (fd == listener) {
                const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
                const int yes = 1;
                ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
                clients[client] = {};
                watch(client);
            } else if (fd == wake_fd) {
                std::uint64_t count = 0;
                [[maybe_unused]] auto ignored = ::read(wake_fd, &count, sizeof(count));
                for (const int client : log->take_durable())
                    answer(client);
            } else if (!receive(fd, clients[fd], log)) {
                clients.erase(fd);
                ::close(fd);
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    ICE_CHECK(argc >= 3, "usage: bench_floor http PORT | log PORT FILE");
    ::alarm(600);
    const int wake_fd = ::eventfd(0, EFD_CLOEXEC);
    const int listener = listen_on(std::atoi(argv[2]));
    static GroupCommit* log = nullptr;
    if (std::string(argv[1]) == "log") {
        ICE_CHECK(argc >= 4, "log needs a file");
        log = new GroupCommit(argv[3], wake_fd);
    }
    std::printf("ready\n");
    std::fflush(stdout);
    serve(listener, wake_fd, log);
    return 0;
}
