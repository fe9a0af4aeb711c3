#include "catalog/sink/watermark.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace icelight::catalog {

namespace {

template <class Number>
bool parse_number(std::string_view text, Number& out) {
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, out);
    return error == std::errc{} && stopped == end && !text.empty();
}

}  // namespace

std::uint64_t Watermark::next(std::int32_t shard) const {
    const auto found = next_offset.find(shard);
    return found == next_offset.end() ? 0 : found->second;
}

std::string watermark_key(SinkId sink) {
    return sink == kEventSink ? "icelight.watermark" : fmt::format("icelight.watermark.{}", sink);
}

std::string encode_watermark(const Watermark& watermark) {
    const std::string log = watermark.log_uuid.text();
    if (watermark.next_offset.empty()) return log + ":0:0";
    std::string text;
    for (const auto& [shard, next] : watermark.next_offset) {
        text += fmt::format("{}{}:{}:{}", text.empty() ? "" : ",", log, shard, next);
    }
    return text;
}

Result<Watermark> decode_watermark(std::string_view text) {
    Watermark watermark;
    const auto corrupt = [&text] {
        return fail(ErrorCode::kCorruption, fmt::format("not a watermark: '{}'", text));
    };
    std::string_view rest = text;
    while (true) {
        const std::string_view part = rest.substr(0, rest.find(','));
        const std::size_t first = part.find(':');
        const std::size_t last = part.rfind(':');
        if (first == std::string_view::npos || first == last) return corrupt();
        const auto uuid = find_uuid(part.substr(0, first));
        std::int32_t shard = 0;
        std::uint64_t next = 0;
        if (!uuid || !parse_number(part.substr(first + 1, last - first - 1), shard) ||
            !parse_number(part.substr(last + 1), next)) {
            return corrupt();
        }
        if (!watermark.next_offset.empty() && watermark.log_uuid != *uuid) return corrupt();
        watermark.log_uuid = *uuid;
        if (!watermark.next_offset.emplace(shard, next).second) return corrupt();
        if (part.size() == rest.size()) return watermark;
        rest.remove_prefix(part.size() + 1);
    }
}

}  // namespace icelight::catalog
