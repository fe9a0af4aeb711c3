#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace icelight::event {

/// The members that a batch's context (or integrations) lends to those of its events.
///
/// Thread safety: none. Lifetime: the text given to reset() outlives the use.
class SharedMembers {
public:
    /// @param json  validated; lends nothing unless it is an object with members.
    void reset(std::string_view json);

    bool is_empty() const { return members_.empty(); }

    /// The most bytes that append_missing() adds.
    std::size_t bytes_max() const { return json_.size() + 1; }

    /// Writes `own` to `out`, with those members appended whose names it does not have. An own
    /// value that is missing takes them all; one that is no object stays as it is.
    void append_missing(std::string_view own, std::string& out);

private:
    struct Member {
        std::string_view text;  ///< From the name's quote to the value's end.
        std::size_t name;       ///< Index in `seen_in_`.
    };

    std::string_view json_;
    std::vector<Member> members_;
    std::unordered_map<std::string, std::size_t> names_;
    std::vector<std::uint64_t> seen_in_;  ///< By name: the last round whose own value has it.
    std::uint64_t round_ = 0;
};

}  // namespace icelight::event
