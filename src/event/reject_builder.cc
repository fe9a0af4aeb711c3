#include "event/reject_builder.h"

#include <algorithm>

#include "base/hash.h"
#include "event/codec.h"
#include "event/limits.h"
#include "event/row.h"

namespace icelight::event {
namespace {

/// A header may hold any bytes; a string column may not.
std::string printable(std::string_view header) {
    constexpr std::size_t kHeaderBytesMax = 256;
    std::string text(header.substr(0, kHeaderBytesMax));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

}  // namespace

bool is_parse_failure(const Refusal& refusal) {
    return refusal.type == "parse_failure";
}

std::uint32_t append_reject(const RefusedBytes& refused,
                            const Refusal& refusal,
                            const RequestFacts& facts,
                            std::string& out) {
    const bool is_parse = is_parse_failure(refusal);
    std::string path = refused.path;
    // What the URL said of a single event is not in its bytes; a replay needs it.
    if (path.empty()) path = facts.route_type;
    if (!path.empty() && !refusal.member.empty()) path += '.';
    path += refusal.member;
    const std::string sha256 = sha256_hex(refused.bytes);
    const std::string content_type = printable(facts.content_type);

    RejectView reject;
    reject.set_text(rejected_id::kStage, is_parse ? "parse" : "validate");
    reject.set_text(rejected_id::kFamily, is_parse ? "deserialization" : "validation");
    reject.set_text(rejected_id::kType, refusal.type);
    reject.set_text(rejected_id::kPath, path);
    reject.set_text(rejected_id::kDetail, refusal.message);
    reject.set_text(rejected_id::kRaw, refused.bytes.substr(0, kRejectRawBytesMax));
    reject.set_number(rejected_id::kRawBytes, static_cast<std::int64_t>(refused.bytes.size()));
    reject.set_text(rejected_id::kRawSha256, sha256);
    if (!content_type.empty()) reject.set_text(rejected_id::kContentType, content_type);
    reject.set_text(rejected_id::kSourceId, facts.source_id);
    if (refused.message_id) reject.set_text(rejected_id::kMessageId, *refused.message_id);
    reject.set_number(rejected_id::kReceivedAt, facts.received_at);
    if (facts.replay_of) {
        reject.set_number(rejected_id::kReplayOf, static_cast<std::int64_t>(*facts.replay_of));
    }
    const std::size_t begin = out.size();
    encode_reject(reject, out);
    return static_cast<std::uint32_t>(out.size() - begin);
}

}  // namespace icelight::event
