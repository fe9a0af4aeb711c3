#include "server/api/event_results.h"

#include <iterator>

#include <fmt/format.h>

#include "base/check.h"
#include "base/letter_case.h"
#include "event/parse.h"
#include "http/request.h"
#include "wal/batch.h"

namespace icelight::server {
namespace {

constexpr std::size_t kResultBytes = 48;

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// `return=representation`, its value quoted or not, parameters behind it or not.
bool is_representation(std::string_view preference) {
    preference = trim(preference.substr(0, preference.find(';')));
    const auto equals = preference.find('=');
    if (equals == std::string_view::npos) return false;
    std::string_view value = trim(preference.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    return equal_ignoring_case(trim(preference.substr(0, equals)), "return") &&
           value == "representation";
}

void append_bad(const event::EventError& error,
                std::optional<std::uint64_t> offset,
                std::string& out) {
    fmt::format_to(std::back_inserter(out),
                   R"({{"index":{},"status":"rejected","code":{},"error":{})",
                   error.index,
                   http::quote_json(error.code),
                   http::quote_json(error.message));
    if (offset) fmt::format_to(std::back_inserter(out), R"(,"offset":{})", *offset);
    out += '}';
}

}  // namespace

bool asks_for_results(std::string_view prefer) {
    while (!prefer.empty()) {
        const auto comma = prefer.find(',');
        if (is_representation(prefer.substr(0, comma))) return true;
        if (comma == std::string_view::npos) return false;
        prefer.remove_prefix(comma + 1);
    }
    return false;
}

void add_results(const event::ParsedRequest& parsed,
                 const Offsets& offsets,
                 http::Response& answer) {
    ICE_CHECK(answer.body.ends_with('}'), "an ingest answer is a JSON object");
    const std::size_t count = offsets.rows.size() + parsed.errors.size();
    std::string& out = answer.body;
    out.pop_back();
    out.reserve(out.size() + count * kResultBytes);
    out += R"(,"results":[)";
    std::size_t row = 0;
    std::size_t bad = 0;
    for (std::size_t index = 0; index < count; ++index) {
        if (index > 0) out += ',';
        // Errors name their places in ascending order; the places between are the rows'.
        if (bad < parsed.errors.size() && parsed.errors[bad].index == index) {
            const bool is_known = bad < offsets.rejects.size();
            append_bad(parsed.errors[bad], is_known ? offsets.rejects[bad] : std::nullopt, out);
            ++bad;
            continue;
        }
        const wal::Outcome& outcome = offsets.rows[row++];
        fmt::format_to(std::back_inserter(out),
                       R"({{"index":{},"status":"{}","offset":{}}})",
                       index,
                       outcome.is_duplicate ? "duplicate" : "stored",
                       outcome.offset);
    }
    out += "]}";
    answer.add_header("Preference-Applied", "return=representation");
}

}  // namespace icelight::server
