#include "event/json_walk.h"

#include "event/json_text.h"

namespace icelight::event {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

/// The offset past a number's longest valid prefix; `at` itself if there is none.
const char* number_end(const char* at) {
    const char* const begin = at;
    if (*at == '-') ++at;
    if (!is_digit(*at)) return begin;
    if (*at++ != '0') {
        while (is_digit(*at))
            ++at;
    }
    if (*at == '.') {
        if (!is_digit(*++at)) return begin;
        while (is_digit(*at))
            ++at;
    }
    if (*at == 'e' || *at == 'E') {
        ++at;
        if (*at == '+' || *at == '-') ++at;
        if (!is_digit(*at)) return begin;
        while (is_digit(*at))
            ++at;
    }
    return at;
}

/// The kinds of the containers that are open inside one value: a word for the innermost 64, older
/// words in `spill`.
class Scopes {
public:
    explicit Scopes(std::vector<std::uint64_t>& spill) : spill_(spill) {}

    std::uint32_t depth() const { return depth_; }

    bool is_object() const { return (word_ & 1) != 0; }

    void push(bool is_object) {
        if (depth_ != 0 && depth_ % 64 == 0) spill_.push_back(word_);
        word_ = word_ << 1 | static_cast<std::uint64_t>(is_object);
        ++depth_;
    }

    void pop() {
        --depth_;
        word_ >>= 1;
        if (depth_ != 0 && depth_ % 64 == 0) {
            word_ = spill_.back();
            spill_.pop_back();
        }
    }

private:
    std::vector<std::uint64_t>& spill_;
    std::uint64_t word_ = 0;
    std::uint32_t depth_ = 0;
};

}  // namespace

bool JsonWalk::start(char* text, std::size_t bytes, TokenIndex& index) {
    text_ = text;
    bytes_ = static_cast<std::uint32_t>(bytes);
    index_ = &index;
    nowhere_ = {bytes_, bytes_};
    is_over_ = false;
    depth_ = 0;
    deepest_ = 0;
    repairs_.clear();
    scopes_.clear();
    find_backslash(0);
    const bool is_json = index.start(text, bytes);
    next_ = is_json ? take_window() : end_walk();
    return is_json;
}

const std::uint32_t* JsonWalk::take_window() {
    refill_at_ = index_->is_last() ? nullptr : index_->end() - 1;
    return index_->begin();
}

const std::uint32_t* JsonWalk::refill(std::uint32_t offset) {
    return index_->move_to(offset) ? take_window() : end_walk();
}

/// No branch takes the NUL that is read from here on.
const std::uint32_t* JsonWalk::end_walk() {
    is_over_ = true;
    refill_at_ = nullptr;
    return nowhere_.data();
}

// Every offset but the last is that of a byte that is not NUL or is no token's beginning, so that
// reading text_[*next] at the end gives NUL, which no branch takes.
bool JsonWalk::skip_value(Span& value) {
    const std::uint32_t* next = next_;
    Scopes scopes(scopes_);
    Key key;
    Span inside;
    bool has_escapes = false;
    value.begin = *next;
    for (;;) {
        char c = text_[*next];
        if (c == '{' || c == '[') {
            scopes.push(c == '{');
            deepest_ = std::max(deepest_, depth_ + scopes.depth());
            step(next);
            if (text_[*next] != c + 2) {  // '}' is '{' + 2, and ']' is '[' + 2
                if (c == '{' && !take_key(next, key)) return false;
                continue;
            }
            scopes.pop();
            value.end = *next + 1;
        } else if (c == '"') {
            if (!take_string(next, inside, has_escapes)) return false;
            value.end = inside.end + 1;
        } else if (!take_scalar(next, value.end)) {
            return false;
        }
        step(next);
        // A value has ended; what comes now closes or continues what it stands in.
        for (;; step(next)) {
            if (scopes.depth() == 0) {
                next_ = next;
                return true;
            }
            c = text_[*next];
            if (c == ',') break;
            if (c != (scopes.is_object() ? '}' : ']')) return false;
            scopes.pop();
            value.end = *next + 1;
        }
        step(next);
        if (scopes.is_object() && !take_key(next, key)) return false;
    }
}

void JsonWalk::shrink(std::size_t bytes_max) {
    if (repairs_.capacity() > bytes_max / sizeof(Repair)) std::vector<Repair>().swap(repairs_);
    if (scopes_.capacity() > bytes_max / sizeof(std::uint64_t))
        std::vector<std::uint64_t>().swap(scopes_);
    if (name_.capacity() > bytes_max) std::vector<char>().swap(name_);
}

bool JsonWalk::take_key(const std::uint32_t*& next, Key& key) {
    if (text_[*next] != '"' || !take_string(next, key.inside, key.has_escapes)) return false;
    step(next);
    if (text_[*next] != ':') return false;
    step(next);
    return true;
}

// Between a string's opening quote and the next token there are only the string and white space:
// anything else after the closing quote would be a token. So the closing quote is found backwards.
inline bool JsonWalk::take_string(const std::uint32_t* next, Span& inside, bool& has_escapes) {
    std::uint32_t close = next[1] - 1;
    while (is_space(text_[close]))
        --close;
    if (text_[close] != '"' || close == *next) return false;
    inside = {*next + 1, close};
    has_escapes = next_backslash_ < close;
    return !has_escapes || check_escapes(close);
}

inline bool JsonWalk::take_scalar(const std::uint32_t* next, std::uint32_t& end) const {
    const char* const begin = text_ + *next;
    const char* at = begin;
    switch (*begin) {
        case 't':
            if (std::strncmp(begin, "true", 4) == 0) at += 4;
            break;
        case 'f':
            if (std::strncmp(begin, "false", 5) == 0) at += 5;
            break;
        case 'n':
            if (std::strncmp(begin, "null", 4) == 0) at += 4;
            break;
        default:
            at = number_end(begin);
            break;
    }
    if (at == begin) return false;
    end = static_cast<std::uint32_t>(at - text_);
    return end == next[1] || is_space(*at);
}

bool JsonWalk::check_escapes(std::uint32_t end) {
    while (next_backslash_ < end) {
        std::uint32_t at = next_backslash_ + 1;
        switch (text_[at]) {
            case '"':
            case '\\':
            case '/':
            case 'b':
            case 'f':
            case 'n':
            case 'r':
            case 't':
                ++at;
                break;
            case 'u':
                at = check_unicode(at + 1, end);
                break;
            default:
                return false;
        }
        if (at == 0) return false;
        find_backslash(at);
    }
    return true;
}

/// `at` is past "\u". Returns the offset past the escape or the pair; 0 if it is none.
std::uint32_t JsonWalk::check_unicode(std::uint32_t at, std::uint32_t end) {
    auto is_hex4 = [&](std::uint32_t from) {
        return from + 4 <= end && is_hex(text_[from]) && is_hex(text_[from + 1]) &&
               is_hex(text_[from + 2]) && is_hex(text_[from + 3]);
    };
    auto surrogate = [&](std::uint32_t from) {  // 1 high, 2 low, 0 neither
        const char second = static_cast<char>(text_[from + 1] | 0x20);
        if ((text_[from] | 0x20) != 'd' || second < '8') return 0;
        return second <= '9' || second == 'a' || second == 'b' ? 1 : 2;
    };
    if (!is_hex4(at)) return 0;
    const int kind = surrogate(at);
    if (kind == 0) return at + 4;
    const bool has_second = kind == 1 && at + 10 <= end && text_[at + 4] == '\\' &&
                            text_[at + 5] == 'u' && is_hex4(at + 6);
    if (has_second && surrogate(at + 6) == 2) return at + 10;
    Repair repair{at, {}};
    std::memcpy(repair.was.data(), text_ + at, repair.was.size());
    std::memcpy(text_ + at, "fffd", repair.was.size());
    repairs_.push_back(repair);
    return at + 4;
}

void JsonWalk::find_backslash(std::uint32_t from) {
    const void* const found = std::memchr(text_ + from, '\\', bytes_ - from);
    next_backslash_ = found == nullptr
                          ? bytes_
                          : static_cast<std::uint32_t>(static_cast<const char*>(found) - text_);
}

std::string_view JsonWalk::unescaped_name(const Key& key) {
    const std::string_view inside = text(key.inside);
    name_.resize(std::max(name_.size(), inside.size()));
    const char* const end = unescape_json(inside, name_.data());
    return {name_.data(), static_cast<std::size_t>(end - name_.data())};
}

void JsonWalk::undo_repairs(Span span) {
    auto repair = std::lower_bound(
        repairs_.begin(), repairs_.end(), span.begin, [](const Repair& each, std::uint32_t at) {
            return each.at < at;
        });
    for (; repair != repairs_.end() && repair->at < span.end; ++repair)
        std::memcpy(text_ + repair->at, repair->was.data(), repair->was.size());
}

}  // namespace icelight::event
