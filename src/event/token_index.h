#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace icelight::event {

/// Where the tokens of a JSON text begin: structural characters, and the first bytes of scalars
/// (simdjson's stage 1).
///
/// A long text is looked at a window at a time, so that what the offsets take is bounded by the
/// window and not by the text, which may have a token in every byte. A window also proves of its
/// part of the text that it is UTF-8, that quotes pair up, and that strings hold no control
/// characters.
/// Thread safety: none. Lifetime: the text outlives its use here, and so do 64 bytes behind it that
/// may be read.
class TokenIndex {
public:
    static constexpr std::size_t kWindowBytes = 128u << 10;

    explicit TokenIndex(std::size_t window_bytes = kWindowBytes);
    ~TokenIndex();
    TokenIndex(const TokenIndex&) = delete;
    TokenIndex& operator=(const TokenIndex&) = delete;

    /// Begins with a text and finds the first window's tokens. False: none, or not JSON.
    bool start(const char* text, std::size_t bytes);

    /// Finds the tokens from `offset` on, where a token begins that is inside of no string. False:
    /// not JSON.
    bool move_to(std::uint32_t offset);

    /// The window's offsets, at least two unless it is the last; behind them the text's length.
    const std::uint32_t* begin() const;
    const std::uint32_t* end() const;

    /// Does the window reach the end of the text?
    bool is_last() const { return is_last_; }

private:
    enum class Found : std::uint8_t { kTokens, kTooFew, kOpenString, kNotJson };

    void make_room(std::size_t bytes);
    Found look(std::uint32_t offset, std::size_t bytes);
    std::size_t past_character(std::size_t at) const;
    std::size_t past_string(std::size_t at) const;

    struct Stage;

    const std::size_t window_bytes_;
    std::unique_ptr<Stage> stage_;
    const char* text_ = nullptr;
    std::size_t bytes_ = 0;
    bool is_last_ = false;
};

}  // namespace icelight::event
