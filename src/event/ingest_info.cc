#include "event/ingest_info.h"

#include <array>
#include <charconv>

namespace icelight::event {
namespace {

template <class Number>
void append_number(std::string& out, Number value) {
    std::array<char, 24> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), end.ptr);
}

}  // namespace

void append_ingest_info(const IngestInfo& info, std::string& out) {
    out += "{\"rule\":\"";
    out += rule_name(info.rule);
    out += '"';
    if (info.skew_ms) {
        out += ",\"skew_ms\":";
        append_number(out, *info.skew_ms);
    }
    if (!info.ip.empty()) {
        out += ",\"ip\":";
        out += info.ip;
    }
    if (info.is_clamped) out += ",\"clamped\":true";
    if (info.is_bot) out += ",\"bot\":true";
    if (info.has_illegal_user_id || info.has_illegal_anonymous_id) {
        out += ",\"illegal_ids\":[";
        if (info.has_illegal_user_id) out += "\"user_id\"";
        if (info.has_illegal_user_id && info.has_illegal_anonymous_id) out += ',';
        if (info.has_illegal_anonymous_id) out += "\"anonymous_id\"";
        out += ']';
    }
    if (info.repaired != 0) {
        out += ",\"repaired\":";
        append_number(out, info.repaired);
    }
    if (info.replay_of) {
        out += ",\"replay_of\":";
        append_number(out, *info.replay_of);
    }
    out += '}';
}

}  // namespace icelight::event
