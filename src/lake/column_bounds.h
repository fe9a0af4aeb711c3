#pragma once

#include <algorithm>
#include <cstdint>
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
        if (!at.has_values) {
            at = {value, value, true};
            return;
        }
        if (value < at.low) at.low = value;
        if (value > at.high) at.high = value;
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
        bool has_values = false;
    };

    struct Numbers {
        std::int64_t low = std::numeric_limits<std::int64_t>::max();
        std::int64_t high = std::numeric_limits<std::int64_t>::min();
    };

    // By field id; which of the two is used is the column's type.
    std::vector<Texts> texts_;
    std::vector<Numbers> numbers_;
};

}  // namespace icelight::lake
