#include "query/reply/reply_stream.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include <fmt/format.h>

#include "base/frames.h"

namespace icelight::query {
namespace {

/// The server kills a worker long before.
constexpr std::chrono::milliseconds kWriteTime = 2 * kDeadlineMax;

}  // namespace

ReplyStream::ReplyStream(int fd, Format format, std::uint64_t owner_bytes_max)
    : fd_(fd), bytes_max_(is_export(format) ? kExportBytesMax : kReplyBytesMax) {
    if (owner_bytes_max == 0 || owner_bytes_max >= bytes_max_) return;
    bytes_max_ = owner_bytes_max;
    is_owners_ = true;
}

Result<> ReplyStream::check_size() const {
    if (sent_bytes_ + buffer_.size() <= bytes_max_) return {};
    if (is_owners_) return fail_limit("max_reply_bytes", "answers of", bytes_max_, "bytes");
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the reply is larger than {} MiB", bytes_max_ >> 20));
}

Result<> ReplyStream::advance() {
    ICE_TRY(check_size());
    const std::size_t bound = sent_bytes_ == 0 ? kHeldBytesMax : kDataFrameBytes;
    if (buffer_.size() < bound) return {};
    return send_all();
}

Result<> ReplyStream::finish() {
    ICE_TRY(check_size());
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
