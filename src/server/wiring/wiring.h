#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"

namespace icelight::server {

class Config;

/// How long each part of an ordered stop may take.
struct StopLimits {
    std::chrono::milliseconds requests{5'000};  ///< For requests in work, queries included.
    std::chrono::milliseconds log{5'000};
    std::chrono::milliseconds flush{10'000};
    std::chrono::milliseconds catalog{5'000};
};

/// Every part of the server, built in the order they depend on each other and stopped in the order
/// events travel.
///
/// Thread safety: from the main thread only. Lifetime: stop() before destruction.
class Wiring {
public:
    /// Opens the data directory, the catalog and the log, brings what is missing, starts every
    /// thread and worker, and answers requests when it returns.
    ///
    /// @error  whatever part refused; the message is one line that names the file and what to do.
    /// Nothing was
    ///   changed that a second try would stumble over.
    static Result<std::unique_ptr<Wiring>> start(const Config& config);

    ~Wiring();
    Wiring(const Wiring&) = delete;
    Wiring& operator=(const Wiring&) = delete;

    /// "127.0.0.1:8787"
    const std::string& address() const { return address_; }

    /// Listener, requests, the log, the last flush, the catalog, the workers. What does not end in
    /// time is left to the next start: the log has it.
    void stop(const StopLimits& limits);

private:
    struct Parts;
    explicit Wiring(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
    std::string address_;
};

}  // namespace icelight::server
