#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "event/token_index.h"

namespace icelight::event {

/// Half-open range of offsets in a body.
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    bool is_empty() const { return begin == end; }

    std::uint32_t bytes() const { return end - begin; }
};

/// A member's name: the span between its quotes.
struct Key {
    Span inside;
    bool has_escapes = false;
};

/// A validating walk over a JSON text, along the offsets of its tokens (token_index.h, which proves
/// the UTF-8, the quotes' pairing and that strings hold no control characters).
///
/// Checks everything else that RFC 8259 asks for: brackets, commas, colons, numbers, literals,
/// escapes. Lone surrogate escapes are made \ufffd in place, and remembered so that they can be
/// undone. Whatever returns false has seen a text that is not JSON; the walk is then over.
/// Thread safety: none. Lifetime: the text and the index outlive the walk.
class JsonWalk {
public:
    /// @param text  `bytes` long, then a NUL; repairs are written to it. The walk moves `index`
    ///              along it.
    /// False: no JSON; the walk is then over, and text() is still right.
    bool start(char* text, std::size_t bytes, TokenIndex& index);

    /// The character at which the next token begins; NUL at the end.
    char peek() const { return text_[*next_]; }

    /// Where the next token begins.
    std::uint32_t position() const { return *next_; }

    bool is_at_end() const { return refill_at_ == nullptr && *next_ == bytes_ && !is_over_; }

    /// Passes one value of any kind.
    bool skip_value(Span& value);

    /// Passes an object; calls on_member(const Key&), which must pass the member's value.
    template <class OnMember>
    bool walk_object(Span& value, OnMember&& on_member);

    /// Passes an array; calls on_element(), which must pass the element.
    template <class OnElement>
    bool walk_array(Span& value, OnElement&& on_element);

    std::string_view text(Span span) const { return {text_ + span.begin, span.bytes()}; }

    /// The key's name; escapes are resolved into a buffer that lives until the next call.
    std::string_view name(const Key& key) {
        return key.has_escapes ? unescaped_name(key) : text(key.inside);
    }

    /// Where the first backslash from here on is, or the end of the text.
    std::uint32_t next_backslash() const { return next_backslash_; }

    /// Containers that are open now, and the most there ever were since reset_deepest().
    std::uint32_t depth() const { return depth_; }

    std::uint32_t deepest() const { return deepest_; }

    void reset_deepest() { deepest_ = depth_; }

    std::size_t repairs() const { return repairs_.size(); }

    /// Puts the bytes back that were sent between the two ends of `span`.
    void undo_repairs(Span span);

    /// Gives buffers beyond `bytes_max` back; repairs can then not be undone.
    void shrink(std::size_t bytes_max);

private:
    /// Four hex digits that were overwritten with "fffd".
    struct Repair {
        std::uint32_t at;
        std::array<char, 4> was;
    };

    /// To the next token. `next` always has another behind it, in the same window.
    void step(const std::uint32_t*& next) {
        if (++next == refill_at_) [[unlikely]]
            next = refill(*next);
    }

    const std::uint32_t* refill(std::uint32_t offset);
    const std::uint32_t* take_window();
    const std::uint32_t* end_walk();
    std::string_view unescaped_name(const Key& key);
    bool take_key(const std::uint32_t*& next, Key& key);
    bool take_string(const std::uint32_t* next, Span& inside, bool& has_escapes);
    bool take_scalar(const std::uint32_t* next, std::uint32_t& end) const;
    bool check_escapes(std::uint32_t end);
    std::uint32_t check_unicode(std::uint32_t at, std::uint32_t end);
    void find_backslash(std::uint32_t from);

    void enter() { deepest_ = std::max(deepest_, ++depth_); }

    char* text_ = nullptr;
    std::uint32_t bytes_ = 0;
    TokenIndex* index_ = nullptr;
    const std::uint32_t* next_ = nullptr;
    const std::uint32_t* refill_at_ = nullptr;  ///< The window's last token; null in the last one.
    std::array<std::uint32_t, 2> nowhere_{};    ///< Offsets of the text's NUL.
    bool is_over_ = false;
    std::uint32_t depth_ = 0;
    std::uint32_t deepest_ = 0;
    std::uint32_t next_backslash_ = 0;  ///< The first one not yet checked; bytes_ if none.
    std::vector<Repair> repairs_;       ///< In the order of the text.
    std::vector<std::uint64_t> scopes_;
    std::vector<char> name_;
};

template <class OnMember>
bool JsonWalk::walk_object(Span& value, OnMember&& on_member) {
    if (peek() != '{') return false;
    value.begin = *next_;
    step(next_);
    enter();
    if (peek() != '}') {
        for (;;) {
            Key key;
            if (!take_key(next_, key) || !on_member(key)) return false;
            if (peek() == '}') break;
            if (peek() != ',') return false;
            step(next_);
        }
    }
    value.end = *next_ + 1;
    step(next_);
    --depth_;
    return true;
}

template <class OnElement>
bool JsonWalk::walk_array(Span& value, OnElement&& on_element) {
    if (peek() != '[') return false;
    value.begin = *next_;
    step(next_);
    enter();
    if (peek() != ']') {
        for (;;) {
            if (!on_element()) return false;
            if (peek() == ']') break;
            if (peek() != ',') return false;
            step(next_);
        }
    }
    value.end = *next_ + 1;
    step(next_);
    --depth_;
    return true;
}

}  // namespace icelight::event
