#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "query/worker/protocol.h"

namespace icelight::query {

/// The body on its way to the server: the first kHeldBytesMax are held back, so that an error
/// before them is still a whole answer; more goes out in frames.
class ReplyStream {
public:
    /// @param owner_bytes_max  Limits::reply_bytes_max.
    ReplyStream(int fd, Format format, std::uint64_t owner_bytes_max);

    /// Where to append.
    std::string& buffer() { return buffer_; }

    /// Sends what has gathered, if it is much.
    /// @error kInvalidArgument  the body is larger than kReplyBytesMax, kExportBytesMax or what its
    ///                          owner may have.
    /// @error kUnavailable      the server is gone.
    Result<> advance();

    /// Sends the rest.
    Result<> finish();

private:
    Result<> check_size() const;
    Result<> send_all();

    int fd_;
    std::uint64_t bytes_max_;
    bool is_owners_ = false;  ///< The bound is the owner's.
    std::string buffer_;
    std::uint64_t sent_bytes_ = 0;
};

}  // namespace icelight::query
