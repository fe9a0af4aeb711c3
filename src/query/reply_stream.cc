#include "query/reply_stream.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/frames.h"

namespace icelight::query {
namespace {

/// The server kills a worker long before.
constexpr std::chrono::milliseconds kWriteTime = 2 * kDeadlineMax;

}  // namespace

Result<> ReplyStream::advance() {
    if (sent_bytes_ + buffer_.size() > kReplyBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "the reply is larger than 256 MiB");
    }
    const std::size_t bound = sent_bytes_ == 0 ? kHeldBytesMax : kDataFrameBytes;
    if (buffer_.size() < bound) return {};
    return send_all();
}

Result<> ReplyStream::finish() {
    if (sent_bytes_ + buffer_.size() > kReplyBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "the reply is larger than 256 MiB");
    }
    return send_all();
}

Result<> ReplyStream::send_all() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
        const auto piece = rest.substr(0, kDataFrameBytes);
        ICE_TRY(write_frame(
            fd_, static_cast<std::uint8_t>(Message::kData), piece, deadline_in(kWriteTime)));
        rest.remove_prefix(piece.size());
    }
    sent_bytes_ += buffer_.size();
    buffer_.clear();
    return {};
}

}  // namespace icelight::query
