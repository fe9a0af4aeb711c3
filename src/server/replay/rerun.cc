#include "server/replay/rerun.h"

#include <utility>

#include "server/replay/dead_letter_query.h"

namespace icelight::server {

event::ParsedRequest rerun(const DeadLetter& letter, const FingerprintKey& key) {
    thread_local event::Parser parser;
    event::RequestFacts facts;
    facts.path = event::Path::kReplay;
    facts.received_at = letter.received_at;
    if (!letter.source_id.empty()) facts.source_id = letter.source_id;
    facts.content_type = letter.content_type;
    facts.key = &key;
    facts.replay_of = letter.offset;
    if (letter.path.starts_with("batch[")) return parser.parse(letter.raw, facts);

    facts.path = event::Path::kBatch;
    auto as_batch = parser.parse(letter.raw, facts);
    if (!as_batch.is_whole_request_bad) return as_batch;
    facts.path = event::Path::kReplay;
    auto as_event = parser.parse(letter.raw, facts);
    // Both are wrong: the answer is about what was refused then.
    const bool was_batch = letter.path == "batch";
    return as_event.row_refs.empty() && was_batch ? std::move(as_batch) : std::move(as_event);
}

}  // namespace icelight::server
