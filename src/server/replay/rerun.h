#pragma once

#include "base/hash.h"
#include "event/parse.h"

namespace icelight::server {

struct DeadLetter;

/// Runs a reject through today's rules: its rows and rejects carry `replay_of`, an event without a
/// messageId gets one derived from the reject's offset, and times are judged as of its receipt.
///
/// An item of a batch is one event. A whole body is tried as a batch, then as one event.
/// Thread safety: any thread; not a net thread (up to 64 KiB are parsed, twice).
event::ParsedRequest rerun(const DeadLetter& letter, const FingerprintKey& key);

}  // namespace icelight::server
