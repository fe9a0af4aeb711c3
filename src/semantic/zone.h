#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace icelight::semantic {

/// A time zone of the system's zone database. The first use of a name reads one small file of it;
/// later ones find it in memory. Apart from that, pure.
class Zone {
public:
    /// @return nothing unless `name` is an IANA name ("Europe/Berlin", "UTC"), in its own case.
    static std::optional<Zone> find(std::string_view name);
    static Zone utc();

    const std::string& name() const { return name_; }

    bool is_utc() const { return name_ == "UTC"; }

    /// Wall time at an instant; both in microseconds since 1970.
    std::int64_t to_local(std::int64_t time_us) const;

    /// Of the two instants of a repeated wall time, which.
    enum class Repeated : std::uint8_t { kEarlier, kLater };

    struct Instant {
        std::int64_t time_us = 0;
        bool was_skipped = false;  ///< No clock showed that time: `time_us` is the first after it.
    };

    Instant to_instant(std::int64_t local_us, Repeated repeated) const;

private:
    Zone(std::string name, absl::TimeZone zone) : name_(std::move(name)), zone_(zone) {}

    std::string name_;
    absl::TimeZone zone_;
};

}  // namespace icelight::semantic
