#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "http/limits.h"
#include "http/router.h"

namespace icelight::http {

struct ListenerOptions {
    std::string address = "127.0.0.1";  ///< A numeric IPv4 or IPv6 address.
    std::uint16_t port = 0;             ///< 0: any free one.
    std::size_t threads = 1;            ///< Event loops; a connection stays on its own.
    Limits limits;
};

/// Takes connections and deals them out to event loops of one thread each.
///
/// Thread safety: all members from one thread, the owner's. Handlers run on the net threads.
/// Lifetime: `clock` outlives it; close() before destruction. What handlers wait for (a log, a
/// query
///   service) must be closed before the destruction, since it may still answer a request that was
///   cut off.
class Listener {
public:
    /// Takes the port. Clients may connect from now on; they are answered after serve().
    ///
    /// @error kAlreadyExists    the port is taken.
    /// @error kInvalidArgument  not a numeric address, or not one of this machine.
    /// @error kForbidden        the port may not be used by this user.
    static Result<std::unique_ptr<Listener>> open(ListenerOptions options, const Clock& clock);

    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Starts the net threads and answers. Called once.
    void serve(std::shared_ptr<const Router> router);

    /// "127.0.0.1:8787", "[::1]:8787".
    std::string address() const;
    std::uint16_t port() const;
    std::size_t connections() const;

    /// Takes no more connections, lets requests in work end until `deadline`, then cuts them off.
    /// @error kTimeout  some were cut off.
    Result<> close(Deadline deadline);

private:
    class Impl;
    explicit Listener(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace icelight::http
