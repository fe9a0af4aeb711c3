#include "base/frames.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/errno_text.h"

namespace icelight {
namespace {

Result<> wait_for(int fd, short events, Deadline deadline) {
    while (true) {
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                                          system_clock().steady());
        if (left.count() < 0) return fail(ErrorCode::kTimeout, "the worker did not answer in time");
        pollfd entry{fd, events, 0};
        const int ready =
            ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left.count() + 1, 60'000)));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) {
            return fail(ErrorCode::kIo, std::string("poll: ") + errno_text(errno));
        }
    }
}

Result<> write_all(int fd, std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        auto written = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            ICE_TRY(wait_for(fd, POLLOUT, deadline));
        } else if (errno != EINTR) {
            return fail(ErrorCode::kUnavailable,
                        std::string("the worker is gone: ") + errno_text(errno));
        }
    }
    return {};
}

Result<> read_all(int fd, char* out, std::size_t bytes, Deadline deadline) {
    while (bytes > 0) {
        auto got = ::recv(fd, out, bytes, MSG_DONTWAIT);
        if (got > 0) {
            out += got;
            bytes -= static_cast<std::size_t>(got);
        } else if (got == 0) {
            return fail(ErrorCode::kUnavailable, "the worker closed its socket");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            ICE_TRY(wait_for(fd, POLLIN, deadline));
        } else if (errno != EINTR) {
            return fail(ErrorCode::kUnavailable,
                        std::string("the worker is gone: ") + errno_text(errno));
        }
    }
    return {};
}

}  // namespace

std::string encode_frame_header(std::uint8_t type, std::size_t payload_bytes) {
    std::string header(kFrameHeaderBytes, '\0');
    const auto length = static_cast<std::uint32_t>(payload_bytes);
    std::memcpy(header.data(), &length, sizeof(length));
    header[4] = static_cast<char>(type);
    return header;
}

Result<> write_frame(int fd, std::uint8_t type, std::string_view payload, Deadline deadline) {
    if (payload.size() > kFrameBytesMax) return fail(ErrorCode::kTooLarge, "frame over 64 MiB");
    if (payload.size() <= 4096) {
        std::string whole = encode_frame_header(type, payload.size());
        whole.append(payload);
        return write_all(fd, whole, deadline);
    }
    ICE_TRY(write_all(fd, encode_frame_header(type, payload.size()), deadline));
    return write_all(fd, payload, deadline);
}

Result<Frame> read_frame(int fd, Deadline deadline, std::size_t payload_bytes_max) {
    char header[kFrameHeaderBytes];
    ICE_TRY(read_all(fd, header, sizeof(header), deadline));
    std::uint32_t length = 0;
    std::memcpy(&length, header, sizeof(length));
    if (length > payload_bytes_max)
        return fail(ErrorCode::kTooLarge, "the worker announced an oversized frame");
    Frame frame;
    frame.type = static_cast<std::uint8_t>(header[4]);
    frame.payload.resize(length);
    ICE_TRY(read_all(fd, frame.payload.data(), length, deadline));
    return frame;
}

}  // namespace icelight
