#include "engine/sql_text.h"

namespace icelight::engine {
namespace {

std::string quote(std::string_view text, char mark) {
    std::string out(1, mark);
    for (const char c : text) {
        if (c == mark) out += mark;
        out += c;
    }
    out += mark;
    return out;
}

}  // namespace

std::string quote_literal(std::string_view text) {
    return quote(text, '\'');
}

std::string quote_identifier(std::string_view name) {
    return quote(name, '"');
}

}  // namespace icelight::engine
