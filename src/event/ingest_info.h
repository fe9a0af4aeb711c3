#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/client_time.h"

namespace icelight::event {

/// Column ingest_info: what the server noticed and decided.
struct IngestInfo {
    Rule rule = Rule::kPlain;
    std::optional<std::int64_t> skew_ms;  ///< received_at - sent_at
    std::string_view ip;                  ///< As a JSON string with quotes; left out when empty.
    bool is_clamped = false;
    bool is_bot = false;
    bool has_illegal_user_id = false;
    bool has_illegal_anonymous_id = false;
    std::uint32_t repaired = 0;  ///< Lone surrogate escapes that became \ufffd.
    std::optional<std::uint64_t> replay_of;
};

/// Appends it as a JSON object; members that say nothing are left out.
void append_ingest_info(const IngestInfo& info, std::string& out);

}  // namespace icelight::event
