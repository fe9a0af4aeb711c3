#include "event/token_index.h"

#include <algorithm>
#include <cstring>

#include <simdjson.h>

#include "base/check.h"

namespace icelight::event {
namespace {

bool is_inside_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

struct TokenIndex::Stage {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> impl;
    std::size_t capacity_bytes = 0;
};

TokenIndex::TokenIndex(std::size_t window_bytes)
    : window_bytes_(window_bytes), stage_(std::make_unique<Stage>()) {}

TokenIndex::~TokenIndex() = default;

const std::uint32_t* TokenIndex::begin() const {
    return stage_->impl->structural_indexes.get();
}

const std::uint32_t* TokenIndex::end() const {
    return begin() + stage_->impl->n_structural_indexes;
}

bool TokenIndex::start(const char* text, std::size_t bytes) {
    text_ = text;
    bytes_ = bytes;
    // What an unusual text needed goes when the next one comes.
    if (stage_->capacity_bytes > 2 * window_bytes_) stage_->impl = nullptr;
    if (stage_->impl == nullptr) stage_->capacity_bytes = 0;
    return bytes > 0 && move_to(0);
}

// A window may end anywhere but in a string: of a scalar at its end only the beginning counts,
// because the next window begins with the last token of this one.
bool TokenIndex::move_to(std::uint32_t offset) {
    std::size_t end = past_character(offset + window_bytes_);
    std::size_t doubled = window_bytes_;
    for (;;) {
        switch (look(offset, end - offset)) {
            case Found::kTokens:
                return true;
            case Found::kNotJson:
                return false;
            case Found::kOpenString:
                if (end == bytes_) return false;
                end = past_string(end);
                break;
            case Found::kTooFew:
                doubled *= 2;
                end = past_character(std::max(end, offset + doubled));
                break;
        }
    }
}

TokenIndex::Found TokenIndex::look(std::uint32_t offset, std::size_t bytes) {
    make_room(bytes);
    is_last_ = offset + bytes == bytes_;
    auto& impl = *stage_->impl;
    const auto* const text = reinterpret_cast<const std::uint8_t*>(text_ + offset);
    const auto error = impl.stage1(text, bytes, simdjson::stage1_mode::regular);
    if (error == simdjson::UNCLOSED_STRING) return Found::kOpenString;
    if (error != simdjson::SUCCESS && error != simdjson::EMPTY) return Found::kNotJson;
    const std::size_t count = error == simdjson::EMPTY ? 0 : impl.n_structural_indexes;
    if (!is_last_ && count < 2) return Found::kTooFew;
    if (count == 0) return Found::kNotJson;
    std::uint32_t* const index = impl.structural_indexes.get();
    if (offset > 0) std::for_each(index, index + count, [offset](auto& at) { at += offset; });
    index[count] = static_cast<std::uint32_t>(bytes_);
    return Found::kTokens;
}

void TokenIndex::make_room(std::size_t bytes) {
    if (stage_->capacity_bytes >= bytes) return;
    // Address space; pages are there only where offsets are written.
    const std::size_t capacity_bytes = std::max(bytes, std::size_t{64} << 10);
    stage_->impl = nullptr;
    constexpr std::size_t kDomDepth = 1;  // of simdjson's second stage, which is not used
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity_bytes, kDomDepth, stage_->impl);
    ICE_CHECK(error == simdjson::SUCCESS, "no memory for the index of a body");
    stage_->capacity_bytes = capacity_bytes;
}

/// `at` or the end of the character it is inside of, within the text.
std::size_t TokenIndex::past_character(std::size_t at) const {
    at = std::min(at, bytes_);
    while (at < bytes_ && is_inside_character(text_[at]))
        ++at;
    return at;
}

/// Past the closing quote of the string that is open at `at`; the text's end if there is none.
std::size_t TokenIndex::past_string(std::size_t at) const {
    for (;;) {
        const void* const found = std::memchr(text_ + at, '"', bytes_ - at);
        if (found == nullptr) return bytes_;
        const char* const quote = static_cast<const char*>(found);
        const char* first = quote;  // of the backslashes before it
        while (first[-1] == '\\')
            --first;
        at = static_cast<std::size_t>(quote - text_) + 1;
        if ((quote - first) % 2 == 0) return at;
    }
}

}  // namespace icelight::event
