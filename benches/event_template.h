#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace icelight::bench {

/// A request body of `events` events whose messageIds can be made new in place, so that a repeated
/// body is new work for the server and not a list of duplicates.
class EventTemplate {
public:
    /// @param events     1 makes a single event for /v1/track, more make a batch.
    /// @param seed       equal seeds make equal bodies.
    EventTemplate(std::size_t events, std::uint64_t seed);

    /// Writes the ids `first_id` .. `first_id + events - 1` into the body.
    void renumber(std::uint64_t first_id);

    const std::string& body() const { return body_; }

    std::size_t events() const { return id_places_.size(); }

private:
    std::string body_;
    std::vector<std::size_t> id_places_;  ///< Where the 16 hex digits of each id begin.
};

}  // namespace icelight::bench
