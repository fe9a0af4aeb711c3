#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace icelight::semantic {

enum class Operator : std::uint8_t {
    kEquals,
    kNotEquals,
    kContains,
    kNotContains,
    kStartsWith,
    kNotStartsWith,
    kEndsWith,
    kNotEndsWith,
    kGt,
    kGte,
    kLt,
    kLte,
    kBetween,
    kNotBetween,
    kSet,
    kNotSet,
    kIsEmpty,
    kIsNotEmpty,
    kLike,
    kNotLike,
    kIlike,
    kRegex,
    kNotRegex,
    kInDateRange,
    kNotInDateRange,
    kOnTheDate,
    kBeforeDate,
    kBeforeOrOnDate,
    kAfterDate,
    kAfterOrOnDate,
};

/// What the values of an operator are.
enum class Operand : std::uint8_t {
    kNone,    ///< Values are not used.
    kValues,  ///< Of the member's own type; null among them where `allows_null`.
    kTexts,   ///< Text to be found in the member's text.
    kDates,   ///< The member is a time; values are dates.
};

struct OperatorRule {
    std::string_view name;
    Operator op;
    Operand operand;
    std::size_t values_min;
    std::size_t values_max;
    bool allows_null;
    bool allows_measure;  ///< Makes sense for a measure.
};

inline constexpr std::size_t kFilterValuesMax = 10'000;

/// By the clients' name ("equals", "in", "inDateRange"); null when it is none.
const OperatorRule* find_operator(std::string_view name);

std::vector<std::string_view> operator_names();

}  // namespace icelight::semantic
