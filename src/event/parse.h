#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"

namespace icelight::event {

/// Which family of URLs the request came by; tells the timestamp dialect.
enum class Path : std::uint8_t {
    kBatch,   ///< /v1/batch
    kSingle,  ///< /v1/track and its like
    kImport,  ///< /v1/import
    kShort,   ///< /v1/t, /v1/b and their like (Segment's)
    kBeacon,  ///< /beacon/v1/batch (RudderStack's)
    kPixel,   ///< /pixel/v1/… (RudderStack's)
    kReplay,  ///< One event as events__rejected.raw kept it; its type is its own unless given.
};

struct RequestFacts;

/// Told a body's own write key ("" for none) before any row is made; may change `source_id` and
/// `remote_ip` of the facts, to views that live during parse(). False: nothing of the body is
/// wanted.
using NameSource = std::function<bool(std::string_view write_key, RequestFacts& facts)>;

/// What the request says beside its body. Views need to live during parse() only.
struct RequestFacts {
    Path path = Path::kBatch;
    std::string_view route_type;  ///< "track" on single routes, "" where the body holds a batch.
    TimestampUs received_at = 0;
    std::string_view source_id = "default";
    std::string_view content_type;
    std::string_view sent_at_header;
    std::string_view remote_ip;
    std::string_view user_agent;
    const FingerprintKey* key = nullptr;      ///< Of the log that the rows are for; needed.
    std::optional<std::uint64_t> replay_of;   ///< Offset of the reject that is being replayed.
    const NameSource* name_source = nullptr;  ///< For requests whose head names no source.
};

/// Why one event (or the body) was refused.
struct EventError {
    std::size_t index = 0;  ///< In the batch.
    std::string path;       ///< "batch[0]"; "" on single routes and for the whole body.
    std::string code;       ///< As in column events__rejected.type: "missing_field".
    std::string message;    ///< "Event must have either userId or anonymousId"
};

/// One encoded row; they lie back to back.
struct RowRef {
    Fingerprint fingerprint;  ///< Of (source_id, message_id).
    std::uint32_t bytes = 0;
};

struct ParsedRequest {
    std::string rows;  ///< event/codec.h rows of the good events, in their order.
    std::vector<RowRef> row_refs;
    std::string rejects;  ///< event/codec.h rejects, back to back, one for each of `errors`.
    std::vector<std::uint32_t> reject_bytes;
    std::vector<EventError> errors;
    std::size_t received =
        0;  ///< row_refs + reject_bytes; a body that is refused whole counts one.
    bool is_whole_request_bad = false;
    bool is_too_large =
        false;  ///< Past a limit of the whole request: nothing to store, no rejects.
    std::string request_error;  ///< Why the whole request is bad: "Invalid JSON body".
    /// The body's own credential: `writeKey` of the envelope or of an event, if it is a string of
    /// at most kWriteKeyBytesMax; it is in no row. Many SDKs send no other one.
    std::string write_key;
};

/// Turns request bodies into rows and rejects.
///
/// Validates every byte of the body (RFC 8259, UTF-8) and keeps JSON values as the bytes that were
/// sent; the one repair is a lone surrogate escape, which becomes \ufffd. Limits: event/limits.h.
/// Thread safety: none; one Parser per thread. It keeps its buffers between calls.
class Parser {
public:
    Parser();
    ~Parser();
    Parser(Parser&&) noexcept;
    Parser& operator=(Parser&&) noexcept;

    /// Never fails as a whole: what cannot be stored becomes a reject and an error.
    /// @cost about 0.5 us of CPU for each event of 470 bytes.
    ParsedRequest parse(std::string body, const RequestFacts& facts);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// The messageId of a replayed event that has none: the same at every replay of that reject.
std::string make_replay_message_id(std::uint64_t replay_of, std::size_t index);

}  // namespace icelight::event
