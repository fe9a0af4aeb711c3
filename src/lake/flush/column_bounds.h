#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/columns.h"

namespace icelight::lake {

/// The lowest and highest of texts, as bytes. Lifetime: the texts must stay where they are.
class TextBounds {
public:
    void add(std::string_view value) {
        const std::uint64_t head = head_of(value);
        if (!has_values_) {
            *this = {value, head};
            return;
        }
        // Most texts are told apart by their first bytes.
        if (head < low_head_ || (head == low_head_ && comes_before(value, low_))) {
            low_ = value;
            low_head_ = head;
        }
        if (head > high_head_ || (head == high_head_ && comes_before(high_, value))) {
            high_ = value;
            high_head_ = head;
        }
    }

    bool has_values() const { return has_values_; }

    std::string_view low() const { return low_; }

    std::string_view high() const { return high_; }

    TextBounds() = default;

private:
    TextBounds(std::string_view value, std::uint64_t head)
        : low_(value), high_(value), low_head_(head), high_head_(head), has_values_(true) {}

    static constexpr std::size_t kHeadBytes = sizeof(std::uint64_t);

    /// The first 8 bytes as a number that orders as they do.
    static std::uint64_t head_of(std::string_view text) {
        std::uint64_t head = 0;
        if (text.size() >= kHeadBytes) {
            std::memcpy(&head, text.data(), kHeadBytes);
        } else if (!text.empty()) {
            std::memcpy(&head, text.data(), text.size());
        }
        return __builtin_bswap64(head);
    }

    /// Of two texts with equal heads; if neither has more than the head, their lengths decide.
    static bool comes_before(std::string_view a, std::string_view b) {
        if (a.size() <= kHeadBytes && b.size() <= kHeadBytes) return a.size() < b.size();
        return a < b;
    }

    std::string_view low_;
    std::string_view high_;
    std::uint64_t low_head_ = 0;
    std::uint64_t high_head_ = 0;
    bool has_values_ = false;
};

/// The lowest and highest of numbers and times.
struct NumberBounds {
    std::int64_t low = std::numeric_limits<std::int64_t>::max();
    std::int64_t high = std::numeric_limits<std::int64_t>::min();

    void add(std::int64_t value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }

    bool has_values() const { return low <= high; }
};

/// Gathers the lowest and highest value of each column of a file as its rows go by.
///
/// Full for numbers and times, truncated to 16 code points for strings (the upper one rounded up),
/// none for JSON text and binary (Iceberg spec, appendix D, "Bound serialization").
/// Lifetime: texts must stay where they are. Thread safety: none.
class ColumnBounds {
public:
    explicit ColumnBounds(std::size_t column_count)
        : texts_(column_count + 1), numbers_(column_count + 1) {}

    TextBounds& texts(int id) { return texts_[static_cast<std::size_t>(id)]; }

    NumberBounds& numbers(int id) { return numbers_[static_cast<std::size_t>(id)]; }

    struct Encoded {
        std::map<std::int32_t, std::string> lower;
        std::map<std::int32_t, std::string> upper;
    };

    /// By field id; a column of NULLs has none.
    Encoded encode(std::span<const event::Column> columns) const;

private:
    // By field id; which of the two is used is the column's type.
    std::vector<TextBounds> texts_;
    std::vector<NumberBounds> numbers_;
};

}  // namespace icelight::lake
