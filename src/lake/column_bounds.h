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

/// Gathers the lowest and highest value of each column of a file as its rows go by.
///
/// Full for numbers and times, truncated to 16 code points for strings (the upper one rounded up),
/// none for JSON text and binary (Iceberg spec, appendix D, "Bound serialization").
/// Lifetime: texts must stay where they are. Thread safety: none.
class ColumnBounds {
public:
    explicit ColumnBounds(std::size_t column_count)
        : texts_(column_count + 1), numbers_(column_count + 1) {}

    void add_text(int id, std::string_view value) {
        Texts& at = texts_[static_cast<std::size_t>(id)];
        const std::uint64_t head = head_of(value);
        if (!at.has_values) {
            at = {value, value, head, head, true};
            return;
        }
        // Most texts are told apart by their first bytes.
        if (head < at.low_head || (head == at.low_head && comes_before(value, at.low))) {
            at.low = value;
            at.low_head = head;
        }
        if (head > at.high_head || (head == at.high_head && comes_before(at.high, value))) {
            at.high = value;
            at.high_head = head;
        }
    }

    void add_number(int id, std::int64_t value) {
        Numbers& at = numbers_[static_cast<std::size_t>(id)];
        at.low = std::min(at.low, value);
        at.high = std::max(at.high, value);
    }

    struct Encoded {
        std::map<std::int32_t, std::string> lower;
        std::map<std::int32_t, std::string> upper;
    };

    /// By field id; a column of NULLs has none.
    Encoded encode(std::span<const event::Column> columns) const;

private:
    struct Texts {
        std::string_view low;
        std::string_view high;
        std::uint64_t low_head = 0;
        std::uint64_t high_head = 0;
        bool has_values = false;
    };

    struct Numbers {
        std::int64_t low = std::numeric_limits<std::int64_t>::max();
        std::int64_t high = std::numeric_limits<std::int64_t>::min();
    };

    static constexpr std::size_t kHeadBytes = sizeof(std::uint64_t);

    /// The first 8 bytes as a number that orders as they do.
    static std::uint64_t head_of(std::string_view text) {
        std::uint64_t head = 0;
        if (text.size() >= sizeof(head)) {
            std::memcpy(&head, text.data(), sizeof(head));
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

    // By field id; which of the two is used is the column's type.
    std::vector<Texts> texts_;
    std::vector<Numbers> numbers_;
};

}  // namespace icelight::lake
