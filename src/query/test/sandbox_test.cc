#include "query/sandbox/sandbox.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>

#include "base/testing/temp_dir.h"
#include "base/unique_fd.h"

namespace icelight::query {
namespace {

/// What the work said in a child process, since a sandbox is never left; "" when it is ok.
std::string in_child(const std::function<Result<>()>& work) {
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t pid = ::fork();
    if (pid == 0) {
        const auto done = work();
        const std::string text = done ? "ok" : done.error().message;
        [[maybe_unused]] auto ignored = ::write(ends[1], text.data(), text.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    char buffer[512];
    const auto got = ::read(ends[0], buffer, sizeof(buffer));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return {buffer, static_cast<std::size_t>(got < 0 ? 0 : got)};
}

class Sandbox : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"warehouse", "log", "spill"})
            std::filesystem::create_directory(directory_.path() / name);
        std::ofstream(directory_.path() / "warehouse" / "file") << "rows";
    }

    SandboxOptions options() const {
        return {.readable = {directory_.path() / "warehouse", directory_.path() / "log"},
                .writable = directory_.path() / "spill",
                .data_bytes_max = 1u << 30,
                .file_bytes_max = 1u << 20};
    }

    /// The same with a way to `port`.
    SandboxOptions options_to(std::uint16_t port) const {
        auto with_way = options();
        with_way.tcp_port = port;
        return with_way;
    }

    testing::TempDir directory_;
};

constexpr std::uint32_t kElsewhere = 0xC0000201;  // 192.0.2.1

/// A socket that listens on a free port of loopback.
UniqueFd listen_on_loopback(std::uint16_t& port) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    socklen_t bytes = sizeof(address);
    EXPECT_EQ(::bind(socket.number(), where, bytes), 0);
    EXPECT_EQ(::listen(socket.number(), 8), 0);
    EXPECT_EQ(::getsockname(socket.number(), where, &bytes), 0);
    port = ntohs(address.sin_port);
    return socket;
}

/// 0, or the error of connecting.
int connect_error(std::uint32_t host, std::uint16_t port) {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(host);
    address.sin_port = htons(port);
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    const int answer = ::connect(socket.number(), where, sizeof(address));
    return answer == 0 || errno == EINPROGRESS ? 0 : errno;
}

/// Into a network of its own, with loopback and a listener there.
Result<UniqueFd> enter_own_network(std::uint16_t& port) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return fail(ErrorCode::kIo, "no namespaces");
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", sizeof(request.ifr_name) - 1);
    request.ifr_flags = IFF_UP;
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
    if (::ioctl(socket.number(), SIOCSIFFLAGS, &request) != 0)
        return fail(ErrorCode::kIo, "no loopback");
    return listen_on_loopback(port);
}

TEST_F(Sandbox, WithAWayToOnePortItPassesItsTrialInANetworkOfItsOwn) {
    EXPECT_THAT(in_child([this]() -> Result<> {
                    std::uint16_t port = 0;
                    ICE_ASSIGN(const auto listener, enter_own_network(port));
                    ICE_TRY(enter_sandbox(options_to(port)));
                    return test_sandbox(options_to(port));
                }),
                ::testing::AnyOf("ok", "no namespaces"));
}

TEST_F(Sandbox, InASharedNetworkTheTrialFails) {
    // Landlock sees the port and not the address.
    EXPECT_THAT(in_child([this]() -> Result<> {
                    std::uint16_t port = 0;
                    const auto listener = listen_on_loopback(port);
                    ICE_TRY(enter_sandbox(options_to(port)));
                    if (connect_error(kElsewhere, port) == ENETUNREACH)
                        return fail(ErrorCode::kIo, "offline");
                    return test_sandbox(options_to(port));
                }),
                ::testing::AnyOf("sandbox: connecting to another machine is possible", "offline"));
}

TEST_F(Sandbox, LandlockLetsThroughTheOnePortOnly) {
    if (landlock_version() < kLandlockSeesPorts) GTEST_SKIP() << "this kernel's sees no ports";
    EXPECT_EQ(in_child([this]() -> Result<> {
                  std::uint16_t port = 0;
                  std::uint16_t other = 0;
                  const auto listener = listen_on_loopback(port);
                  const auto neighbour = listen_on_loopback(other);
                  if (connect_error(INADDR_LOOPBACK, other) != 0)
                      return fail(ErrorCode::kIo, "the control does not connect");
                  ICE_TRY(enter_sandbox(options_to(port)));
                  if (connect_error(INADDR_LOOPBACK, port) != 0)
                      return fail(ErrorCode::kIo, "the port is closed");
                  if (connect_error(INADDR_LOOPBACK, other) != EACCES)
                      return fail(ErrorCode::kIo, "another port is open");
                  if (connect_error(kElsewhere, other) != EACCES)
                      return fail(ErrorCode::kIo, "another machine's port is open");
                  return {};
              }),
              "ok");
}

TEST_F(Sandbox, WithAWayToOnePortOtherSocketsAreRefusedAsBefore) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  std::uint16_t port = 0;
                  const auto listener = listen_on_loopback(port);
                  ICE_TRY(enter_sandbox(options_to(port)));
                  const auto is_refused = [](int family, int type, int protocol) {
                      return ::socket(family, type, protocol) == -1 && errno == EPERM;
                  };
                  const bool are_refused =
                      is_refused(AF_INET, SOCK_DGRAM, 0) &&
                      is_refused(AF_INET, SOCK_RAW, IPPROTO_TCP) &&
                      is_refused(AF_INET, SOCK_STREAM, IPPROTO_MPTCP) &&
                      is_refused(AF_INET, SOCK_STREAM, IPPROTO_SCTP) &&
                      is_refused(AF_INET6, SOCK_STREAM, 0) && is_refused(AF_UNIX, SOCK_STREAM, 0) &&
                      is_refused(AF_NETLINK, SOCK_RAW, 0) && is_refused(AF_VSOCK, SOCK_STREAM, 0);
                  if (!are_refused) return fail(ErrorCode::kIo, "a socket is possible");
                  if (::listen(listener.number(), 1) != -1 || errno != EPERM)
                      return fail(ErrorCode::kIo, "listening is possible");
                  if (::accept(listener.number(), nullptr, nullptr) != -1 || errno != EPERM)
                      return fail(ErrorCode::kIo, "accepting is possible");
                  int pair[2];
                  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != -1)
                      return fail(ErrorCode::kIo, "a pair of sockets is possible");
                  return {};
              }),
              "ok");
}

TEST_F(Sandbox, TheTrialFailsWhenTheOnePortIsClosed) {
    EXPECT_THAT(in_child([this]() -> Result<> {
                    std::uint16_t port = 0;
                    listen_on_loopback(port).reset();
                    ICE_TRY(enter_sandbox(options_to(port)));
                    return test_sandbox(options_to(port));
                }),
                ::testing::HasSubstr("connecting to the relay fails"));
}

TEST_F(Sandbox, PassesItsOwnTrial) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  ICE_TRY(enter_sandbox(options()));
                  return test_sandbox(options());
              }),
              "ok");
}

TEST_F(Sandbox, TrialFailsOutside) {
    EXPECT_EQ(in_child([this] { return test_sandbox(options()); }),
              "sandbox: reading /etc/passwd is possible");
}

TEST_F(Sandbox, TrialFailsWithSeccompAlone) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  auto wide = options();
                  wide.readable.emplace_back("/etc");
                  ICE_TRY(enter_sandbox(wide));
                  return test_sandbox(options());
              }),
              "sandbox: reading /etc/passwd is possible");
}

TEST_F(Sandbox, RefusesToStartBesideOtherThreads) {
    EXPECT_THAT(in_child([this]() -> Result<> {
                    std::thread other([] { ::pause(); });
                    other.detach();
                    return enter_sandbox(options());
                }),
                ::testing::HasSubstr("2 threads"));
}

TEST_F(Sandbox, ExecutingAProgramEndsTheProcess) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  ICE_TRY(enter_sandbox(options()));
                  ::execl("/bin/true", "true", nullptr);
                  return {};
              }),
              "signal 31");
}

TEST_F(Sandbox, FilesOfTheWarehouseCanBeReadAndNotWritten) {
    EXPECT_EQ(in_child([this]() -> Result<> {
                  ICE_TRY(enter_sandbox(options()));
                  const auto path = directory_.path() / "warehouse" / "file";
                  std::string text;
                  std::ifstream(path) >> text;
                  if (text != "rows") return fail(ErrorCode::kIo, "cannot read");
                  if (std::ofstream(path) << "x") return fail(ErrorCode::kIo, "can write");
                  std::error_code error;
                  if (std::filesystem::remove(path, error))
                      return fail(ErrorCode::kIo, "can remove");
                  return {};
              }),
              "ok");
}

TEST_F(Sandbox, MissingDirectoryIsAnErrorThatNamesIt) {
    EXPECT_THAT(in_child([this]() -> Result<> {
                    auto wrong = options();
                    wrong.writable = directory_.path() / "absent";
                    return enter_sandbox(wrong);
                }),
                ::testing::HasSubstr("absent"));
}

}  // namespace
}  // namespace icelight::query
