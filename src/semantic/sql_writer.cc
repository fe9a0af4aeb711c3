#include "semantic/sql_writer.h"

#include <utility>

#include <fmt/format.h>

#include "semantic/civil.h"

namespace icelight::semantic {
namespace {

std::string quote(std::string_view text, char mark) {
    std::string out(1, mark);
    out.reserve(text.size() + 2);
    for (const char c : text) {
        if (c == mark) out += mark;
        out += c;
    }
    return out += mark;
}

}  // namespace

std::string SqlValues::bind(Value value) {
    values_.push_back(std::move(value));
    return fmt::format("${}", values_.size());
}

std::string quote_name(std::string_view name) {
    return quote(name, '"');
}

std::string quote_text(std::string_view text) {
    return quote(text, '\'');
}

std::string time_literal(std::int64_t time_us) {
    const auto parts = civil_from_us(time_us);
    return fmt::format("TIMESTAMPTZ '{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00'",
                       parts.year,
                       parts.month,
                       parts.day,
                       parts.hour,
                       parts.minute,
                       parts.second,
                       parts.microsecond);
}

}  // namespace icelight::semantic
