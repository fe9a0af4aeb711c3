#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace icelight::semantic {

/// Adds "/" and the key to a JSON pointer (RFC 6901, section 3).
void append_to_pointer(std::string& pointer, std::string_view key);

/// Where in the query we are: a chain of frames on the stack that costs nothing until it is asked.
///
/// Lifetime: of the function that made it; its parent and key outlive it.
class Place {
public:
    Place() = default;

    Place(const Place& parent, std::string_view key) : parent_(&parent), key_(key) {}

    Place(const Place& parent, std::size_t index)
        : parent_(&parent), index_(index), is_index_(true) {}

    /// RFC 6901: "/filters/0/values"; "" for the query itself.
    std::string pointer() const;

private:
    const Place* parent_ = nullptr;
    std::string_view key_;
    std::size_t index_ = 0;
    bool is_index_ = false;
};

}  // namespace icelight::semantic
