#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "base/clock.h"
#include "base/result.h"

namespace icelight {
class BytePipe;
}

namespace icelight::http {

/// A response body that is made while it is sent.
///
/// Threads: read() is called by the session, one call at a time.
class BodySource {
public:
    virtual ~BodySource() = default;
    BodySource() = default;
    BodySource(const BodySource&) = delete;
    BodySource& operator=(const BodySource&) = delete;

    /// The next piece; empty at the end. An error breaks the connection off, so that the client
    /// cannot take the body for whole.
    virtual boost::asio::awaitable<Result<std::string>> read() = 0;
    /// The client is gone: no further read() will come.
    virtual void abandon() = 0;
};

/// Carries a body from a working thread to a session, a bounded number of bytes at a time.
///
/// The worker calls write() and then finish(); the session reads. Thread safety: write, finish and
/// abandon from any thread.
class BodyPipe final : public BodySource {
public:
    explicit BodyPipe(std::size_t bytes_max = 1 << 20);
    ~BodyPipe() override;

    /// Waits while `bytes_max` are unread. False: the client is gone, or `deadline` passed.
    bool write(std::string_view bytes, Deadline deadline);
    /// No more bytes; an error breaks the connection off.
    void finish(Result<> outcome);

    boost::asio::awaitable<Result<std::string>> read() override;
    void abandon() override;

private:
    std::shared_ptr<BytePipe> pipe_;
};

}  // namespace icelight::http
