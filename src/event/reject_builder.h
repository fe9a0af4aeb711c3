#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/parse.h"
#include "event/row_builder.h"

namespace icelight::event {

/// Something that is refused: an event, or a body as a whole.
struct RefusedBytes {
    std::string_view bytes;  ///< All of it, as it was sent.
    std::string path;        ///< "batch[3]", "" for the body.
    std::optional<std::string_view> message_id;
};

/// True for a body that is no JSON at all; everything else is refused by a rule.
bool is_parse_failure(const Refusal& refusal);

/// Appends one encoded reject to `out`; returns its length.
std::uint32_t append_reject(const RefusedBytes& refused,
                            const Refusal& refusal,
                            const RequestFacts& facts,
                            std::string& out);

}  // namespace icelight::event
