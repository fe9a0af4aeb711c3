#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "query/relay/relay_request.h"

namespace icelight::query {

inline constexpr std::size_t kRelayConnectionsMax = 64;

struct RelayOptions {
    std::vector<RelayTarget> targets;               ///< All that may be reached.
    std::chrono::milliseconds request_time{5'000};  ///< For a request's head.
    std::chrono::milliseconds connect_time{5'000};  ///< DNS included.
    std::chrono::milliseconds idle_time{60'000};
    std::chrono::milliseconds total_time{600'000};  ///< Of one connection.
};

/// The only way out of a worker that reads other catalogs: an HTTP proxy in the server that leads
/// to their hosts, for whoever knows the password.
///
/// A tunnel (CONNECT) for https, one request a connection for http, so that each request's host is
/// seen. The rest is answered 403, 407 or 400, or closed, and counted. Names are resolved here: a
/// worker has no DNS.
///
/// Threads: one of its own, an event loop, and four that resolve names. Thread safety: all members,
/// from any thread. Lifetime: outlives its doors. The destructor cuts what is open; it may wait for
/// a name that is being resolved.
class Relay {
public:
    class Impl;

    /// A listening socket that the relay answers; closed with the door.
    class Door {
    public:
        Door(Impl& relay, std::size_t number) : relay_(relay), number_(number) {}

        ~Door();  // NOLINT(bugprone-exception-escape): see its body.
        Door(const Door&) = delete;
        Door& operator=(const Door&) = delete;

    private:
        Impl& relay_;
        const std::size_t number_;
    };

    explicit Relay(RelayOptions options);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    /// Answers whoever comes to `listener`, a listening TCP socket over IPv4.
    std::unique_ptr<Door> open_door(UniqueFd listener);

    /// Made anew with each relay.
    const std::string& password() const;

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace icelight::query
