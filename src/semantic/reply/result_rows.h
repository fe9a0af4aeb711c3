#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace icelight::semantic {

/// The rows of an answer as they came: each cell is its JSON text, so that numbers keep theirs.
///
/// Lifetime: the views point into the text that the rows hold.
class ResultRows {
public:
    /// Reads `{"data":[{"column":value,...},...], ...}`, every row with the same `columns` columns.
    ///
    /// @error kCorruption  it is not that.
    static Result<ResultRows> parse(std::string text, std::size_t columns);

    std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }

    std::string_view cell(std::size_t row, std::size_t column) const {
        const auto& span = cells_[row * columns_ + column];
        return std::string_view(text_).substr(span.offset, span.bytes);
    }

private:
    struct Span {
        std::size_t offset;
        std::size_t bytes;
    };

    std::string text_;
    std::size_t columns_ = 0;
    std::vector<Span> cells_;
};

}  // namespace icelight::semantic
