#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "semantic/place.h"
#include "semantic/problem.h"

namespace icelight::semantic {

/// Reads the members of one JSON object and knows which were asked for.
///
/// Every find_ returns null or empty for an absent member and for null, and refuses a member of
/// another type. warn_unknown() then names the members that nobody read.
/// Lifetime: the value and the place outlive it.
class ObjectReader {
public:
    /// @error  `value` is not an object.
    static Checked<ObjectReader> open(const boost::json::value& value, const Place& place);

    const Place& place() const { return *place_; }

    Place at(std::string_view key) const { return {*place_, key}; }

    /// Any type; null pointer when absent or null.
    const boost::json::value* find(std::string_view key);

    /// Whether the member is there and null.
    bool is_null(std::string_view key) const;

    Checked<std::optional<std::string>> find_string(std::string_view key);
    Checked<std::optional<bool>> find_bool(std::string_view key);
    /// @error  also: not a whole number in [low, high].
    Checked<std::optional<std::int64_t>> find_integer(std::string_view key,
                                                      std::int64_t low,
                                                      std::int64_t high);
    /// @error  also: longer than `items_max`.
    Checked<const boost::json::array*> find_array(std::string_view key, std::size_t items_max);

    /// @error  absent, null or no string.
    Checked<std::string> string(std::string_view key);

    /// One warning for every member that was not asked for.
    void warn_unknown(Warnings& warnings) const;

private:
    ObjectReader(const boost::json::object& object, const Place& place)
        : object_(&object), place_(&place) {}

    const boost::json::object* object_;
    const Place* place_;
    std::vector<std::string_view> asked_;
};

/// The text of a JSON string. @error  any other type.
Checked<std::string> read_string(const boost::json::value& value, const Place& place);

}  // namespace icelight::semantic
