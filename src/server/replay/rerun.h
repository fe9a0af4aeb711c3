#pragma once

#include <string>

#include "base/hash.h"
#include "event/parse.h"
#include "server/inflate.h"

namespace icelight::server {

struct DeadLetter;

/// Runs a reject through today's rules: its rows and rejects carry `replay_of`, an event without a
/// messageId gets one derived from the reject's offset, and times are judged as of its receipt.
///
/// An item of a batch is one event. A whole body is inflated when its first bytes say how (of br
/// and raw deflate nothing does), then tried as a batch, then as one event, of the type that its
/// URL named.
/// Thread safety: any thread; not a net thread (up to limits.bytes_max are parsed, twice).
event::ParsedRequest rerun(const DeadLetter& letter,
                           const FingerprintKey& key,
                           const InflateLimits& limits);

/// The encoded reject that notes of `letter` that all its events were stored before. It closes the
/// letter: without it nothing would name its offset.
std::string make_stored_before(const DeadLetter& letter);

}  // namespace icelight::server
