#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace icelight::query {

/// What the queries of one owner may take, below what the service allows everybody; 0: no less.
struct Limits {
    std::uint64_t rows_max = 0;           ///< Of an answer; more is an error, not a cut.
    std::uint64_t scanned_bytes_max = 0;  ///< Of the data files that statistics do not leave out.
    std::uint64_t reply_bytes_max = 0;    ///< Of the body, before compression.
    /// By which a query may make its worker grow. The engine is given half of it, so that it spills
    /// in time and ends what cannot spill cleanly. What it does not count (the allocator's slack,
    /// results of functions, files being decoded, funnels) is seen by looking at the process each
    /// 20 ms.
    std::uint64_t memory_bytes_max = 0;
    std::chrono::milliseconds time_max{0};
    std::size_t queries_max = 0;  ///< Waiting or running at once.
};

/// kInvalidArgument: "this token may have answers of 100 rows at most (max_rows): …".
tl::unexpected<Error> fail_limit(std::string_view name,
                                 std::string_view what,
                                 std::uint64_t max,
                                 std::string_view unit);

/// The same of memory_bytes_max.
tl::unexpected<Error> fail_memory_limit(const Limits& limits);

}  // namespace icelight::query
