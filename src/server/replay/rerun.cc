#include "server/replay/rerun.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "event/codec.h"
#include "http/limits.h"
#include "server/api/ingest_paths.h"
#include "server/replay/dead_letter_query.h"

namespace icelight::server {
namespace {

/// "track" of "track.userId": the type that the URL named; "" where it named none.
std::string_view route_type_of(std::string_view path) {
    const std::string_view head = path.substr(0, path.find('.'));
    const auto paths = ingest_paths();
    const auto found = std::find_if(paths.begin(), paths.end(), [head](const IngestPath& entry) {
        return entry.route_type == head;
    });
    return found == paths.end() ? "" : found->route_type;
}

/// As the client meant it; as it was sent when that cannot be found out.
std::string body_of(const DeadLetter& letter, const InflateLimits& limits) {
    const Encoding encoding = find_body_encoding(letter.raw, "");
    if (encoding == Encoding::kIdentity) return letter.raw;
    auto inflated = inflate(letter.raw, encoding, limits, http::kBodySlackBytes);
    if (!inflated) return letter.raw;
    return std::move(*inflated);
}

}  // namespace

event::ParsedRequest rerun(const DeadLetter& letter,
                           const FingerprintKey& key,
                           const InflateLimits& limits) {
    thread_local event::Parser parser;
    event::RequestFacts facts;
    facts.path = event::Path::kReplay;
    facts.received_at = letter.received_at;
    if (!letter.source_id.empty()) facts.source_id = letter.source_id;
    facts.content_type = letter.content_type;
    facts.key = &key;
    facts.replay_of = letter.offset;
    if (letter.path.starts_with("batch[")) return parser.parse(letter.raw, facts);

    const std::string body = body_of(letter, limits);
    facts.path = event::Path::kBatch;
    auto as_batch = parser.parse(body, facts);
    if (!as_batch.is_whole_request_bad) return as_batch;
    facts.path = event::Path::kReplay;
    facts.route_type = route_type_of(letter.path);
    auto as_event = parser.parse(body, facts);
    // Both are wrong: the answer is about what was refused then.
    const bool was_batch = letter.path == "batch";
    return as_event.row_refs.empty() && was_batch ? std::move(as_batch) : std::move(as_event);
}

std::string make_stored_before(const DeadLetter& letter) {
    namespace rejected_id = event::rejected_id;
    event::RejectView note;
    note.set_text(rejected_id::kStage, "replay");
    note.set_text(rejected_id::kFamily, "validation");
    note.set_text(rejected_id::kType, "duplicate");
    note.set_text(rejected_id::kPath, letter.path);
    note.set_text(rejected_id::kDetail, "Stored before with the same messageId");
    note.set_text(rejected_id::kSourceId, letter.source_id);
    note.set_number(rejected_id::kReceivedAt, letter.received_at);
    note.set_number(rejected_id::kReplayOf, static_cast<std::int64_t>(letter.offset));
    std::string bytes;
    event::encode_reject(note, bytes);
    return bytes;
}

}  // namespace icelight::server
